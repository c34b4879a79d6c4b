"""`tattlebox declared`: what a maker declares of a device beside what was seen of it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

from appliance.cli.common import (
    CommandError,
    add_json,
    add_store,
    open_reader,
    print_json,
    print_table,
    printable,
    store_of,
    when,
)
from appliance.cli.show import find_device
from appliance.declared.codes import lines
from appliance.declared.document import (
    EXPIRED,
    KINDS,
    LABEL,
    MAX_TEXT,
    MUD,
    NOTICE,
    STRANGER,
    TOPICS,
    TRUSTED,
    Claim,
    Document,
)
from appliance.declared.mud import MudError
from appliance.declared.mud_made import made
from appliance.declared.table import Table, read_document, table
from appliance.devices.signals.mud import FIELD
from appliance.lookup import signature
from appliance.lookup.declared import load_known
from appliance.lookup.scan import MAX_BYTES, ScanError, scan
from appliance.store.book import Book
from appliance.store.declared import Declarations
from appliance.store.reader import Reader

SHORT: Final = 70
"""Characters of a sentence in the table; `--json` has all of it."""


SIGNED: Final = {
    TRUSTED: "The signature fits, and was made by someone you trust:",
    STRANGER: "The signature fits, but nobody you told us to trust made it (--trust FILE); it says",
    EXPIRED: "The signature fits, but the certificate of the one you trust was not valid on that day:",
    None: "Its signature was not given, so nothing tells who wrote it (--signature FILE).",
}
"""What the signature of a MUD file is worth, before the signer's name."""


def add(commands: Any) -> None:
    """Add the verb."""
    text = "what a maker declares of a device, beside what was seen of it"
    parser = commands.add_parser("declared", help=text, description=text.capitalize() + ".")
    parser.add_argument("device", metavar="DEVICE", help="its id, name or MAC")
    act = parser.add_mutually_exclusive_group()
    act.add_argument(
        "--add", metavar="FILE", help="keep a document: a text, or a MUD file; - for standard input"
    )
    act.add_argument("--scan", metavar="IMAGE", help="keep what the codes in a photograph of the label say")
    act.add_argument("--claims", action="store_true", help="every claim that was read, with its sentence")
    act.add_argument(
        "--say", nargs=2, metavar=("TOPIC", "VALUE"), help="add what no rule has read in the latest"
    )
    act.add_argument(
        "--strike", metavar="DOC.NR", help="the document does not say this claim; again: it does"
    )
    act.add_argument("--drop", metavar="DOC", type=int, help="delete a document and its claims")
    act.add_argument("--mud", action="store_true", help="print a MUD file (RFC 8520) made of what was seen")
    parser.add_argument("--kind", choices=KINDS, default=NOTICE, help=f"of the document (default: {NOTICE})")
    parser.add_argument(
        "--signature", metavar="FILE", help="of a MUD file, as its maker publishes it beside it"
    )
    parser.add_argument(
        "--trust", metavar="FILE", help="certificates (PEM) of whom you trust to sign for the maker"
    )
    parser.add_argument("--source", help="where it is from: an address, a shop, the box")
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if (args.signature or args.trust) and not (args.signature and args.add and args.kind == MUD):
        raise CommandError(
            "--signature, and --trust with it, are for a MUD file that is added: "
            "--add FILE --kind mud --signature FILE"
        )
    store = store_of(args)
    if store.exists():
        Book(store).close()  # brings an older store up to date
    with open_reader(args) as reader:
        device = find_device(reader, args.device)
        assert device is not None  # noqa: S101 - a text was given
        if args.mud:
            sys.stdout.write(_made(reader, device))
        elif args.claims:
            _claims(reader, device, args)
        elif any((args.add, args.scan, args.say, args.strike, args.drop)):
            _change(args, store, device)
        else:
            _show(reader, device, args)
    return 0


def _change(args: argparse.Namespace, store: Path, device: str) -> None:
    book = Book(store)
    try:
        held = Declarations(book)
        if args.add or args.scan:
            _add(held, device, args)
        elif args.say:
            _say(held, device, *args.say)
        elif args.strike:
            _strike(held, device, args.strike)
        else:
            _of(held, device, args.drop)
            held.drop(args.drop)
            print(f"Document {args.drop} is deleted.")
    finally:
        book.close()


def _add(held: Declarations, device: str, args: argparse.Namespace) -> None:
    name = args.scan or args.add
    content = b"" if args.scan else _bytes(args.add, 4 * MAX_TEXT)
    text = _scanned(args.scan) if args.scan else _text(content, args.add)
    kind = LABEL if args.scan else args.kind
    source = args.source or ("pasted" if name == "-" else Path(name).name)
    draft = Document(0, device, kind, time.time(), source, None, "", text)
    try:
        document, claims = read_document(draft, load_known())
    except MudError as error:
        raise CommandError(f"{name} is no MUD file: {error}") from error
    if args.signature:
        document = _signed(document, content, args)
        print(f"{SIGNED[document.signature]} {printable(document.signer or '')}")
    kept = held.add(document, claims)
    if kept is None:
        print("This is the version that is kept already; nothing is new.")
        return
    print(
        f"Document {kept.id} is kept ({kept.kind}, SHA-256 {kept.sha256[:16]}…): {len(claims)} claims read."
    )
    if not claims and kind == NOTICE:
        print("No rule read anything in it: is it a notice in English, French or German? --say adds by hand.")


