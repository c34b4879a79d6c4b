"""`tattlebox study`: what a study would get of this home, agreeing to it, giving it, leaving again."""

from __future__ import annotations

import argparse
import csv
import secrets
import sys
import time
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from appliance.archive.folder import ArchiveError
from appliance.cli.common import (
    CommandError,
    Run,
    add_json,
    add_verb,
    print_json,
    print_table,
    size,
    store_of,
    to_write,
    told,
)
from appliance.privacy import KEY_BYTES
from appliance.research.columns import DAY, FLOW
from appliance.research.consent import sentences
from appliance.research.profile import MAX_BYTES, Profile, ProfileError, parse, to_json
from appliance.research.risk import Summary, Tally, claims
from appliance.research.rows import EPOCH
from appliance.research.session import BundleError, Session, home_in
from appliance.store.book import Book
from appliance.store.outbox import Consumer, Outbox
from appliance.store.studies import Consent, Studies, StudyError, place_of

SHOWN: Final = 20
"""Rows of a preview, unless all are asked for."""


def add(commands: Any) -> None:
    """Add the verb."""
    text = "take part in a study: see what would leave, agree, give, leave again"
    group = commands.add_parser("study", help=text, description=text[0].upper() + text[1:] + ".")
    verbs = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    preview = _verb(verbs, "preview", _preview, "show exactly what would leave; nothing does")
    preview.add_argument(
        "profile", help="the file that the study gave you, or the name of one you take part in"
    )
    preview.add_argument("--all", action="store_true", help="every row, as CSV, and nothing else")
    preview.add_argument(
        "--flows", action="store_true", help="single conversations in place of sums of a day"
    )
    join = _verb(verbs, "join", _join, "agree to what a study asks; nothing leaves yet")
    join.add_argument("profile", type=Path, help="the file that the study gave you")
    join.add_argument("--yes", action="store_true", help="you have read what would leave, and agree")
    listed = _verb(verbs, "list", _list, "the studies this home takes part in")
    bundle = _verb(verbs, "bundle", _bundle, "write what the study may have to one file, to be handed over")
    bundle.add_argument("study", help="its name")
    bundle.add_argument("--out", type=Path, metavar="FILE", help="where to (default: STUDY.zip)")
    upload = _verb(verbs, "upload", _upload, "have each day sent to the study by itself")
    upload.add_argument("study", help="its name")
    upload.add_argument("what", choices=("on", "off", "now"), help="now: send at once what is due")
    leave = _verb(verbs, "leave", _leave, "take the consent back and forget the key")
    leave.add_argument("study", help="its name")
    for verb in (preview, join, bundle):
        verb.add_argument("--from", dest="since", type=_day, metavar="DAY", help="first UTC day, 2026-11-23")
    for verb in (preview, bundle):
        verb.add_argument("--to", dest="until", type=_day, metavar="DAY", help="UTC day that is not included")
    for verb in (preview, listed, bundle):
        add_json(verb)


