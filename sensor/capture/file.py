"""Capture files → blocks: pcap and pcapng, plain or gzip, in bounded pieces whatever the size of the file."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from sensor.capture.mapped import mappable, windows
from sensor.meter.block import Block

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import WriteableBuffer

BLOCK_BYTES: Final = 131_072
"""Bytes read at a time, into one buffer: large enough that a system call costs little, small enough to stay
in the second-level cache. Of 64 KiB to 1 MiB this took the least time (2026-11)."""

FORMAT_BYTES: Final = 64
"""Bytes that tell the format of a file."""

GZIP_MAGIC: Final = b"\x1f\x8b"
PCAPNG_MAGIC: Final = b"\n\r\r\n"
PCAP_MAGICS: Final = frozenset(
    bytes.fromhex(magic) for magic in ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "a1b2cd34", "34cdb2a1")
)
OTHERS: Final = {
    b"\x28\xb5\x2f\xfd": "a zstd archive; decompress it first",
    b"\xfd7zX": "an xz archive; decompress it first",
    b"BZh": "a bzip2 archive; decompress it first",
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"snoop\0": "a snoop capture; convert it with: editcap -F pcapng",
    b"btsnoop\0": "a Bluetooth HCI log, which is not read here",
}
"""How other files begin that are taken for captures, and what to do with them."""


ReadInto = Callable[[memoryview], int]
"""Fills a buffer as far as it can at once; returns the bytes read, 0 at the end."""


class CaptureError(ValueError):
    """A capture cannot be read: one sentence that says what was found, what was expected, what to do."""


class CaptureMissing(CaptureError):
    """There is no such file."""


class CaptureUnreadable(CaptureError):
    """A directory, no permission, or the disk failed."""


class CaptureEmpty(CaptureError):
    """The file has no bytes."""


class NotACapture(CaptureError):
    """The file is something else."""


def blocks(path: str | Path) -> Iterator[Block]:
    """Yield the file's bytes in blocks. The data of a block is valid until the next one is asked for; so are
    the items that the native meter makes of it.

    Raises CaptureError at the first step when the file is no capture. A file that ends early, or whose gzip
    stream is damaged, yields what could be read and says so in `trouble` of its last block.
    """
    try:
        with open(path, "rb", buffering=0) as file:
            start = file.read(FORMAT_BYTES)
            if start.startswith(GZIP_MAGIC):
                yield from _blocks(path, _unpacking(_Joined(start, file)))
            elif mappable(file.fileno()) and start:
                yield from _mapped(path, file.fileno(), start)
            else:
                yield from _blocks(path, _Joined(start, file).readinto)
    except OSError as error:
        raise refusal(path, error) from None


def refusal(path: str | Path, error: OSError) -> CaptureError:
    """Return what the system said of a file, as the sentence of a CaptureError."""
    if isinstance(error, FileNotFoundError):
        return CaptureMissing(f"{path}: no such file; give the path of a pcap or pcapng file")
    if isinstance(error, IsADirectoryError):
        return CaptureUnreadable(f"{path} is a directory; give the capture files in it, one by one")
    if isinstance(error, PermissionError):
        return CaptureUnreadable(f"{path}: no permission to read it; run as its owner, or: chmod +r {path}")
    return CaptureUnreadable(f"{path}: cannot be read ({error.strerror or error}); try a copy")


def first_ts(path: str | Path) -> float:
    """Return the time of the first packet in UTC epoch seconds, infinity for a capture without one.

    Raises CaptureError as `blocks` does.
    """
    from sensor.meter.flowid import seconds  # noqa: PLC0415 - whoever only counts starts without them
    from sensor.meter.walk import Frame, Walk  # noqa: PLC0415

    walk = Walk()
    for block in blocks(path):
        for item in walk.feed(block):
            if isinstance(item, Frame):
                return seconds(item.ts_ns)
    return math.inf


class _Joined(io.RawIOBase):
    """A file whose first bytes were read already; also works for a pipe, which cannot go back."""

    def __init__(self, start: bytes, file: io.FileIO) -> None:
        self._start, self._file = start, file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        count = min(len(self._start), memoryview(buffer).nbytes)
        if count:
            memoryview(buffer)[:count], self._start = self._start[:count], self._start[count:]
            return count
        return self._file.readinto(buffer) or 0


class _Damaged(Exception):
    """A source cannot be read further: says why."""


def _unpacking(packed: _Joined) -> ReadInto:
    """Return what reads a gzip file unpacked; what was unpacked before damage is kept."""
    import gzip  # noqa: PLC0415 - most captures are not packed
    import zlib  # noqa: PLC0415

    inner = gzip.GzipFile(fileobj=packed, mode="rb")

    def read_into(buffer: memoryview) -> int:
        try:
            return inner.readinto1(buffer)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _Damaged(f"the gzip stream is damaged or cut short ({error})") from None

    return read_into


def _mapped(path: str | Path, descriptor: int, start: bytes) -> Iterator[Block]:
    """Yield the blocks of a file that begins so, none of which is copied."""
    kind, first = _format(path, start, ""), True
    for data, trouble in windows(descriptor):
        yield Block(data, kind, first, not data, trouble)
        first = False


def _blocks(path: str | Path, read_into: ReadInto) -> Iterator[Block]:
    """Yield the blocks of a source, read from its first byte on."""
    buffer = memoryview(bytearray(BLOCK_BYTES))
    filled, trouble = _fill(read_into, buffer)
    kind = _format(path, bytes(buffer[: min(filled, FORMAT_BYTES)]), trouble)
    first = True
    while filled and not trouble:
        yield Block(buffer[:filled], kind, first, False)
        first = False
        filled, trouble = _fill(read_into, buffer)
    yield Block(buffer[:filled], kind, first, True, trouble)


def _fill(read_into: ReadInto, buffer: memoryview) -> tuple[int, str]:
    """Fill the buffer as far as the source goes; return the bytes read and why it broke off, if it did."""
    filled = 0
    while filled < len(buffer):
        try:
            count = read_into(buffer[filled:])
        except _Damaged as damage:
            return filled, str(damage)
        if count == 0:
            break
        filled += count
    return filled, ""


def _format(path: str | Path, start: bytes, trouble: str) -> str:
    """Return "pcap" or "pcapng" from the first bytes of the (decompressed) file."""
    if start[:4] in PCAP_MAGICS:
        return "pcap"
    if start[:4] == PCAPNG_MAGIC:
        return "pcapng"
    wanted = "expected a pcap or pcapng capture, plain or gzip"
    if trouble:
        raise NotACapture(f"{path}: {trouble}, {wanted}; fetch the file again")
    if not start:
        raise CaptureEmpty(f"{path} is empty, {wanted}; did the capture run?")
    for magic, what in OTHERS.items():
        if start.startswith(magic):
            raise NotACapture(f"{path} is {what}")
    what = f"text ({start[:24].decode()!r})" if _is_text(start) else f"bytes {start[:8].hex(' ')}"
    raise NotACapture(f"{path} begins with {what}, {wanted}, as tcpdump or Wireshark write it")


def _is_text(start: bytes) -> bool:
    return start.isascii() and all(byte >= 32 or byte in b"\t\r\n" for byte in start)
