"""Everything the appliance looks things up in, loaded once at the start and handed to the core."""

from __future__ import annotations

import logging
from pathlib import Path

from appliance.home import Knowledge
from appliance.lookup import knowledge_files, packs, party_tables
from appliance.lookup.geography import MmdbGeography, open_geography
from appliance.lookup.pack_readers import PackError, read_third_party_web, regrouped
from appliance.lookup.suffixes import public_suffixes
from appliance.parties.knowledge import Owner, PartyKnowledge
from appliance.parties.purposes import PurposeRules

_log = logging.getLogger(__name__)

WEB_LIST = "third-party-web"
SHIPPED_WEB_LIST = party_tables.DATA / "extracted" / "third-party-web.json"
"""Used as long as no newer pack of that name is there: most third parties are known without any pack."""


def load_knowledge(packs_dir: Path | None = None, *, extra: Path | None = None) -> Knowledge:
    """Return the knowledge of our own tables, of the packs in a folder, and of an owner's own table `extra`.

    Raises TableError or KnowledgeFileError when a table is damaged, OSError when one cannot be read. A pack
    that is absent, was changed on the disk or cannot be read is not asked, and the log says so: a home is
    watched without it. `packs.status` says which.
    """
    return Knowledge(
        devices=knowledge_files.load_knowledge(),
        parties=_parties(packs_dir, extra),
        reported=knowledge_files.load_reported(),
    )


def _parties(packs_dir: Path | None, extra: Path | None) -> PartyKnowledge:
    own = party_tables.read_organisations((*party_tables.OWN_TABLES, *([extra] if extra else ())))
    purposes = PurposeRules(party_tables.read_purposes(party_tables.DATA / "purposes.csv"))
    lists, geography = _from_packs(packs_dir)
    if WEB_LIST not in lists:
        lists = {WEB_LIST: read_third_party_web(SHIPPED_WEB_LIST.read_bytes()), **lists}
    return PartyKnowledge(
        icann=public_suffixes(only_icann=True),
        private=public_suffixes(only_icann=False),
        sources=(own.owners, *(regrouped(owners, own.makers) for owners in lists.values())),
        makers=own.makers,
        networks=own.networks,
        purposes=purposes,
        geography=geography,
    )


def _from_packs(folder: Path | None) -> tuple[dict[str, dict[str, Owner]], MmdbGeography | None]:
    if folder is None:
        return {}, None
    try:
        tables = packs.mmdb_paths(folder)
        return packs.read_owners(folder), open_geography(tables.country, tables.network, tables.second)
    except PackError as error:
        _log.warning("folder=%s no list used: %s", folder, error)
        return {}, None
