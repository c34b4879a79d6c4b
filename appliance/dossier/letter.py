"""Letters to a maker or an authority as drafts, filled from the case. Does no I/O.

They tell what was observed and ask; they judge nothing, and what a person must fill in stands in brackets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from appliance.alerts.words import Words
from appliance.declared.compare import SEEN
from appliance.declared.document import PARTY

MAKER: Final = "maker"

MOST: Final = 8
"""Parties, changes and findings in a letter: a page or two; the dossier has all."""

_WORTH: Final = (
    "new_party",
    "returned_party",
    "new_country",
    "encryption_lost",
    "new_data",
    "always_on",
    "active_at_night",
    "more_often",
    "bigger",
    "name_hidden",
)
"""Kinds of change that a letter names, in this order."""


class Recipient(NamedTuple):
    """Whom a letter is for."""

    about: str  # MAKER, or an authority's "privacy", "market", "consumer"
    name: str  # as it stands above the letter


def letter(case: dict[str, Any], recipient: Recipient, words: Words, key: str) -> str:
    """Return a letter as text, a paragraph a line; `key` is the fingerprint of the appliance's key."""
    return "\n\n".join(_Letter(case, recipient, words, key).paragraphs()) + "\n"


class _Letter:
    def __init__(self, case: dict[str, Any], recipient: Recipient, words: Words, key: str) -> None:
        self._case, self._recipient, self._words, self._key = case, recipient, words, key

    def say(self, text: str, /, **parts: object) -> str:
        return self._words.say(f"letter.{text}", **{name: str(part) for name, part in parts.items()})

    def paragraphs(self) -> Iterator[str]:
        about, device = self._recipient.about, self._case["device"]
        yield self.say("place", recipient=self._recipient.name)
        yield self.say(f"{about}.subject", device=device["name"])
        yield self.say("dear")
        what = ", ".join(device[field] for field in ("vendor", "model") if device[field]) or "?"
        yield self.say(f"{about}.open", product=self.say("product", device=device["name"], what=what))
        yield self._time()
        yield self._parties()
        yield from self._changes()
        yield from self._findings()
        yield from self._undeclared()
        yield self.say("support", sentence=self._case["support"]["sentence"])
        yield self.say("limits")
        yield self.say(f"{about}.ask")
        if about == MAKER:
            yield _listed([self.say(f"{MAKER}.ask{n}") for n in range(1, 5)])
        yield self.say("attached", key=self._key)
        yield self.say("bye")

    def _time(self) -> str:
        cover = self._case["coverage"]
        share = f"{100 * cover['watched_share']:.1f} %".replace(".", self._words.say("decimal"))
        return self.say("time", since=self._day(cover["since"]), until=self._day(cover["until"]), share=share)

    def _parties(self) -> str:
        """Return whom data went to: those that are neither the maker nor its infrastructure first."""
        order = ("third", "unknown", "first", "support")
        parties = sorted(
            self._case["parties"],
            key=lambda party: order.index(party["role"]) if party["role"] in order else 1,
        )
        if not parties:
            return self.say("none")
        lines = [
            self.say(
                "party",
                who=_who(party),
                role=self._words.say(f"dossier.role.{party['role']}"),
                first=self._day(party["first_day"]),
                last=self._day(party["last_day"]),
                sent=self._words.size(party["bytes_up"]),
                country=self._words.countries(party["server_countries"][:3]),
                encrypted=self.say("readable") if party["encrypted"] is False else "",
            )
            for party in parties[:MOST]
        ]
        return _listed(lines, self.say("parties"), self._more(len(parties)))

    def _changes(self) -> Iterator[str]:
        worth = [change for change in self._case["changes"] if change["kind"] in _WORTH]
        worth.sort(key=lambda change: _WORTH.index(change["kind"]))
        lines = [
            self.say(
                "change",
                date=self._day(change["ts"]),
                kind=self._words.say(f"dossier.change.{change['kind']}"),
                who=change["organisation"] or change["domain"] or "?",
                after=self.say("after", date=self._day(change["update"])) if change["update"] else "",
            )
            for change in worth[:MOST]
        ]
        if lines:
            yield _listed(lines, self.say("changes"), self._more(len(worth)))

    def _findings(self) -> Iterator[str]:
        found = [finding for finding in self._case["findings"] if finding["severity"] >= 2]
        lines = [
            self.say(
                "finding",
                sentence=finding["sentence"],
                times=finding["times"],
                last=self._day(finding["last_ts"]),
                limit=finding["cannot_prove"],
            )
            for finding in found[:MOST]
        ]
        if lines:
            yield _listed(lines, self.say("findings"), self._more(len(found)))

    def _undeclared(self) -> Iterator[str]:
        rows = self._case["declared"]["rows"]
        names = [row["value"] for row in rows if (row["topic"], row["standing"]) == (PARTY, SEEN)]
        if names:
            yield self.say("declared", who=self._words.listed(names[:MOST]))

    def _day(self, text: str) -> str:
        """Return a day of the case as the letter's language writes it; letters tell days alone."""
        return self._words.day(text[:10])

    def _more(self, count: int) -> str:
        return self.say("more", n=count - MOST) if count > MOST else ""


def _listed(lines: Sequence[str], head: str = "", more: str = "") -> str:
    return "\n".join([*filter(None, [head]), *(f"- {line}" for line in lines), *filter(None, [more])])


def _who(party: dict[str, Any]) -> str:
    return f"{party['organisation']} ({party['domain']})" if party["organisation"] else str(party["domain"])