def _verb(verbs: Any, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    parser = add_verb(verbs, name, text)
    parser.set_defaults(run=told(run, ProfileError, StudyError, BundleError, ArchiveError))
    return parser


def _day(text: str) -> int:
    try:
        return (date.fromisoformat(text) - EPOCH).days
    except ValueError:
        raise argparse.ArgumentTypeError(f"read {text!r}, expected a day such as 2026-11-23") from None


def _studies(args: argparse.Namespace) -> Studies:
    return Studies(Book(store_of(args)))


def _read(path: Path) -> Profile:
    try:
        with path.open("rb") as file:
            return parse(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}; expected the file of a study") from error


def _session(args: argparse.Namespace, profile: Profile, key: bytes, since: int) -> Session:
    until = args.until if args.until is not None else 1 << 31
    return Session(store_of(args), profile, key, since, until)


def _preview(args: argparse.Namespace) -> int:
    profile, key, since = _meant(args)
    tally = Tally()
    with _session(args, profile, key, since) as session:
        rows: list[Any] = []
        for _, of_day in session.days(args.since):
            tally.see(of_day)
            rows += of_day if args.all or args.json else of_day[: max(0, SHOWN - len(rows))]
        if args.flows:
            rows = list(session.flows() if args.all or args.json else islice(session.flows(), SHOWN))
    names = [column.name for column in (FLOW if args.flows else DAY)]
    if args.json:
        for row in rows:
            print_json(row)
        return 0
    if args.all:
        writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return 0
    _tell(profile, rows, names, tally.summary())
    return 0


def _meant(args: argparse.Namespace) -> tuple[Profile, bytes, int]:
    """Return profile, key and first day: of a study joined, else of a file, with a key for this once."""
    consents = {consent.study: consent for consent in _studies(args).all()}
    if args.profile in consents:
        consent = consents[args.profile]
        return parse(consent.profile), _studies(args).key(consent.study), consent.since
    return _read(Path(args.profile)), secrets.token_bytes(KEY_BYTES), args.since or 0


def _tell(profile: Profile, rows: list[Any], names: list[str], summary: Summary) -> None:
    print(
        f"{profile.title}\nAsked by: {profile.who}\nTo find out: {profile.purpose}\nUntil: {profile.until}\n"
    )
    for sentence in sentences(profile):
        print(f"- {sentence}")
    print(f"\nTo withdraw: {profile.withdraw}\n")
    print_table(names, [[row[name] for name in names] for row in rows], "No row would leave: nothing fits.")
    print(
        f"\n{summary.rows} rows of {summary.days} days would leave, of {summary.devices} devices and "
        f"{summary.parties} companies; {summary.rare_rows} rows name no company. --all shows every one."
    )
    print("\nWho could still tell that these rows are your home's:")
    for claim in claims(profile, summary):
        print(f"- {claim.knows}: {'yes' if claim.links_at_most else 'no'}; {claim.why}")


def _join(args: argparse.Namespace) -> int:
    profile, now = _read(args.profile), time.time()
    if not args.yes:
        raise CommandError(
            f"look first at what would leave: tattlebox study preview {args.profile}; then agree with --yes"
        )
    since = args.since if args.since is not None else int(now // 86_400)
    _studies(args).join(Consent(profile.study, to_json(profile), now, since))
    print(f"This home takes part in {profile.study} until {profile.until}. Nothing has left yet.")
    print(f"`tattlebox study bundle {profile.study}` writes what you hand over.")
    return 0


def _list(args: argparse.Namespace) -> int:
    consents = _studies(args).all()
    if args.json:
        for consent in consents:
            print_json(consent._asdict())
        return 0
    outbox = Outbox(Book(store_of(args)))
    rows = [
        (
            one.study,
            _shown(one.since),
            parse(one.profile).until,
            _sent(outbox.opened(place_of(one.study))),
            parse(one.profile).who,
        )
        for one in consents
    ]
    print_table(("STUDY", "FROM", "UNTIL", "SENT", "ASKED BY"), rows, "This home takes part in no study.")
    return 0


def _bundle(args: argparse.Namespace) -> int:
    from appliance.research.bundle import write  # noqa: PLC0415 - duckdb takes 40 MB

    studies = _studies(args)
    consent = studies.get(args.study)
    profile = parse(consent.profile)
    out = to_write(args.out, f"{profile.study}.zip")
    with _session(args, profile, studies.key(consent.study), consent.since) as session:
        done = write(session, consent, out, args.since)
    if args.json:
        print_json(
            {"home": done.home, "flows": done.flows, "bytes": done.size_bytes, **done.summary._asdict()}
        )
        return 0
    print(
        f"{done.summary.rows} rows of {done.summary.days} days and {done.flows} conversations in {out} "
        f"({size(done.size_bytes)}), as home {done.home}. Hand it to: {profile.who}"
    )
    return 0


def _upload(args: argparse.Namespace) -> int:
    from appliance.notify.uploads import Uploads  # noqa: PLC0415 - libraries that speak to receivers

    uploads, now = Uploads(store_of(args)), time.time()
    if args.what == "off":
        uploads.turn_off(args.study)
        print(f"Nothing is sent to {args.study} any more. What it has stays there until you withdraw it.")
        return 0
    if args.what == "on":
        uploads.turn_on(args.study)
        print(f"Each day that is over is sent to {args.study} from now on, by `tattlebox notify run`.")
        return 0
    uploads.send_due(now)
    standing = uploads.standing(args.study)
    if standing is None:
        raise CommandError(f"the days of {args.study} are not sent by themselves: turn it on first")
    if standing.failing is not None:
        raise CommandError(f"not all was sent: {standing.said}; it is tried again")
    print(f"{standing.delivered} days were sent, all before {_shown(standing.place)}.")
    return 0


def _leave(args: argparse.Namespace) -> int:
    studies = _studies(args)
    profile = parse(studies.get(args.study).profile)
    try:
        home = home_in(studies.key(args.study))
    except StudyError:
        home = "(unknown: the key is gone)"
    studies.leave(args.study)
    print(f"This home has left {profile.study}. What you handed over is under the home {home}.")
    print(f"To have it deleted: {profile.withdraw}")
    return 0


def _sent(standing: Consumer | None) -> str:
    if standing is None:
        return "by hand"
    return standing.said if standing.failing is not None else f"{standing.delivered} days"


def _shown(day: int) -> str:
    return date.fromordinal(EPOCH.toordinal() + day).isoformat()
