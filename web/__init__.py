"""The dashboard: pages drawn on the server from the store. No SQL, no rules, no judgement."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from flask import Blueprint, Flask

from web import (
    alerts,
    answers,
    api,
    certificate,
    changes,
    declared,
    devices,
    digest,
    dossier,
    errors,
    exports,
    fridge,
    headers,
    home,
    icon,
    identity,
    kept,
    log,
    login,
    nearby,
    policies,
    portal,
    recordings,
    security,
    settings,
    setup,
    sharing,
    static_files,
    studies,
    support,
    wifi,
)
from web.desk import Desk, install
from web.language import Language
from web.reading import Reader, VisibleReader
from web.security.house import House

MAX_BODY_BYTES: Final = 64 * 1024
"""Longest body of a form; the one view that takes parts of a file sets its own bound."""

MAX_FORM_PARTS: Final = 200
"""Fields of a form."""

BLUEPRINTS: Final[tuple[Blueprint, ...]] = (
    home.pages,
    devices.pages,
    dossier.pages,
    fridge.pages,
    identity.pages,
    policies.pages,
    changes.pages,
    alerts.pages,
    answers.pages,
    digest.pages,
    sharing.pages,
    support.pages,
    nearby.pages,
    wifi.pages,
    declared.pages,
    log.pages,
    exports.pages,
    studies.pages,
    recordings.pages,
    icon.pages,
    login.pages,
    setup.pages,
    portal.pages,
    settings.pages,
    certificate.pages,
    api.pages,
)
"""Every noun of the dashboard. Each view says who may use it (`web/security`), or nobody may."""


def create_app(
    reader: Reader,
    *,
    house: House,
    trusted_hosts: Sequence[str],
    zone: str | None = None,
    language: str = "en",
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Return the dashboard over `reader`, for those whom `house` lets in.

    A request whose Host is not in `trusted_hosts` (names without port) is refused with 400: a page of another
    site that points its name at this machine cannot read the home. `zone` is an IANA name, the machine's own
    when None. `clock` only tells how old the newest packet is.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(
        TRUSTED_HOSTS=list(trusted_hosts),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    static_files.install(app)
    install(app, Desk(VisibleReader(reader), Language(language, zone), clock))
    security.install(app, house, clock)
    kept.install(app, clock)
    app.jinja_env.globals["recording"] = recordings.mark
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.install(app, reader)
    headers.install(app)
    portal.install(app, house)
    errors.install(app)
    return app
