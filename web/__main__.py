"""The command `tattlebox-web`: serves the dashboard of a store."""

from __future__ import annotations

import argparse
import errno
import logging
import socket
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from appliance.store.book import Book
from appliance.store.database import StoreError
from appliance.store.reader import Reader
from web import create_app
from web.certificate import FOLDER
from web.hosts import ANY_ADDRESS, LOOPBACK, MDNS_NAME, OwnHosts, trusted_hosts, written
from web.memory import spare_memory
from web.security.authority import authority, fingerprint
from web.security.house import House
from web.serving import handed_over, listen, serve

EXIT_USAGE: Final = 2
EXIT_STORE: Final = 3
EXIT_ADDRESS: Final = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; returns the exit code: 0, 2 wrong use, 3 no store, 4 address not free."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    spare_memory()
    for port in (options.port, options.https_port):
        if not 0 < port < 65536:
            return _say(f"read the port {port}, expected a number from 1 to 65535", EXIT_USAGE)
    try:
        if not options.store.exists():
            raise StoreError(f"no store at {options.store}: run `tattlebox run` or `tattlebox replay` first")
        with closing(Book(options.store)) as book, Reader(options.store) as reader:
            return _serve(reader, book, options)
    except StoreError as error:
        return _say(str(error), EXIT_STORE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tattlebox-web",
        description="Serve the dashboard of a store. On this machine alone it is unencrypted, and a "
        "recording (`tattlebox replay`) needs no login; elsewhere it is encrypted, and everyone needs one.",
    )
    parser.add_argument("--store", type=Path, required=True, help="the database that tattlebox writes")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument(
        "--https-port", type=int, default=8443, help="port of the encrypted pages, on another --host"
    )
    parser.add_argument("--login", action="store_true", help="ask for a login even for a recording")
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


def _serve(reader: Reader, book: Book, options: argparse.Namespace) -> int:
    sockets = handed_over()
    alone = options.host in LOOPBACK and not sockets
    guests = alone and reader.meta("origin") == "replay" and not options.login
    house = House.of(book, demonstration=guests, https_port=None if alone else _https_port(sockets, options))
    host = options.host if not sockets else ANY_ADDRESS[0]
    hosts = trusted_hosts(host, options.trusted_host)
    try:
        app = create_app(
            reader, house=house, trusted_hosts=hosts, zone=options.zone, language=options.language
        )
    except (KeyError, ValueError):
        return _say(f"read --zone {options.zone}, expected a name such as Europe/Paris", EXIT_USAGE)
    if host in ANY_ADDRESS:
        app.wsgi_app = OwnHosts(app.wsgi_app, app.config["TRUSTED_HOSTS"], options.trusted_host)  # type: ignore[method-assign]
    try:
        plain = sockets.get("http") or listen(options.host, options.port)
        tls = None if alone else sockets.get("https") or listen(options.host, options.https_port)
        certificate = None if alone else _certificate(book.path, hosts)
    except OSError as error:
        return _say(_address_trouble(options, error), EXIT_ADDRESS)
    print(_where(options, plain, house), flush=True)
    serve(app, plain, tls, certificate)
    return 0


def _https_port(sockets: dict[str, socket.socket], options: argparse.Namespace) -> int:
    handed = sockets.get("https")
    port: int = handed.getsockname()[1] if handed else options.https_port
    return port


def _certificate(store: Path, hosts: Sequence[str]) -> Path:
    """Return key and certificate for the names we are opened by; write the fingerprint to the log."""
    folder = store.parent / FOLDER
    with ProcessPoolExecutor(1, get_context("fork")) as once:  # what it loads, 8 MB, goes with its process
        path = once.submit(_made_certificate, folder, list(hosts)).result()
    print(f"The certificate's fingerprint is {fingerprint(authority(folder))}", flush=True)
    return path


def _made_certificate(folder: Path, hosts: Sequence[str]) -> Path:
    from web.security.certificate import server_certificate  # noqa: PLC0415 - see above

    return server_certificate(folder, hosts, time.time())


def _where(options: argparse.Namespace, plain: socket.socket, house: House) -> str:
    name = MDNS_NAME if options.host in ANY_ADDRESS else written(options.host)
    if house.https_port:
        place = f"https://{name}:{house.https_port}/"
    else:
        place = f"http://{name}:{plain.getsockname()[1]}/"
    open_to = " to everyone on this machine, as it is a recording" if house.demonstration else ""
    return f"The dashboard is at {place}{open_to} (Ctrl+C ends it)"


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
