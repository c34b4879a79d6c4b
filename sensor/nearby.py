"""The command `tattlebox-nearby`: looks for what is near by Bluetooth when it is asked, at no other time.

It listens on a Unix socket. Who connects sends one line, `{"seconds": 15}`, and is answered with a line a
record (sensor.records.to_json) and a last one: `{"end": true}`, or `{"error": "…"}`. One look at a time.
Nothing is written down here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sensor.capture.bluetooth import LOOK_S, NEAR_DBM, BluetoothError, look
from sensor.liveness import Liveness
from sensor.records import to_json

MAX_QUESTION: Final = 200
"""Bytes of a question."""

ASK_S: Final = 5.0
"""How long who connects may take to ask."""


class Looker:
    """Answers one question at a time."""

    def __init__(self, near_dbm: int, bus_address: str) -> None:
        self._near_dbm = near_dbm
        self._bus_address = bus_address
        self._busy = asyncio.Lock()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        try:
            line = await asyncio.wait_for(reader.readline(), ASK_S)
            for text in await self._lines(line):
                writer.write(text.encode() + b"\n")
            await writer.drain()
        except (OSError, TimeoutError, ValueError) as error:
            print(f"tattlebox-nearby: a question was not answered: {error}", file=sys.stderr)
        finally:
            writer.close()

    async def _lines(self, line: bytes) -> list[str]:
        try:
            seconds = float(json.loads(line)["seconds"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return [_error(f'read {line[:60]!r}, expected {{"seconds": {LOOK_S:.0f}}}')]
        if not seconds > 0:
            return [_error(f"read {seconds} seconds, expected more than 0")]
        if self._busy.locked():
            return [_error("a look is going on already: wait until it is over")]
        async with self._busy:
            try:
                heard = await look(seconds, self._near_dbm, self._bus_address)
            except BluetoothError as error:
                return [_error(str(error))]
        return [*map(to_json, heard), '{"end":true}']


def _error(sentence: str) -> str:
    return json.dumps({"error": sentence})


async def serve(socket: Path, near_dbm: int, bus_address: str) -> None:
    """Listen until cancelled. Raises OSError when the socket cannot be made."""
    looker = Looker(near_dbm, bus_address)
    socket.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(looker.answer, socket, limit=MAX_QUESTION)
    socket.chmod(0o660)
    Liveness().ready()
    async with server:
        await server.serve_forever()


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until stopped; return the exit code."""
    parser = argparse.ArgumentParser(prog="tattlebox-nearby", description="Looks for toys near by Bluetooth.")
    parser.add_argument("--socket", type=Path, required=True, help="where to be asked (a Unix socket)")
    parser.add_argument(
        "--near-dbm", type=int, default=NEAR_DBM, metavar="DBM", help="weakest signal that is taken"
    )
    parser.add_argument("--bus", default="", metavar="ADDRESS", help="another D-Bus than the system's")
    args = parser.parse_args(argv)
    try:
        asyncio.run(serve(args.socket, args.near_dbm, args.bus))
    except OSError as error:
        print(f"tattlebox-nearby: cannot listen at {args.socket}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
