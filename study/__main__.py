"""`python -m study`: take in what homes handed in, ask questions of all of them, let a home leave."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path

from study import ask
from study.homes import Home, hand_in, models
from study.intake import take_in, withdraw
from study.receive import receive
from study.release import release
from study.risk import claims
from study.shelf import Shelf, open_shelf

ENGINES = {"duckdb": ask.ask_duckdb, "clickhouse": ask.ask_clickhouse}


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; return the exit code."""
    args = _parser().parse_args(arguments)
    try:
        return int(args.run(args))
    except (KeyError, ValueError, OSError) as error:
        print(f"study: {error.args[0] if error.args else error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="study", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    intake = verbs.add_parser("intake", help="check and take in what homes handed in")
    intake.add_argument("place", help="s3://HOST:PORT/BUCKET, s3+tls://… or a folder")
    intake.add_argument("lake", type=Path, help="folder of the study's table")
    intake.add_argument("--study", required=True, help="name of the study, as in the homes' consent")
    intake.set_defaults(run=_intake)
    question = verbs.add_parser("ask", help="answer a question as CSV")
    question.add_argument("name", help=f"one of {', '.join(ask.names())}")
    question.add_argument("lake", type=Path)
    question.add_argument("--engine", choices=sorted(ENGINES), default="duckdb")
    question.add_argument(
        "-k", type=int, default=ask.DEFAULT_K, help="least homes of a row (default: %(default)s)"
    )
    question.set_defaults(run=_ask)
    leave = verbs.add_parser("withdraw", help="delete all that a home handed in")
    leave.add_argument("home")
    leave.add_argument("lake", type=Path)
    leave.set_defaults(run=_withdraw)
    received = verbs.add_parser(
        "receive", help="put a bundle that a home handed over where the intake takes it"
    )
    received.add_argument("bundle", type=Path, nargs="+")
    received.add_argument("place")
    received.set_defaults(run=_receive)
    told = verbs.add_parser("risk", help="how many homes can be told apart, and by what knowledge, as CSV")
    told.add_argument("lake", type=Path)
    told.set_defaults(run=_risk)
    released = verbs.add_parser(
        "release", help="write the table to hand on: rare parties and makers held back"
    )
    released.add_argument("lake", type=Path)
    released.add_argument("out", type=Path)
    released.add_argument("-k", type=int, default=ask.DEFAULT_K, help="least homes (default: %(default)s)")
    released.set_defaults(run=_release)
    pretend = verbs.add_parser("pretend", help="hand in the days of made-up homes, to try a set-up")
    pretend.add_argument("place")
    pretend.add_argument("--study", required=True)
    pretend.add_argument("--homes", type=int, default=100)
    pretend.add_argument("--days", type=int, default=30)
    pretend.add_argument("--seed", type=int, default=1)
    pretend.set_defaults(run=_pretend)
    return parser


def _shelf(place: str) -> Shelf:
    return open_shelf(place, os.environ.get("STUDY_ACCESS_KEY", ""), os.environ.get("STUDY_SECRET_KEY", ""))


def _intake(args: argparse.Namespace) -> int:
    taken = take_in(_shelf(args.place), args.lake, args.study)
    print(f"accepted {taken.accepted} days with {taken.rows} rows, refused {taken.refused}")
    return 1 if taken.refused else 0


def _ask(args: argparse.Namespace) -> int:
    query = ask.text(args.name, args.k)
    _check(args.lake)
    answer = ENGINES[args.engine](args.lake, query)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)
    return 0


def _check(lake: Path) -> None:
    if not any(lake.glob("day=*/*.parquet")):
        raise ValueError(f"read no day in {lake}; take some in first: python -m study intake")


def _receive(args: argparse.Namespace) -> int:
    shelf = _shelf(args.place)
    days = sum(receive(bundle, shelf) for bundle in args.bundle)
    print(f"{days} days wait to be taken in")
    return 0


def _risk(args: argparse.Namespace) -> int:
    _check(args.lake)
    print("knows,homes,classes,alone,links_at_most")
    for claim in claims(args.lake):
        print(f"{claim.knows},{claim.homes},{claim.classes},{claim.alone},{claim.links_at_most:.3f}")
    return 0


def _release(args: argparse.Namespace) -> int:
    _check(args.lake)
    rows, rare = release(args.lake, args.out, args.k)
    print(f"{rows} rows in {args.out}, {rare} of them name no party")
    return 0


def _withdraw(args: argparse.Namespace) -> int:
    print(f"deleted {withdraw(args.lake, args.home)} days")
    return 0


def _pretend(args: argparse.Namespace) -> int:
    shelf, world = _shelf(args.place), models(args.seed)
    size = 0
    for number in range(args.homes):
        home = Home(number, world, args.seed)
        size += sum(hand_in(home, day, shelf, args.study) for day in range(args.days))
    print(f"handed in {args.homes * args.days} days, {size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