def _signed(document: Document, content: bytes, args: argparse.Namespace) -> Document:
    """Return a document with what the signature beside its bytes is worth."""
    try:
        beside = _bytes(args.signature, signature.MAX_BYTES)
        trusted = _bytes(args.trust, signature.MAX_BYTES) if args.trust else b""
        checked = signature.check(content, beside, trusted)
    except signature.SignatureError as error:
        raise CommandError(f"{args.signature}: {error}; nothing was kept") from error
    return document._replace(signature=checked.worth, signer=checked.signer)


def _scanned(name: str) -> str:
    """Return what the codes in a photograph say; a link in them is shown, and not followed."""
    try:
        with Path(name).open("rb") as file:
            found = lines(scan(file.read(MAX_BYTES + 1)))
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror}") from error
    except ScanError as error:
        raise CommandError(f"{name}: {error}") from error
    if not found:
        raise CommandError(f"no code was found in {name}: take it closer, straight and in light, or type it")
    print(printable(found.replace("\n", "; ")))
    return found


def _bytes(name: str, most: int) -> bytes:
    """Return what a file (or "-": standard input) holds; of one too long, one byte more than `most`."""
    if name == "-":
        return sys.stdin.buffer.read(most + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror}") from error


def _text(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is no text in UTF-8: save the notice as plain text first") from error
    if len(text) > MAX_TEXT:
        raise CommandError(f"{name} has more than {MAX_TEXT} characters: no notice is so long")
    if not text.strip():
        raise CommandError(f"{name} is empty")
    return text


def _say(held: Declarations, device: str, topic: str, value: str) -> None:
    if topic not in TOPICS:
        raise CommandError(f"read the topic {printable(topic)!r}, expected one of {', '.join(TOPICS)}")
    documents = held.documents(device)
    if not documents:
        raise CommandError("there is no document yet: add one with --add FILE")
    held.say(documents[-1], topic, value.strip()[:200])
    print(f"Noted for document {documents[-1].id}.")


def _strike(held: Declarations, device: str, place: str) -> None:
    document, _, number = place.partition(".")
    claims = {(claim.document, claim.number): claim for claim in held.claims(device)}
    found = claims.get((int(document), int(number))) if document.isdecimal() and number.isdecimal() else None
    if found is None:
        raise CommandError(
            f"read {printable(place)!r}, expected the document and number of a claim, like 3.12"
        )
    held.strike(found.document, found.number, struck=not found.struck)
    print("It counts again." if found.struck else "It counts no more.")


def _of(held: Declarations, device: str, number: int) -> None:
    if number not in {document.id for document in held.documents(device)}:
        raise CommandError(f"this device has no document {number}")


def _made(reader: Reader, device: str) -> str:
    record = reader.device(device)
    name = record.name if record else device
    until = reader.watch().last_ts or 0.0
    return made(name, f"https://tattlebox.invalid/{device}", reader.destinations(device), until)


def _claims(reader: Reader, device: str, args: argparse.Namespace) -> None:
    claims = reader.claims(device)
    if args.json:
        for claim in claims:
            print_json(claim._asdict())
        return
    rows = (
        (_number(claim), claim.topic, _value(claim), _short(claim.sentence) or "(yours)") for claim in claims
    )
    print_table(("NR", "TOPIC", "VALUE", "SENTENCE"), rows, "No claims: add a document with --add FILE.")


def _number(claim: Claim) -> str:
    return f"{claim.document}.{claim.number}" + (" (struck)" if claim.struck else "")


def _value(claim: Claim) -> str:
    return f"not {claim.value}" if claim.denied else claim.value


def _show(reader: Reader, device: str, args: argparse.Namespace) -> None:
    found = table(
        reader.documents(device), reader.claims(device), reader.parties(device), reader.destinations(device)
    )
    if args.json:
        for row in found.rows:
            print_json(row._asdict())
        return
    _show_mud_url(reader, device)
    if not found.documents:
        print("Nothing is declared yet: add the maker's notice or MUD file with --add FILE.")
        return
    for document in found.documents:
        print(f"{document.id}  {document.kind} of {when(document.ts)}, {printable(document.source)}")
        if document.kind == MUD:
            print(f"   {SIGNED[document.signature]} {printable(document.signer or '')}".rstrip())
    print()
    rows = (
        (row.standing, row.topic, row.value, row.note or ", ".join(row.seen)[:SHORT], _short(row.sentence))
        for row in found.rows
    )
    print_table(
        ("", "TOPIC", "VALUE", "SEEN AS", "SENTENCE"), rows, "Nothing was read, and nothing was seen."
    )
    _show_changes(found)
    print("\nA party that is not named may be covered by other words; a name may hide behind a cloud.")


def _show_mud_url(reader: Reader, device: str) -> None:
    record = reader.device(device)
    for item in record.evidence if record else ():
        if item.field == FIELD:
            print(f"It names a MUD file, {printable(item.value)}: fetch it and add it with --kind mud.")


def _show_changes(found: Table) -> None:
    for document, changed in found.changes:
        for word, claims in (("new", changed.added), ("gone", changed.gone)):
            for claim in claims:
                print(f"\nIn document {document.id} {word}: {claim.topic} {printable(claim.value)}", end="")
    if found.changes:
        print()


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT else plain[: SHORT - 1] + "…"
