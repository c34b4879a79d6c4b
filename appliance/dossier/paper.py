"""From the case to the pages: headings, paragraphs, tables and drawings in one language. Does no I/O.

Blocks are plain data: text from the network is only ever a value in it, never markup of the typesetter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from appliance.alerts.words import Words
from appliance.declared.compare import MAKER
from appliance.declared.document import COUNTRY, PURPOSE
from appliance.dossier import charts
from appliance.dossier.order import Order
from appliance.store.pruning import DAY_S
from appliance.store.rollups import Sum

Block = dict[str, Any]

MAX_PARTIES: Final = 80
MAX_CHANGES: Final = 200
MAX_UPDATES: Final = 40
MAX_FINDINGS: Final = 120
MAX_DECLARED: Final = 150
"""Rows printed of each kind: some pages. The bundle holds all."""

MAX_CELL: Final = 600
"""Characters of one cell or paragraph from the network."""


def paper(case: dict[str, Any], order: Order, sums: Sequence[tuple[int, Sum]], key: str) -> dict[str, Any]:
    """Return title, language and blocks of the pages; `key` is the fingerprint of the appliance's key."""
    page = _Page(Words(order.language), case, order, sums, key)
    return {
        "language": case["language"],
        "title": printable(page.say("title", device=case["device"]["name"])),
        "date": [int(part) for part in Order("", 0, 0).when(order.until)[:10].split("-")],
        "subtitle": page.say("subtitle", since=case["coverage"]["since"], until=case["coverage"]["until"]),
        "blocks": page.blocks(),
    }


def printable(text: str) -> str:
    """Return text in characters that the built-in fonts have; others as their number, "[U+718A]".

    Output must be the same on every machine, so no font of the system is used.
    """
    shown = "".join(
        c if _has_glyph(ord(c)) and (c.isprintable() or c == "\u00a0") else f"[U+{ord(c):04X}]"
        for c in text[:MAX_CELL]
    )
    return shown if len(text) <= MAX_CELL else shown + "…"


def breakable(text: str) -> str:
    """Return text whose long words may break: behind dots and dashes, in a digest anywhere."""
    return _LONG_WORD.sub(lambda word: _breaks(word[0]), text)


def _breaks(word: str) -> str:
    parts = re.split(r"(?<=[.\-_/:])(?=.)", word)
    return BREAK.join(
        BREAK.join(re.findall(".{1,12}", part)) if len(part) > LONGEST else part for part in parts
    )


BREAK: Final = "\u200b"
LONGEST: Final = 32
"""Letters of a part that is not broken: longer than those of any natural word."""

_NO_LETTER: Final = re.compile(r"[^a-z0-9]+")
_LONG_WORD: Final = re.compile(r"\S{14,}")


def _has_glyph(code: int) -> bool:
    return code < 0x500 or 0x1E00 <= code < 0x2000 or 0x2010 <= code < 0x2040 or code in _SIGNS


_SIGNS: Final = frozenset(map(ord, "€™←↑→↓−≤≥"))


