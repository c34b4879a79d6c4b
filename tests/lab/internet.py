"""The lab's internet: every cloud address in one process, speaking TLS, HTTP, QUIC and NTP for real.

`python -m tests.lab.internet FOLDER` serves with the certificates in FOLDER and prints "ready".
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from pathlib import Path

from aioquic.asyncio import serve
from aioquic.quic.configuration import QuicConfiguration

from tests.household import cloud
from tests.lab import messages, world

HEAD_LIMIT = 16_384
BODY_LIMIT = 1 << 20
DOWNLOAD_LIMIT = 64 << 20


class Clock(asyncio.DatagramProtocol):
    """An NTP server on one address."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport: the answer has to leave from the address that was asked."""
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a client request."""
        if len(data) >= 48:
            self.transport.sendto(messages.ntp_answer(data, time.time()), addr)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one HTTP/1.1 request: read it whole, answer with as many bytes as the host is known for."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        await reader.readexactly(min(int(fields.get("content-length", "0")), BODY_LIMIT))
        body = bytes(_asked_for(head) or _size(fields.get("host", "")))
        writer.write(b"HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Type: application/octet-stream\r\n")
        writer.write(b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ssl.SSLError):
        pass  # the toy hung up: its affair
    finally:
        writer.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Give back what comes (RFC 862): long connections are tried with it."""
    try:
        while data := await reader.read(HEAD_LIMIT):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # it was cut off: what the test is about
    finally:
        writer.close()


async def resolver(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve DNS over TLS (RFC 7858): DNS over TCP, inside TLS."""
    to_dns, from_us = await asyncio.open_connection(cloud.RESOLVER, 53)

    async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(HEAD_LIMIT):
                sink.write(data)
                await sink.drain()
        except (ConnectionError, ssl.SSLError):
            pass  # one of them hung up
        finally:
            sink.close()

    await asyncio.gather(pass_on(reader, from_us), pass_on(to_dns, writer))


def _asked_for(head: str) -> int:
    """Return the size that a path such as /size/4000000 asks for: downloads as large as firmware."""
    path = head.split(" ", 2)[1] if head.count(" ") >= 2 else ""
    return min(int(path.removeprefix("/size/")), DOWNLOAD_LIMIT) if path.startswith("/size/") else 0


def _size(host: str) -> int:
    return next((visit.down for visit in world.all_visits() if visit.host == host), 200)


def quic_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one QUIC stream: read to its end, answer with 8,000 bytes."""

    async def serve_stream() -> None:
        await reader.read(BODY_LIMIT)
        writer.write(bytes(8_000))
        writer.write_eof()

    _TASKS.add(task := asyncio.ensure_future(serve_stream()))
    task.add_done_callback(_TASKS.discard)


_TASKS: set[asyncio.Future[None]] = set()


def server_context(folder: Path) -> ssl.SSLContext:
    """Return a TLS server that shows each name its own certificate; old toys may speak TLS 1.2 with CBC."""
    contexts: dict[str, ssl.SSLContext] = {}

    def choose(connection: ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> None:
        if host in contexts:
            connection.context = contexts[host]

    for visit in world.all_visits():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(folder / f"{visit.host}.pem")
        contexts[visit.host] = context
    front = next(iter(contexts.values()))
    front.sni_callback = choose
    return front


async def run(folder: Path) -> None:
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    context = server_context(folder)
    await asyncio.start_server(answer, None, 443, ssl=context, backlog=100, limit=HEAD_LIMIT)
    await asyncio.start_server(answer, None, 80, backlog=100, limit=HEAD_LIMIT)
    await asyncio.start_server(echo, None, 7)
    named = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    named.load_cert_chain(folder / f"{world.RESOLVER_NAME}.pem")
    await asyncio.start_server(resolver, cloud.RESOLVER, 853, ssl=named)
    for visit in world.all_visits():
        for address in (part for family in world.addresses(visit) for part in family):
            if visit.channel.carrier == "ntp":
                await loop.create_datagram_endpoint(Clock, local_addr=(address, 123))
            elif visit.channel.carrier == "quic":
                quic = QuicConfiguration(is_client=False, alpn_protocols=["h3"])
                quic.load_cert_chain(folder / f"{visit.host}.pem", folder / f"{visit.host}.pem")
                await serve(address, 443, configuration=quic, stream_handler=quic_answer)
    print("ready", flush=True)
    await loop.create_future()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
