"""Pages for what went wrong: one sentence, and where to go from there."""

from __future__ import annotations

import logging

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from appliance.store.database import StoreError
from web.api import problem
from web.marking import N_

log = logging.getLogger(__name__)

Answer = Response | tuple[str, int]

TITLES = {
    403: N_("You may not do this"),
    404: N_("There is nothing here"),
    405: N_("This page can only be read"),
    413: N_("That was too much at once"),
}
SENTENCES = {
    400: N_("What was sent makes no sense here. Open the page again and repeat it."),
    403: N_("Your account does not allow it. A parent of this home can change that on the settings page."),
    404: N_("The page may be older than what Tattlebox keeps, or its address has a slip in it."),
    405: N_("This address takes no changes: open the page and use its buttons."),
    413: N_("No form of this dashboard is as long as what was sent."),
    500: N_("Tattlebox could not draw this page. What it watches is not touched; try again in a moment."),
}

REFUSED = (
    "This is not an address of this dashboard. Open it under the one that Tattlebox showed when it started, "
    "or add this name with --trusted-host."
)


def install(app: Flask) -> None:
    """Answer every error with a page; an unexpected one is logged with the page that met it."""

    @app.errorhandler(SecurityError)
    def foreign(_: SecurityError) -> tuple[str, int, dict[str, str]]:
        """Say no more than the sentence: the page that asked may be a stranger's."""
        return f"{REFUSED}\n", 400, {"Content-Type": "text/plain; charset=utf-8"}

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Answer:
        if problem.asked():
            return problem.problem(error.code or 500, _own(error))
        return _page(error.code or 500, _own(error))

    @app.errorhandler(StoreError)
    def store(error: StoreError) -> Answer:
        log.error("store not readable page=%s: %s", request.endpoint, error)
        return problem.problem(500) if problem.asked() else _page(500)

    @app.errorhandler(500)
    def unexpected(_: Exception) -> Answer:
        return problem.problem(500) if problem.asked() else _page(500)


def _own(error: HTTPException) -> str:
    """Return what we said ourselves of an error; "" where it is the library's general word."""
    return "" if error.description == type(error).description else error.description or ""


def _page(code: int, said: str = "") -> tuple[str, int]:
    title = TITLES.get(code, N_("That did not work"))
    sentence = said or SENTENCES.get(code, SENTENCES[500])
    return render_template("error.html", code=code, title=title, sentence=sentence), code
