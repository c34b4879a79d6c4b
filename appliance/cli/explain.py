"""`tattlebox explain ID`: the chain from an alert to its change, its numbers, its flows, what they told."""

from __future__ import annotations

import argparse
from typing import Any

from appliance.cli.common import (
    CommandError,
    add_json,
    add_store,
    open_reader,
    print_json,
    printable,
    size,
    when,
)
from appliance.evidence import evidence_chain


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "explain",
        help="why an alert or change is there, down to the flows",
        description="Prints the evidence of an alert (a-…) or change (c-…), down to the flows it rests on.",
    )
    parser.add_argument("id", metavar="ID", help="an id that `tattlebox alerts` or `tattlebox changes` shows")
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    with open_reader(args) as reader:
        try:
            chain = evidence_chain(reader, args.id)
        except LookupError:
            raise CommandError(
                f"no alert or change has the id {printable(args.id)!r}; `tattlebox alerts` lists them"
            ) from None
    if args.json:
        print_json(chain)
    else:
        _print(chain)
    return 0


def _print(chain: dict[str, Any]) -> None:
    if alert := chain["alert"]:
        print(f"{alert['title']}\n  {printable(alert['text'])}\n  What you can do: {alert['do']}")
        print(f"  Rule {alert['kind']}, severity {alert['severity']}, volume {alert['volume']}")
    if rule := chain["rule"]:
        print(f"  Why it matters: {rule['why']}")
    if change := chain["change"]:
        who = printable(change["organisation"] or change["domain"] or "")
        seen = f"first seen {when(change['ts'])}, {change['certainty']}"
        print(f"Change {change['id']}: {change['kind']} {who}, {seen}")
        for side in ("before", "after"):
            print(f"  {side}: " + ", ".join(f"{key} {value}" for key, value in change[side].items()))
        if change["update"] is not None:
            print(f"  an update was seen {when(change['update'])}" + _cues(chain["update"]))
    _print_sightings(chain["sightings"])
    for finding in chain["findings"]:
        print(f"Finding {finding['code']}: {finding['times']} times, {printable(finding['detail'])}")
    print(f"Flows kept as evidence: {len(chain['flows'])}")
    for flow in chain["flows"]:
        sent, received = size(flow["orig_ip_bytes"]), size(flow["resp_ip_bytes"])
        ends = f"{flow['orig_h']}:{flow['orig_p']} -> {flow['resp_h']}:{flow['resp_p']}/{flow['proto']}"
        name = printable(flow["server_name"] or "no name")
        print(f"  {when(flow['ts'])}  {flow['uid']}  {ends}  {name}  {sent} out, {received} in")
    for observation in chain["observations"]:
        words = {
            k: v for k, v in observation.items() if k not in ("v", "uid", "mac", "ts") and v not in (None, [])
        }
        print(f"  {when(observation['ts'])}  " + printable(", ".join(f"{k} {v}" for k, v in words.items())))


def _cues(update: dict[str, Any] | None) -> str:
    return f" ({update['certainty']}: {printable('; '.join(update['evidence']))})" if update else ""


def _print_sightings(sightings: list[dict[str, Any]]) -> None:
    """Print the week before and after, a line a day."""
    days: dict[int, list[int]] = {}
    for hour in sightings:
        day = days.setdefault(hour["hour"] // 24, [0, 0, 0])
        for column, name in enumerate(("contacts", "flows", "bytes_up")):
            day[column] += hour[name]
    if days:
        print("Sightings a day, a week to each side:")
    for number, (contacts, flows, sent) in sorted(days.items()):
        print(f"  {when(number * 86_400.0)[:10]}  {contacts} contacts, {flows} flows, {size(sent)} sent")
