"""Drafts of letters from the store: to whom, in which language. Also a short process, for the dashboard.

usage: python -m appliance.dossier.letters STORE '{"device": …, "since": …, "until": …}' WHOM LANGUAGE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from appliance.alerts.words import Words
from appliance.archive.folder import ArchiveError
from appliance.dossier.case import gather
from appliance.dossier.keys import fingerprint, pseudonyms_of, signer
from appliance.dossier.letter import MAKER, Recipient, letter
from appliance.dossier.order import Order
from appliance.export.source import Source
from appliance.lookup.authorities import load_authorities
from appliance.store.database import StoreError


def draft(store: Path, order: Order, to: str, language: str | None = None) -> str:
    """Return a letter to the maker or an authority, in its language where none is asked for.

    Raises KeyError for an unknown recipient, LookupError for an unknown device, StoreError, ArchiveError.
    """
    known = {one.key: one for one in load_authorities()}
    authority = None if to == MAKER else known[to]
    order = order._replace(language=language or (authority.language if authority else order.language))
    pseudonyms = pseudonyms_of(store)
    with Source(store) as source:
        case, _ = gather(source, order, pseudonyms)
    name = case["device"]["vendor"] or "[?]" if authority is None else f"{authority.name}\n{authority.site}"
    about = MAKER if authority is None else authority.about
    key = fingerprint(signer(pseudonyms).public_key())
    return letter(case, Recipient(about, name), Words(order.language), key)


def main(argv: list[str]) -> int:
    """Print the letter that the arguments ask for, or a sentence on standard error."""
    store, ordered, to, language = argv
    try:
        text = draft(Path(store), Order(**json.loads(ordered)), to, language)
    except (StoreError, ArchiveError, LookupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(text.encode(errors="backslashreplace"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
