"""Studies: what one would get of this home, row by row, before anything does; the bundle."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, NamedTuple

from flask import Blueprint, abort, make_response, redirect, request, stream_with_context, url_for
from flask import Response as Answer
from werkzeug.wrappers import Response

from appliance.privacy import KEY_BYTES
from appliance.research.columns import DAY, FLOW
from appliance.research.consent import sentences
from appliance.research.profile import MAX_BYTES, Profile, ProfileError, parse, to_json
from appliance.research.risk import Tally, claims
from appliance.research.rows import Row
from appliance.research.session import BundleError, Session, home_in
from appliance.store.studies import Consent, Studies, StudyError
from web.desk import desk, page
from web.made import BUSY, TATTLEBOX, Made, download
from web.marking import N_
from web.security import allow
from web.security.house import house
from web.settings import again

pages = Blueprint("studies", __name__, url_prefix="/studies")

SHOWN: Final = 40
"""Rows on a page; all of them are in the file beside it."""

TOO_LONG: Final = N_("It takes too long for a page: use the command `tattlebox study bundle`.")
NOT_READ: Final = N_("You did not say that you looked at what would leave: nothing was agreed to.")


class Asked(NamedTuple):
    """The study that a request is about."""

    profile: Profile
    key: bytes
    since: int
    consent: Consent | None  # None: the home takes no part in it (yet)

    def session(self) -> Session:
        """Return what the study may have."""
        return Session(house().book.path, self.profile, self.key, self.since, 1 << 31)


@pages.get("/")
@allow("manage")
def show() -> Response:
    """Show the studies this home takes part in."""
    return _list()


@pages.post("/preview")
@allow("manage")
def preview() -> Response:
    """Show what a study asks, and exactly what would leave. Nothing does."""
    try:
        return _preview(_asked())
    except (ProfileError, StudyError, BundleError) as error:
        return _list(400, str(error))


@pages.post("/rows")
@allow("manage")
def rows() -> Response:
    """Return every row that would leave, as CSV."""
    try:
        asked = _asked()
    except (ProfileError, StudyError) as error:
        return _list(400, str(error))
    table = "flows" if request.form.get("table") == "flows" else "days"
    answer = Answer(stream_with_context(_csv(asked, table)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{asked.profile.study}-{table}.csv"'
    return answer


@pages.post("/join")
@allow("manage")
def join() -> Response:
    """Agree to what a study asks."""
    try:
        asked = _asked()
        if problem := again.refusal():
            return _preview(asked, 403, problem)
        if request.form.get("looked") != "yes":
            return _preview(asked, 400, NOT_READ)
        now = desk().clock()
        _studies().join(Consent(asked.profile.study, to_json(asked.profile), now, int(now // 86_400)))
    except (ProfileError, StudyError, BundleError) as error:
        return _list(400, str(error))
    return redirect(url_for("studies.show"), 303)


@pages.post("/bundle")
@allow("manage")
def bundle() -> Response:
    """Return the bundle of a study, made by a process of its own: the library that writes it takes 40 MB."""
    try:
        consent = _studies().get(request.form.get("study", ""))
    except StudyError:
        abort(404)
    store = house().book.path
    command = (*TATTLEBOX, "study", "bundle", consent.study, "--store", str(store), "--out")
    made = Made(store, f"{consent.study}.zip", lambda out: [*command, str(out)])
    if made.size_bytes is None:
        made.close()
        return _list(409 if made.problem == BUSY else 503, made.problem or TOO_LONG)
    return download(made, f"{consent.study}.zip", "application/zip")


@pages.post("/leave")
@allow("manage")
def leave() -> Response:
    """Take a consent back."""
    studies, study = _studies(), request.form.get("study", "")
    try:
        consent = studies.get(study)
        home = home_in(studies.key(study))
    except StudyError as error:
        return _list(404, str(error))
    if problem := again.refusal():
        return _list(403, problem)
    studies.leave(study)
    text = page("studies/left.html", profile=parse(consent.profile), home=home)
    return make_response(text)


def _studies() -> Studies:
    return Studies(house().book)


def _asked() -> Asked:
    """Return what the form is about: a study joined, or a profile. Raises ProfileError, StudyError."""
    if study := request.form.get("study", ""):
        consent = _studies().get(study)
        return Asked(parse(consent.profile), _studies().key(study), consent.since, consent)
    file = request.files.get("file")
    text = (file.read(MAX_BYTES + 1) if file else b"") or request.form.get("profile", "").encode()
    return Asked(parse(text), secrets.token_bytes(KEY_BYTES), 0, None)


def _list(code: int = 200, problem: str = "") -> Response:
    consents = [(consent, parse(consent.profile)) for consent in _studies().all()]
    return make_response(page("studies/list.html", consents=consents, problem=problem), code)


def _preview(asked: Asked, code: int = 200, problem: str = "") -> Response:
    tally, shown = Tally(), list[Row]()
    with asked.session() as session:
        for _, of_day in session.days():
            tally.see(of_day)
            shown += of_day[: max(0, SHOWN - len(shown))]
        flows = list(islice(session.flows(), SHOWN))
    text = page(
        "studies/preview.html",
        asked=asked,
        profile=asked.profile,
        text=to_json(asked.profile),
        sentences=sentences(asked.profile),
        tables=[
            (N_("Sums of a day"), "days", DAY, shown),
            (N_("Single conversations"), "flows", FLOW, flows),
        ],
        summary=tally.summary(),
        claims=claims(asked.profile, tally.summary()),
        problem=problem,
    )
    return make_response(text, code)


def _csv(asked: Asked, table: str) -> Iterator[bytes]:
    names = [column.name for column in (FLOW if table == "flows" else DAY)]
    with asked.session() as session:
        rows = (
            session.flows() if table == "flows" else chain.from_iterable(rows for _, rows in session.days())
        )
        for row in chain([dict(zip(names, names, strict=True))], rows):
            line = io.StringIO()
            csv.DictWriter(line, names).writerow(row)
            yield line.getvalue().encode()
