"""Pages for what went wrong: one sentence, and where to go from there."""

from __future__ import annotations

import logging

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from appliance.store.database import StoreError
from web.language import N_

log = logging.getLogger(__name__)

TITLES = {
    404: N_("There is nothing here"),
    405: N_("This page can only be read"),
}
SENTENCES = {
    404: N_("The page may be older than what Tattlebox keeps, or its address has a slip in it."),
    405: N_("This version of the dashboard shows what was seen; it does not change anything."),
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
    def known(error: HTTPException) -> tuple[str, int]:
        return _page(error.code or 500)

    @app.errorhandler(StoreError)
    def store(error: StoreError) -> tuple[str, int]:
        log.error("store not readable page=%s: %s", request.endpoint, error)
        return _page(500)

    @app.errorhandler(500)
    def unexpected(_: Exception) -> tuple[str, int]:
        return _page(500)


def _page(code: int) -> tuple[str, int]:
    title = TITLES.get(code, N_("That did not work"))
    return render_template(
        "error.html", code=code, title=title, sentence=SENTENCES.get(code, SENTENCES[500])
    ), code
