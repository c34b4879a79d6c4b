"""One page about a device, to print and put on the fridge: who, what, where, until when, what you can do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from flask import Blueprint, abort

from appliance.alerts.words import Words
from appliance.findings.finding import Finding
from appliance.parties.party import PartyRecord
from appliance.support.ledger import Standing, standing
from appliance.support.words import seen, stands, still
from web.desk import desk, finding_words, page
from web.kept import kept
from web.language import Language
from web.security import allow
from web.standing import outside
from web.support import claims_of

pages = Blueprint("fridge", __name__)

MOST: Final = 6
"""Companies, and findings half as many: it must stay one page."""

STRANGERS: Final = ("third", "unknown")


class Observed(NamedTuple):
    """A finding as the page tells it."""

    sentence: str
    do: str
    cannot_prove: str


@pages.get("/devices/<device>/page")
@allow("read")
@kept
def show(device: str) -> str:
    """Show the page; print rules leave the rest of the dashboard out."""
    here = desk()
    reader = here.reader
    found, watch = reader.device(device), reader.watch()
    if found is None or watch.last_ts is None:
        abort(404)
    parties = outside(reader.parties(device))
    words = Words(here.language.code)
    one = standing(found, reader.updates(device), parties, watch.last_ts, claims_of(device))
    observed = list(_observed(here.language, found.name, reader.findings(device)))
    strangers = [party for party in parties if party.role in STRANGERS]
    return page(
        "fridge.html",
        device=found,
        parties=_first(parties),
        more=max(0, len(parties) - MOST),
        strangers=len(strangers),
        findings=observed[: MOST // 2],
        support=stands(words, one) + still(words, one),
        updates=seen(words, one).strip(),
        advice=list(_advice(here.language, one, strangers, observed[: MOST // 2])),
    )


def _first(parties: Sequence[PartyRecord]) -> list[PartyRecord]:
    """Return the parties to name: those that are neither maker nor helpers first, then by contacts."""
    return sorted(parties, key=lambda party: (party.role not in STRANGERS, -party.contacts))[:MOST]


def _observed(language: Language, name: str, findings: Iterable[Finding]) -> Iterable[Observed]:
    for finding in findings:
        said = finding_words(language, finding.code)
        if said is not None:
            sentence = said.sentence.format(device=name, times=finding.times)
            yield Observed(sentence, said.do, said.cannot_prove)


def _advice(
    language: Language, one: Standing, strangers: Sequence[PartyRecord], observed: Sequence[Observed]
) -> Iterable[str]:
    """Return what a family can do: what the findings say, then what is good for any device; each once."""
    said = [each.do for each in observed]
    if strangers:
        said.append(language._("Ask the maker what these companies receive, and why."))
    if one.state == "not_stated":
        said.append(language._("Look on the box until when updates come, and write it down."))
    said.append(language._("Switch it off when nobody uses it."))
    return dict.fromkeys(said)
