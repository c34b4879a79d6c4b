"""The kinds of finding: one file each, one line here, one heading in docs/findings.md. Does no I/O."""

from __future__ import annotations

from typing import Final

from appliance.findings import cleartext_identifiers, cleartext_upload, hidden_names, old_tls, own_dns
from appliance.findings.kind import Kind

KINDS: Final[tuple[Kind, ...]] = (
    cleartext_upload.KIND,
    cleartext_identifiers.KIND,
    old_tls.KIND,
    own_dns.KIND,
    hidden_names.KIND,
)
"""In the order of gravity."""
