"""The kinds of finding: one file each, one line here, one heading in docs/findings.md. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings import (
    always_on,
    bad_certificate,
    bluetooth_connectable,
    bluetooth_open,
    bluetooth_reported,
    bluetooth_trackable,
    cleartext_identifiers,
    cleartext_upload,
    heavy_upload,
    hidden_names,
    home_neighbours,
    many_names,
    old_tls,
    open_page,
    open_service,
    own_dns,
    port_opened,
    reached_from_outside,
    readable_firmware,
    support_ended,
    support_ending,
    weak_cipher,
)
from appliance.findings.german import GERMAN
from appliance.findings.kind import Kind, Words

KINDS: Final[tuple[Kind, ...]] = (
    cleartext_upload.KIND,
    cleartext_identifiers.KIND,
    reached_from_outside.KIND,
    bluetooth_reported.KIND,
    bluetooth_open.KIND,
    port_opened.KIND,
    support_ended.KIND,
    readable_firmware.KIND,
    weak_cipher.KIND,
    old_tls.KIND,
    bad_certificate.KIND,
    open_service.KIND,
    bluetooth_connectable.KIND,
    open_page.KIND,
    heavy_upload.KIND,
    many_names.KIND,
    support_ending.KIND,
    own_dns.KIND,
    hidden_names.KIND,
    home_neighbours.KIND,
    always_on.KIND,
    bluetooth_trackable.KIND,
)
"""In the order of gravity."""


def words_of(kind: Kind, language: str) -> Words:
    """Return what families read of a kind; English where nobody wrote it in their language."""
    if language == "fr":
        return kind.french
    return GERMAN.get(kind.code, kind.english) if language == "de" else kind.english