class _Page:
    def __init__(
        self, words: Words, case: dict[str, Any], order: Order, sums: Sequence[tuple[int, Sum]], key: str
    ) -> None:
        self._words, self._case, self._order, self._sums, self._key = words, case, order, sums, key

    def say(self, key: str, /, **parts: object) -> str:
        return self._words.say(f"dossier.{key}", **{name: str(part) for name, part in parts.items()})

    def _word(self, key: str, otherwise: str) -> str:
        """Return the text of a key, else what stands in the data: a list may have grown since."""
        return self.say(key) if self._words.has(f"dossier.{key}") else otherwise

    def blocks(self) -> list[Block]:
        """Return every block in order."""
        sections = (
            ("summary", self._summary),
            ("identity", self._identity),
            ("coverage", self._coverage),
            ("parties", self._parties),
            ("updates", self._updates),
            ("changes", self._changes),
            ("findings", self._findings),
            ("declared", self._declared),
            ("support", self._support),
            ("method", self._method),
            ("limits", self._limits),
            ("check", self._check),
        )
        found = [_paragraph(self.say("neutral"))]
        times = self.say("times.exact" if self._order.exact else "times.days")
        found.append(_paragraph(self.say("made", tool=self._case["made_with"], times=times)))
        for name, section in sections:
            found += [_heading(self.say(f"h.{name}")), *section()]
        return found

    def _summary(self) -> Iterable[Block]:
        parties, findings = self._case["parties"], self._case["findings"]
        others = sum(party["role"] in ("third", "unknown") for party in parties)
        yield _list(
            [
                self.say("sum.parties", n=len(parties), third=others),
                self.say("sum.updates", n=len(self._case["updates"]), changes=len(self._case["changes"])),
                self.say(
                    "sum.findings",
                    n=len({one["code"] for one in findings}),
                    grave=len({one["code"] for one in findings if one["severity"] == 3}),
                ),
                self._case["support"]["sentence"],
                self._covered(),
            ]
        )

    def _identity(self) -> Iterable[Block]:
        device = self._case["device"]
        rows = [(self.say("name"), device["name"], "")]
        rows += [
            (
                self.say(field),
                self._told(field, device[field]),
                self._sure(device["confidence"].get(field)),
            )
            for field in ("vendor", "category", "model")
        ]
        rows += [(self.say("address"), address, "") for address in device["addresses"]]
        rows.append((self.say("seen"), f"{device['first_seen']} – {device['last_seen']}", ""))
        yield _table([self.say("c.what"), self.say("c.value"), self.say("c.sure")], rows, (2, 4, 1))
        reasons = [
            (
                self._field(one["field"]),
                self._told(one["field"], one["value"]),
                self.say(f"source.{one['source']}"),
                self._sure(one["confidence"]),
            )
            for one in device["evidence"]
        ]
        heads = ("c.what", "c.value", "c.reason", "c.sure")
        yield _table(map(self.say, heads), reasons, (2, 4, 5, 1))

    def _told(self, field: str, value: str | None) -> str:
        """Return what a device is told to be; kinds of devices have a word in each language."""
        if value is None:
            return self.say("unknown")
        return self._word(f"kind.{value.replace(' ', '_')}", value) if field == "category" else value

    def _coverage(self) -> Iterable[Block]:
        cover = self._case["coverage"]
        yield _paragraph(self._covered())
        if cover["record_since"]:
            yield _paragraph(
                self.say("cover.record", since=cover["record_since"], until=cover["record_until"])
            )
        if cover["clock_doubtful_seconds"]:
            yield _paragraph(self.say("cover.clock", hours=self._hours(cover["clock_doubtful_seconds"])))
        if not cover["losses"]:
            yield _paragraph(self.say("cover.none"))
            return
        yield _paragraph(self.say("cover.losses"))
        rows = [
            (self._loss(one["kind"]), one["times"], one["lost"] or "–", self._hours(one["seconds"]))
            for one in cover["losses"]
        ]
        yield _table(map(self.say, ("c.kind", "c.times", "c.lost", "c.hours")), rows, (4, 1, 1, 1))
        longest = sorted(cover["gaps"], key=lambda gap: -gap["seconds"])[:20]
        if longest:
            yield _paragraph(self.say("cover.gaps"))
            spans = [
                (gap["since"], gap["until"], self._hours(gap["seconds"]), self._loss(gap["kind"]))
                for gap in longest
            ]
            yield _table(map(self.say, ("c.first", "c.last", "c.hours", "c.kind")), spans, (2, 2, 1, 3))
        more = len(cover["gaps"]) - len(longest) + cover["gaps_not_listed"]
        if more:
            yield _paragraph(self.say("cover.gaps.more", n=more))

    def _parties(self) -> Iterable[Block]:
        parties = self._case["parties"]
        if not parties:
            yield _paragraph(self.say("parties.none"))
            return
        yield from self._drawings(parties)
        heads = (
            "c.organisation",
            "c.role",
            "c.purpose",
            "c.countries",
            "c.encrypted",
            "c.contacts",
            "c.sent",
            "c.first",
            "c.last",
        )
        rows = [
            (
                f"{party['organisation']} ({party['domain']})" if party["organisation"] else party["domain"],
                self.say(f"role.{party['role']}"),
                self._purpose(party["purpose"]),
                f"{party['organisation_country'] or '–'} / {', '.join(party['server_countries']) or '–'}",
                self._yes(party["encrypted"]),
                party["contacts"],
                self._words.size(party["bytes_up"]),
                party["first_day"],
                party["last_day"],
            )
            for party in parties[:MAX_PARTIES]
        ]
        yield _table(map(self.say, heads), rows, (4, 2, 2, 2, 2, 1.5, 1.6, 2, 2))
        if len(parties) > MAX_PARTIES:
            yield _paragraph(self.say("parties.more", n=len(parties) - MAX_PARTIES))

    def _drawings(self, parties: Sequence[dict[str, Any]]) -> Iterable[Block]:
        span = charts.Span(int(self._order.since // DAY_S), int(-(-self._order.until // DAY_S)))
        when = Order("", 0, 0).when
        ticks = [when(day * DAY_S) for day in (span.since, (span.since + span.until) // 2, span.until - 1)]
        dark = [
            (_day_number(gap["since"]), _day_number(gap["until"]) + 1)
            for gap in self._case["coverage"]["gaps"]
            if gap["seconds"] >= DAY_S / 2
        ]
        drawn = charts.sent(span, self._sums, dark, ticks)
        step = self.say("step.day" if span.step == 1 else "step.week")
        alt = self.say(
            "chart.sent.alt", step=step, most=self._words.size(drawn.most), day=when(drawn.day * DAY_S)
        )
        yield _drawing(drawn.svg, alt, f"{self.say('chart.sent')}. {alt}")
        names = [
            (party["domain"], printable(_short(party["organisation"] or party["domain"])))
            for party in parties[: charts.MAX_LANES]
        ]
        alt = self.say("chart.lanes.alt", n=len(names))
        yield _drawing(charts.lanes(span, names, self._sums, ticks), alt, self.say("chart.lanes"))

    def _updates(self) -> Iterable[Block]:
        if not self._case["updates"]:
            yield _paragraph(self.say("update.none"))
        for update in self._case["updates"][-MAX_UPDATES:]:
            certainty = self.say(f"certainty.{update['certainty']}")
            yield _heading(self.say("update.head", date=update["ts"], certainty=certainty), level=2)
            before, after = update["before"], update["after"]
            text = ""
            if update["version_before"] or update["version_after"]:
                text = (
                    self.say(
                        "update.version",
                        before=update["version_before"] or "?",
                        after=update["version_after"] or "?",
                    )
                    + " "
                )
            text += self.say("update.how", cues="; ".join(update["evidence"]) or "–") + " "
            text += self.say(
                "update.sides",
                before=self._hours(before["watched_seconds"]),
                after=self._hours(after["watched_seconds"]),
            )
            yield _paragraph(text)
            if update["nothing_changed"]:
                yield _paragraph(self.say("update.same"))
            if not (before["enough"] and after["enough"]):
                yield _paragraph(self.say("update.short"))
                continue
            rows = [
                (
                    f"{row['organisation']} ({row['domain']})" if row["organisation"] else row["domain"],
                    self._rate(row["before"]),
                    self._rate(row["after"]),
                    ", ".join(self._change(change["kind"]) for change in row["changes"]) or "–",
                )
                for row in update["parties"][:15]
            ]
            yield _table(
                map(self.say, ("c.organisation", "c.before", "c.after", "c.change")), rows, (4, 3, 3, 3)
            )

    def _changes(self) -> Iterable[Block]:
        changes = self._case["changes"]
        if not changes:
            yield _paragraph(self.say("changes.none"))
            return
        rows = [
            (
                change["ts"],
                self._change(change["kind"]),
                change["organisation"] or change["domain"] or "–",
                self.say(f"certainty.{change['certainty']}"),
                self.say("changes.after", date=change["update"]) if change["update"] else "",
            )
            for change in changes[-MAX_CHANGES:]
        ]
        yield _table(
            map(self.say, ("c.when", "c.change", "c.organisation", "c.certainty", "c.reason")),
            rows,
            (2, 3, 4, 2, 4),
        )

    def _findings(self) -> Iterable[Block]:
        if not self._case["findings"]:
            yield _paragraph(self.say("findings.none"))
        for finding in self._case["findings"][:MAX_FINDINGS]:
            about = f" – {finding['domain']}" if finding["domain"] else ""
            yield _heading(f"{finding['title']}{about}", level=2)
            yield _paragraph(f"{self.say('finding.severity', n=finding['severity'])}. {finding['sentence']}")
            seen = {"times": finding["times"], "first": finding["first_ts"], "last": finding["last_ts"]}
            yield _paragraph(self.say("finding.seen", **seen, detail=finding["detail"]))
            if finding["cannot_prove"]:
                yield _paragraph(self.say("finding.limit", limit=finding["cannot_prove"]))
            rules = [self._rule(rule) for rule in finding["rules"]]
            if rules:
                yield _paragraph(self.say("finding.rules"))
                yield _list(rules)

    def _declared(self) -> Iterable[Block]:
        declared = self._case["declared"]
        if not declared["documents"]:
            yield _paragraph(self.say("declared.none"))
            return
        yield _paragraph(self.say("declared.text"))
        rows = [
            (one["day"], self._document(one), one["source"], one["sha256"]) for one in declared["documents"]
        ]
        yield _table(map(self.say, ("c.when", "c.document", "c.source", "c.sha")), rows, (2, 2, 3, 5))
        table = [
            (
                self.say(f"standing.{one['standing'].replace(' ', '_')}"),
                self._value(one["topic"], one["value"]),
                self._word(f"topic.{one['topic']}", one["topic"]),
                self.say("role.first")
                if one["note"] == MAKER
                else one["note"] or ", ".join(one["seen"]) or "–",
                one["sentence"] or "–",
            )
            for one in declared["rows"][:MAX_DECLARED]
        ]
        heads = ("c.what", "c.name", "c.kind", "c.observed", "c.sentence")
        yield _table(map(self.say, heads), table, (3, 3, 2, 3, 5))

    def _support(self) -> Iterable[Block]:
        support = self._case["support"]
        yield _paragraph(support["sentence"])
        if support["stated_by"]:
            yield _paragraph(f"{self.say('c.source')}: {support['stated_by']}")
        yield _paragraph(self.say("support.rules"))
        rows = [(rule["name"], rule["jurisdiction"], rule["applies"]) for rule in support["rules"]]
        yield _table([self.say("c.rule"), "", self.say("c.applies")], rows, (8, 1, 2))

    def _method(self) -> Iterable[Block]:
        yield _paragraph(self.say("method.text"))
        for measured_on, figures in groupby(
            self._case["method"]["figures"], key=lambda one: one["measured on"]
        ):
            yield _paragraph(f"{self.say('c.on')}: {measured_on}")
            rows = [(self._figure(one["figure"]), one["reached"], one["goal"] or "–") for one in figures]
            yield _table(map(self.say, ("c.figure", "c.reached", "c.goal")), rows, (7, 2, 2))

    def _figure(self, name: str) -> str:
        return self._word(f"figure.{_NO_LETTER.sub('_', name.lower()).strip('_')}", name)

    def _limits(self) -> Iterable[Block]:
        yield _list(self._case["method"]["limits"])

    def _check(self) -> Iterable[Block]:
        yield _paragraph(self.say("check.text", key=self._key), whole=True)
        chain, former = self._case["chain"]["device"], self._case["chain"]["former"]
        if not chain["links"]:
            yield _paragraph(self.say("check.chain.none"))
            return
        parts = {
            "first": chain["first_day"],
            "last": chain["last_day"],
            "links": chain["links"],
            "head": chain["head"],
        }
        text = self.say("check.chain", **parts) + " "
        chains = [chain, *former]
        if all(one["holds"] for one in chains):
            text += self.say("check.chain.holds")
        else:
            days = sorted(
                {day for one in chains for day in (*one["broken"], *(d for d, _ in one["changed"]))}
            )
            text += self.say("check.chain.not", days=", ".join(days[:20]))
        if gone := sum(one["no_longer_kept"] for one in chains):
            text += " " + self.say("check.chain.gone", n=gone)
        yield _paragraph(text, whole=True)

    def _covered(self) -> str:
        cover = self._case["coverage"]
        share = f"{100 * cover['watched_share']:.1f} %".replace(".", self._words.say("decimal"))
        return self.say(
            "cover",
            watched=self._hours(cover["watched_seconds"]),
            asked=self._hours(cover["seconds"]),
            share=share,
        )

    def _rule(self, rule: dict[str, Any]) -> str:
        if not rule["applies"]:
            return str(rule["text"])
        text = self.say("finding.then", rule=rule["text"], date=rule["applies"])
        return text if rule["applied_when_last_seen"] else text + self.say("finding.notyet")

    def _field(self, field: str) -> str:
        return self.say("field.support") if field == "support" else self.say(field)

    def _loss(self, kind: str) -> str:
        return self.say(f"loss.{kind}") if self._words.has(f"dossier.loss.{kind}") else kind.replace("_", " ")

    def _change(self, kind: str) -> str:
        return (
            self.say(f"change.{kind}")
            if self._words.has(f"dossier.change.{kind}")
            else kind.replace("_", " ")
        )

    def _purpose(self, code: str | None) -> str:
        return self._word(f"purpose.{code}", code) if code else "–"

    def _value(self, topic: str, value: str) -> str:
        """Return what a document declares; countries and purposes are codes."""
        if topic == COUNTRY:
            return self._words.country(value)
        return self._purpose(value) if topic == PURPOSE else value

    def _document(self, one: dict[str, Any]) -> str:
        kind = self._word(f"document.{one['kind']}", one["kind"])
        worth = one["signature"]
        return f"{kind} ({self._word(f'signature.{worth}', worth)}: {one['signer']})" if worth else kind

    def _yes(self, value: bool | None) -> str:
        return self.say("unknown" if value is None else "yes" if value else "no")

    def _rate(self, rate: dict[str, float]) -> str:
        if not rate["contacts_per_day"] and not rate["bytes_per_day"]:
            return self.say("none")
        contacts = f"{rate['contacts_per_day']:.1f}".replace(".", self._words.say("decimal"))
        return self.say("update.rate", contacts=contacts, sent=self._words.size(rate["bytes_per_day"]))

    def _hours(self, seconds: float) -> str:
        hours = seconds / 3_600
        text = f"{hours:.0f}" if hours >= 10 or hours == 0 else f"{hours:.1f}"
        return text.replace(".", self._words.say("decimal"))

    def _sure(self, confidence: float | None) -> str:
        return "–" if confidence is None else f"{100 * confidence:.0f} %"


def _short(text: str) -> str:
    return text if len(text) <= 28 else text[:27] + "…"


def _day_number(text: str) -> int:
    """Return the UTC day of a date of the case."""
    return date.fromisoformat(text[:10]).toordinal() - date(1970, 1, 1).toordinal()


def _heading(text: str, level: int = 1) -> Block:
    return {"kind": "heading", "level": level, "text": printable(text)}


def _paragraph(text: str, *, whole: bool = False) -> Block:
    """Return a paragraph; `whole` ones are our own, however long."""
    pieces = [text[n : n + MAX_CELL] for n in range(0, len(text), MAX_CELL)] if whole else [text]
    return {"kind": "paragraph", "text": breakable("".join(map(printable, pieces)))}


def _list(items: Iterable[str]) -> Block:
    return {"kind": "list", "items": [breakable(printable(item)) for item in items]}


def _table(heads: Iterable[str], rows: Iterable[Sequence[object]], widths: Sequence[float]) -> Block:
    return {
        "kind": "table",
        "heads": [printable(head) for head in heads],
        "rows": [[breakable(printable(str(cell))) for cell in row] for row in rows],
        "widths": list(widths),
    }


def _drawing(svg: str, alt: str, caption: str) -> Block:
    return {"kind": "drawing", "svg": svg, "alt": printable(alt), "caption": printable(caption)}
