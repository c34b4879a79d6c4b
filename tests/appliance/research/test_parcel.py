from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from appliance.research.parcel import Manifest, ParcelError, home_of, seal, unseal

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
FILE = b"a day"
MANIFEST = Manifest(
    "dolls", home_of(KEY.public_key()), "2026-10-01", 3, hashlib.sha256(FILE).hexdigest(), "day", "2026-12-31"
)
SEALED = seal(MANIFEST, KEY)


def test_what_is_sealed_is_read_again() -> None:
    assert unseal(SEALED, FILE, "dolls") == MANIFEST


@pytest.mark.parametrize(
    ("sealed", "file", "study", "text"),
    [
        (SEALED, b"another day", "dolls", "SHA-256"),
        (SEALED, FILE, "bears", "expected"),
        (seal(MANIFEST, OTHER), FILE, "dolls", "name of a home"),
        (seal(MANIFEST._replace(day="2027-01-01"), KEY), FILE, "dolls", "consent"),
        (seal(MANIFEST._replace(format="other"), KEY), FILE, "dolls", "expected"),
        (SEALED.replace(b'"rows": 3', b'"rows": 4'), FILE, "dolls", "signature"),
        (b"x" * 5_000, FILE, "dolls", "at most"),
        (b"{}", FILE, "dolls", "no signed manifest"),
        (b"[" * 4_000, FILE, "dolls", "no signed manifest"),
    ],
)
def test_what_is_not_true_is_refused(sealed: bytes, file: bytes, study: str, text: str) -> None:
    with pytest.raises(ParcelError, match=text):
        unseal(sealed, file, study)


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(at: int, change: int) -> None:
    changed = bytearray(SEALED)
    changed[at] ^= change
    try:
        found = unseal(bytes(changed), FILE, "dolls")
    except ParcelError:
        return
    assert found == MANIFEST  # white space, or the case of a hexadecimal digit


KEYS = st.sampled_from(["manifest", "key", "signature", *Manifest._fields])
LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(LEAVES, lambda one: st.lists(one) | st.dictionaries(KEYS, one))


@given(JSON)
def test_any_json_is_refused(value: Any) -> None:
    with pytest.raises(ParcelError):
        unseal(json.dumps(value).encode(), FILE, "dolls")
