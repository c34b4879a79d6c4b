"""Everything the appliance looks things up in, loaded once at the start and handed to the core."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from publicsuffixlist import PublicSuffixList

from appliance.lookup import party_tables
from appliance.parties.knowledge import PartyKnowledge
from appliance.parties.purposes import PurposeRules

ORGANISATION_FILES = ("makers.csv", "infrastructure.csv", "trackers.csv")
"""Own tables; of two rows with one vendor name the earlier file wins."""


class Knowledge(NamedTuple):
    """The lookups of each part of the core."""

    parties: PartyKnowledge


def load_knowledge(packs_dir: Path | None = None) -> Knowledge:
    """Return the knowledge of our own tables and of whatever packs lie in the folder.

    Raises TableError when one of our own tables is damaged; a pack that is absent is simply not asked.
    """
    return Knowledge(parties=_parties(packs_dir))


def _parties(packs_dir: Path | None) -> PartyKnowledge:
    files = tuple(party_tables.DATA / name for name in ORGANISATION_FILES)
    own = party_tables.read_organisations(files)
    purposes = PurposeRules(party_tables.read_purposes(party_tables.DATA / "purposes.csv"))
    return PartyKnowledge(
        icann=PublicSuffixList(only_icann=True),
        private=PublicSuffixList(),
        sources=(own.owners,),
        makers=own.makers,
        networks=own.networks,
        purposes=purposes,
    )
