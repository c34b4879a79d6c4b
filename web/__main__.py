"""The command `tattlebox-web`: serves the dashboard of a store."""

from __future__ import annotations

import argparse
import errno
import logging
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from flask import Flask
from waitress.server import create_server  # type: ignore[import-untyped]

from appliance.store.book import Book
from appliance.store.database import StoreError
from appliance.store.reader import Reader
from web import create_app
from web.security.house import House

EXIT_USAGE: Final = 2
EXIT_STORE: Final = 3
EXIT_ADDRESS: Final = 4

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
ANY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound to by default

SERVER: Final = {
    "threads": 64,
    "connection_limit": 600,
    "channel_timeout": 10,
    "cleanup_interval": 5,
    "max_request_header_size": 16 * 1024,
    "max_request_body_size": 64 * 1024,
    "ident": None,
}
"""With its own defaults waitress answers nobody under 100 dripping connections; with these, everybody."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; returns the exit code: 0, 2 wrong use, 3 no store, 4 address not free."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        with Reader(options.store) as reader:
            return _serve(reader, options)
    except StoreError as error:
        return _say(str(error), EXIT_STORE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tattlebox-web", description="Serve the dashboard of a store.")
    parser.add_argument("--store", type=Path, required=True, help="the database that tattlebox writes")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument(
        "--trusted-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name under which browsers open the dashboard; may be given again",
    )
    parser.add_argument("--zone", help="time zone of the home, such as Europe/Paris (default: the machine's)")
    parser.add_argument("--language", default="en")
    return parser


def _serve(reader: Reader, options: argparse.Namespace) -> int:
    if not 0 < options.port < 65536:
        return _say(f"read --port {options.port}, expected a number from 1 to 65535", EXIT_USAGE)
    hosts = trusted_hosts(options.host, options.trusted_host)
    try:
        house = House.of(Book(options.store), demonstration=True)
        app = create_app(
            reader, house=house, trusted_hosts=hosts, zone=options.zone, language=options.language
        )
    except (KeyError, ValueError):
        return _say(f"read --zone {options.zone}, expected a name such as Europe/Paris", EXIT_USAGE)
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        listener = socket.create_server((options.host, options.port), family=family)
    except OSError as error:
        return _say(_address_trouble(options, error), EXIT_ADDRESS)
    if options.host not in LOOPBACK:
        _say("this version has no login: everyone who reaches this address can read these pages", 0)
    print(f"The dashboard is at http://{_written(options.host)}:{options.port}/ (Ctrl+C ends it)", flush=True)
    _run(app, listener)
    return 0


def _run(app: Flask, listener: socket.socket) -> None:
    """Serve until Ctrl+C or SIGTERM, which is how systemd asks."""
    server = create_server(app, sockets=[listener], **SERVER)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        listener.close()


def trusted_hosts(host: str, further: Sequence[str] = ()) -> list[str]:
    """Return the names a browser may use: this machine's own, the address listened on, and those given."""
    own = [] if host in ANY_ADDRESS else [_written(host)]
    return list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", *own, *further]))


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _address_trouble(options: argparse.Namespace, error: OSError) -> str:
    place = f"{options.host} port {options.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{place} is in use by another program: end it, or choose another with --port"
    if error.errno == errno.EACCES:
        return f"{place} is not allowed for this user: choose a port above 1023 with --port"
    return f"cannot listen on {place}: {error}; choose an address of this machine with --host"


def _say(sentence: str, code: int) -> int:
    print(f"tattlebox-web: {sentence}", file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
