"""The dashboard: pages drawn on the server from the store. No SQL, no rules, no judgement, no JavaScript."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from flask import Flask

from web import alerts, changes, devices, errors, headers, home, icon
from web.desk import Desk, install
from web.language import Language
from web.reading import Reader, VisibleReader

MAX_BODY_BYTES: Final = 16 * 1024
"""No page takes a body; one that comes anyway is refused early."""


def create_app(
    reader: Reader,
    *,
    trusted_hosts: Sequence[str],
    zone: str | None = None,
    language: str = "en",
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Return the dashboard over `reader`.

    A request whose Host is not in `trusted_hosts` (names without port) is refused with 400: a page of another
    site that points its name at this machine cannot read the home. `zone` is an IANA name, the machine's own
    when None. `clock` only tells how old the newest packet is.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(
        TRUSTED_HOSTS=list(trusted_hosts),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    # Flask's own rule for static files would offer OPTIONS as well: it is made before the setting above.
    app.static_folder = "static"
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=app.send_static_file)
    install(app, Desk(VisibleReader(reader), Language(language, zone), clock))
    for blueprint in (home.pages, devices.pages, changes.pages, alerts.pages, icon.pages):
        app.register_blueprint(blueprint)
    headers.install(app)
    errors.install(app)
    return app
