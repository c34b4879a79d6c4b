"""Codes in photographs: read in a child process; what is no photograph is refused with a sentence."""

from __future__ import annotations

import io
import zlib

import pytest
import segno

from appliance.declared.codes import lines
from appliance.lookup.scan import MAX_BYTES, ScanError, scan

pytest.importorskip("zxingcpp")
LINK = "https://id.bear.example/01/09506000134352"


def png(text: str, scale: int = 6) -> bytes:
    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=scale)
    return out.getvalue()


def photograph(kind: str) -> bytes:
    """Return two codes on grey paper, askew, as a camera sees them."""
    from PIL import Image  # noqa: PLC0415

    paper = Image.new("L", (1600, 1200), 190)
    for at, text in (((100, 200), LINK), ((900, 500), "4006381333931")):
        with Image.open(io.BytesIO(png(text))) as code:
            paper.paste(code.convert("L"), at)
    out = io.BytesIO()
    paper.rotate(7, fillcolor=150).convert("RGB").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_codes_of_a_photograph(kind: str) -> None:
    found = lines(scan(photograph(kind))).split("\n")
    assert set(found) == {"GTIN 09506000134352", LINK, "GTIN 04006381333931"}


def test_a_picture_without_a_code_has_none() -> None:
    from PIL import Image  # noqa: PLC0415

    out = io.BytesIO()
    Image.new("L", (300, 300), 120).save(out, "PNG")
    assert scan(out.getvalue()) == []


def bomb(side: int) -> bytes:
    """Return the header of a PNG that says it has side x side pixels, and little behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = side.to_bytes(4, "big") * 2
    rows = zlib.compress(bytes(10_000_000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size + b"\x08\0\0\0\0")
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"GIF89a" + bytes(50), png(LINK)[:80], bomb(20_000), bytes(MAX_BYTES + 1), b"%!PS-Adobe\n"],
    ids=["empty", "text", "gif", "cut", "bomb", "long", "postscript"],
)
def test_what_is_no_photograph_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(ScanError, match=r"expected|image"):
        scan(data)
