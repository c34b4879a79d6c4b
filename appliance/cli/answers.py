"""What the family says of alerts: `tattlebox expected`, `snooze`, `mute`, `wishes`, `answers`, their like."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from appliance.alerts import shadow
from appliance.alerts.answers import JUDGEMENTS, MUTE, SNOOZE, Answer, standing
from appliance.alerts.rules import RULES
from appliance.cli.common import (
    CommandError,
    add_verb,
    present_store,
    print_json,
    print_table,
    told,
    when,
)
from appliance.cli.show import find_device, find_party
from appliance.findings.kinds import KINDS
from appliance.out import plain
from appliance.store.answers import AnswerError, Answers
from appliance.store.book import Book
from appliance.store.reader import Reader

KINDS_OF_ALERT: Final = tuple(sorted({rule.CODE for rule in RULES} | {kind.code for kind in KINDS}))


def add(commands: Any) -> None:
    """Add the verbs."""
    for name, text in (
        (
            "expected",
            "say that an alert is as it should be: its device and party are only logged from now on",
        ),
        ("useful", "say that an alert was worth telling"),
        ("wrong", "say that an alert told what is not so"),
    ):
        verb = _verb(commands, name, _judge, text)
        verb.add_argument("alert", metavar="ALERT", help="an id that `tattlebox alerts` shows")
        verb.set_defaults(act=name)
    _about(_verb(commands, "snooze", _snooze, "only log a device's alerts until its next update"))
    mute = _verb(commands, "mute", _mute, "only log alerts of a device, a party or a kind")
    _about(mute, nargs="?")
    mute.add_argument("--days", type=float, metavar="N", help="for so many days; else until it is taken back")
    _about(
        _verb(commands, "unmute", _unmute, "take back what was muted or snoozed with these words"), nargs="?"
    )
    _verb(commands, "wishes", _wishes, "list what is expected, muted or snoozed")
    _verb(commands, "answers", _answers, "count how often alerts were worth telling in this home")


def undo_after(store: Path, ts: float) -> Answer | None:
    """Take back the last answer that stands if it was said after `ts`; return it, None where there is none.

    Raises StoreError.
    """
    book = Book(store)
    try:
        answers = Answers(book)
        last = max((one.ts for one in standing(answers.all())), default=ts)
        return answers.undo(time.time()) if last > ts else None
    finally:
        book.close()


def _verb(
    commands: Any, name: str, run: Callable[[Answers, argparse.Namespace], None], text: str
) -> argparse.ArgumentParser:
    def opened(args: argparse.Namespace) -> int:
        with closing(Book(present_store(args))) as book:
            run(Answers(book), args)
        return 0

    parser = add_verb(commands, name, text, json=True)
    parser.set_defaults(run=told(opened, AnswerError))
    return parser


def _about(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    parser.add_argument("device", metavar="DEVICE", nargs=nargs, help="its id, name or MAC")
    parser.add_argument("--party", metavar="P", help="only this party: its domain or organisation")
    parser.add_argument(
        "--kind", metavar="K", choices=KINDS_OF_ALERT, help="only this kind, such as more_often"
    )


def _judge(answers: Answers, args: argparse.Namespace) -> None:
    said: Answer = getattr(answers, args.act)(args.alert, time.time())
    _noted(args, said, "Noted")


def _snooze(answers: Answers, args: argparse.Namespace) -> None:
    device, party = _named(answers, args)
    said = answers.snooze(time.time(), str(device), party=party, kind=args.kind)
    _noted(args, said, "Only logged until the next update of this device")


def _mute(answers: Answers, args: argparse.Namespace) -> None:
    device, party = _named(answers, args)
    said = answers.mute(time.time(), device=device, party=party, kind=args.kind, days=_days(args.days))
    _noted(
        args, said, f"Only logged until {when(said.until)} UTC" if said.until else "Only logged from now on"
    )


def _days(days: float | None) -> float | None:
    if days is not None and not 0 < days <= 36_500:
        raise CommandError(f"read --days {days}, expected a number above 0 and at most 36500")
    return days


def _unmute(answers: Answers, args: argparse.Namespace) -> None:
    device, party = _named(answers, args)
    wanted = (device, party, args.kind)
    found = [
        one
        for one in answers.standing()
        if one.act not in JUDGEMENTS and (one.device, one.party, one.kind) == wanted
    ]
    if not found:
        raise CommandError("nothing is muted or snoozed in these words; `tattlebox wishes` lists what is")
    for answer in found:
        _noted(args, answers.undo(time.time(), answer.id), "Told again")


def _named(answers: Answers, args: argparse.Namespace) -> tuple[str | None, str | None]:
    """Return the device's id and the party's domain that the arguments name. Raises CommandError."""
    with Reader(answers.book.path) as reader:
        device = find_device(reader, args.device)
        return device, None if args.party is None else find_party(reader, device, args.party)


def _noted(args: argparse.Namespace, answer: Answer, sentence: str) -> None:
    if args.json:
        print_json(plain(answer))
    else:
        print(f"{sentence} (number {answer.id}; `tattlebox undo` takes back the last word).")


def _wishes(answers: Answers, args: argparse.Namespace) -> None:
    stand = answers.standing()
    if args.json:
        for answer in stand:
            print_json(plain(answer))
        return
    with Reader(answers.book.path) as reader:
        names = {device.device: device.name for device in reader.devices()}

    def row(answer: Answer) -> tuple[object, ...]:
        device = names.get(answer.device or "", answer.device) or "any"
        until = "the next update" if answer.act == SNOOZE else "it is taken back"
        if answer.act == MUTE and answer.until is not None:
            until = when(answer.until)
        return answer.id, answer.act, device, answer.party or "any", answer.kind or "any", until

    headings = ("NUMBER", "SAID", "DEVICE", "PARTY", "KIND", "UNTIL")
    print_table(headings, map(row, stand), "Nothing is expected, muted or snoozed.")


def _answers(answers: Answers, args: argparse.Namespace) -> None:
    said = answers.all()
    kinds = sorted({one.kind for one in said if one.act in JUDGEMENTS and one.kind})
    counts = [(None, shadow.shadow(said)), *((kind, shadow.shadow(said, kind)) for kind in kinds)]
    if args.json:
        for kind, count in counts:
            print_json({"kind": kind, **count.to_json()})
        return
    print(shadow.sentence(counts[0][1]))
    if counts[0][1].answered:
        rows = [
            (
                kind or "all",
                it.useful,
                it.expected,
                it.wrong,
                f"{it.false_share:.0%}",
                f"{it.low:.0%}–{it.high:.0%}",
            )
            for kind, it in counts
            if it.answered
        ]
        print_table(("KIND", "USEFUL", "EXPECTED", "WRONG", "NOT USEFUL", "95 %"), rows, "")
