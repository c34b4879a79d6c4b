"""Making a dossier: from the store to one signed file. Also a short process of its own, for the dashboard.

usage: python -m appliance.dossier.build STORE OUT '{"device": …, "since": …, "until": …, "exact": …, …}'
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from appliance.archive.folder import ArchiveError
from appliance.dossier import bundle, tables
from appliance.dossier.case import gather
from appliance.dossier.keys import fingerprint, pseudonyms_of, signer
from appliance.dossier.order import Order
from appliance.dossier.paper import paper
from appliance.dossier.pdf import pdf
from appliance.export.source import Source
from appliance.store import catalogue, chain
from appliance.store.database import StoreError, is_recorded, open_for_writing
from appliance.store.flowlog import Wanted

PDF: Final = "dossier.pdf"
CASE: Final = "dossier.json"
DAYS: Final = "days.csv"
FLOWS: Final = "flows.csv.gz"
CHAIN: Final = "chain.jsonl"
README: Final = "README.txt"

_README: Final = """\
A dossier made by Tattlebox: what was observed of one device's network traffic. See dossier.pdf.

dossier.pdf      for people
dossier.json     the same as data
days.csv         sums by UTC day and party
flows.csv.gz     every flow of the device (where it was asked for); other things in the home are "home"
chain.jsonl      the chain of days of the device (each id it had), and of the home's gaps (device "")
MANIFEST.sha256  SHA-256 of each file:  sha256sum -c MANIFEST.sha256
MANIFEST.sig     Ed25519 key and signature over "tattlebox dossier 1\\n" and MANIFEST.sha256

tattlebox verify FILE    checks all of it, with this file as it was received
"""


def build(store: Path, order: Order, out: Path) -> dict[str, Any]:
    """Write the bundle of a dossier to `out`; return {flows, parties, key}. Made twice, it is the same twice.

    Raises LookupError for an unknown device, StoreError, ArchiveError, OSError: `out` is untouched then.
    """
    if not store.exists():
        raise StoreError(f"no store at {store}: run `tattlebox run` or `replay` first, or pass --store")
    pseudonyms = pseudonyms_of(store)
    key = signer(pseudonyms)
    _bring_chain_up_to_date(store, order.device)
    with (
        Source(store) as source,
        tempfile.TemporaryDirectory(prefix=".dossier-", dir=out.absolute().parent) as held,
    ):
        folder = Path(held)
        case, sums = gather(source, order, pseudonyms)
        (folder / README).write_text(_README, encoding="utf-8")
        (folder / CASE).write_text(
            json.dumps(case, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )
        tables.write_days(folder / DAYS, order, sums)
        _write_chain(folder / CHAIN, source, order)
        names = [PDF, CASE, DAYS, CHAIN, README]
        flows = 0
        if order.flows:
            flows = tables.write_flows(
                folder / FLOWS, order, _flows(source, order), _own(source, order.device)
            )
            names.insert(3, FLOWS)
        (folder / PDF).write_bytes(pdf(paper(case, order, sums, fingerprint(key.public_key()))))
        bundle.write(out, folder, names, key)
    return {"flows": flows, "parties": len(case["parties"]), "key": fingerprint(key.public_key())}


def _bring_chain_up_to_date(store: Path, device: str) -> None:
    """Chain the days that are over; of a recording, all days are. Raises StoreError."""
    try:
        with closing(open_for_writing(store)) as db:
            last_ts = catalogue.meta(db, "last_ts")
            if last_ts is not None:
                until = chain.closed_before(last_ts, ended=is_recorded(store))
                chain.extend(db, until, [chain.HOME, *sorted(catalogue.also_known_as(db, [device]))])
    except sqlite3.Error as error:
        raise StoreError(f"cannot chain the days of {store}: {error}; try again in a minute") from error


def _flows(source: Source, order: Order) -> Any:
    return source.span.flows(Wanted(order.since, order.until, source.ids(order.device)))


def _own(source: Source, device: str) -> tables.Own:
    record = source.reader.device(device)
    assert record is not None  # noqa: S101 - gathered before
    local = frozenset(party.domain for party in source.reader.parties(device) if party.outcome == "local")
    return tables.Own(frozenset(record.macs), frozenset(record.addresses), local)


def _write_chain(path: Path, source: Source, order: Order) -> None:
    """Write the links, also those of ids that the family merged into this one.

    Without their bodies where times are coarse: a row behind a digest can be guessed.
    """
    with path.open("w", encoding="ascii") as file:
        for one in (chain.HOME, *source.ids(order.device)):
            for link in chain.links(source.span.db, one):
                fields = link._asdict()
                if not order.exact:
                    del fields["body"]
                file.write(chain.canonical(fields) + "\n")


def main(argv: list[str]) -> int:
    """Make the dossier that the arguments order; print what came of it as JSON, or a sentence on stderr."""
    store, out, ordered = argv
    try:
        print(json.dumps(build(Path(store), Order(**json.loads(ordered)), Path(out))))
    except (StoreError, ArchiveError, LookupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
