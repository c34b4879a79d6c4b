"""From an event of the outbox to the message of one channel: no more in it than the family lets that channel
say.

Does no I/O, has no clock. Names and texts may hold what devices announced: control and direction characters
go.
"""

from __future__ import annotations

import html
from datetime import datetime, tzinfo
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from appliance.alerts.alert import Alert
from appliance.alerts.digest import digest
from appliance.behaviour.facts import Change
from appliance.delivery.message import Message
from appliance.devices.identity import plain_text
from appliance.notify.texts import TEXTS, say
from appliance.store.channels import ChannelRow
from appliance.store.outbox import OUTAGE, TEST, WEEK, Event

MAX_TITLE: Final = 120
"""Characters of a title: phones show about 40, and mail servers refuse lines of 998."""

MAX_LINE: Final = 1_000
"""Characters of a line of text: a message of ntfy holds 4,096 bytes, of Discord 2,000 characters."""


class Known(NamedTuple):
    """What a message may need beside its event."""

    language: str
    zone: tzinfo
    names: dict[str, str]  # of devices, by id
    alerts: tuple[Alert, ...] = ()  # of the week, for its message
    changes: tuple[Change, ...] = ()


def message_key(uid: str, event_key: str) -> str:
    """Return the key under which a channel is told an event: unlike for two channels, and tells nothing."""
    return blake2b(event_key.encode("utf-8", "surrogatepass"), key=uid.encode(), digest_size=16).hexdigest()


def compose(event: Event, channel: ChannelRow, known: Known, *, doubtful: bool = False) -> Message:
    """Return the message; `doubtful`: it may have arrived before, and says so."""
    if event.kind == WEEK:
        title, text, facts = _week(channel.content, known)
    elif event.kind == OUTAGE:
        title, text, facts = _outage(event, channel, known)
    elif event.kind == TEST:
        title, text = say(known.language, "test.title"), say(known.language, "test.text")
        facts = {"content": "test"}
    else:
        title, text, facts = _alert(event, channel.content, known)
    if doubtful:
        text += "\n" + say(known.language, "again")
    lines = [plain_text(line, MAX_LINE) for line in text.split("\n")]
    return Message(
        message_key(channel.uid, event.key),
        event.ts,
        event.severity,
        plain_text(title, MAX_TITLE),
        "\n".join(lines),
        as_html(known.language, plain_text(title, MAX_TITLE), lines),
        facts,
    )


def trial(channel: ChannelRow, now: float) -> Event:
    """Return the event that has one channel told a test, and no other."""
    return Event(0, f"test.{channel.uid}.{now}", TEST, now, None, 1, "push", {"to": channel.uid})


def kind_words(language: str, kind: str) -> str:
    """Return what a kind of alert is about, without a name."""
    return say(language, f"kind.{kind}")


def as_html(language: str, title: str, lines: list[str]) -> str:
    """Return lines as a page of mail: escaped, no picture, no link, nothing is fetched."""
    blocks = []
    for line in lines:
        if line.startswith("- "):
            blocks.append(f'<p style="margin:0 0 8px 16px">{html.escape(line[2:])}</p>')
        elif line:
            blocks.append(f'<p style="margin:0 0 12px">{html.escape(line)}</p>')
    return (
        f'<!doctype html><html lang="{language if language in TEXTS else "en"}"><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title>"
        '<body style="font:16px/1.5 sans-serif;color:#222;max-width:40em;margin:16px auto;padding:0 16px">'
        f'<h1 style="font-size:20px">{html.escape(title)}</h1>{"".join(blocks)}</body></html>'
    )


def _alert(event: Event, content: str, known: Known) -> tuple[str, str, dict[str, Any]]:
    language = known.language
    if content == "something":
        return say(language, "something.title"), say(language, "something.text"), {"content": content}
    toy, kind = known.names.get(event.device or "", "?"), str(event.body["kind"])
    facts = {"content": content, "toy": plain_text(toy, MAX_TITLE), "kind": kind}
    if content == "toy":
        return f"{toy}: {kind_words(language, kind)}", say(language, "toy.text"), facts
    return str(event.body["title"]), f"{event.body['text']}\n{event.body['do']}", facts


def _week(content: str, known: Known) -> tuple[str, str, dict[str, Any]]:
    language, told = known.language, [alert for alert in known.alerts if alert.volume != "log"]
    title = say(language, "week.title")
    if content == "full":
        text = digest(known.alerts, known.changes, language)
        return title, text.partition("\n\n")[2], {"content": content, "week": len(told)}
    lines = [say(language, "week.text", n=str(len(told))) if told else say(language, "week.none")]
    if content == "toy":
        named = dict.fromkeys(
            f"- {known.names.get(one.device, '?')}: {kind_words(language, one.kind)}" for one in told
        )
        lines = [*named, *lines]
    return title, "\n".join(lines), {"content": content, "week": len(told)}


def _outage(event: Event, channel: ChannelRow, known: Known) -> tuple[str, str, dict[str, Any]]:
    names: dict[str, float] = event.body["names"]
    since = datetime.fromtimestamp(min(names.values()), known.zone).strftime("%Y-%m-%d %H:%M")
    shown = say(known.language, "list").join(names)
    key = "outage.text" if channel.name in names else "outage.since"
    return (
        say(known.language, "outage.title"),
        say(known.language, key, names=shown, since=since),
        {"content": channel.content, "kind": "outage"},
    )
