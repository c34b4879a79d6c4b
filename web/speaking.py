"""The language of an answer: the family's own choice, else what the browser asks for, else the home's."""

from __future__ import annotations

from typing import Final

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel  # type: ignore[import-untyped]

from web.language import DOMAIN, LANGUAGES, LOCALES, Language

EXTENSION: Final = "tattlebox-languages"


def install(app: Flask, home: Language) -> None:
    """Give the application its languages; `home` speaks where nobody chose and no browser asks."""
    app.extensions[EXTENSION] = {code: home if code == home.code else home.spoken(code) for code in LANGUAGES}
    Babel(
        app,
        default_locale=home.code,
        default_domain=DOMAIN,
        default_translation_directories=str(LOCALES),
        locale_selector=lambda: spoken(home).code,
    )


def spoken(home: Language) -> Language:
    """Return the language of this request; `home` outside of one.

    `g.language` is the family's or the reader's own choice, set by whoever knows the user; a code that is no
    language of ours counts as none.
    """
    if not has_request_context():
        return home
    code = g.get("language")
    found: tuple[str | None, Language] | None = g.get("spoken")
    if found is None or found[0] != code:  # a page asks some thousand times
        found = g.spoken = code, _chosen(code, home)
    return found[1]


def _chosen(code: str | None, home: Language) -> Language:
    if code not in LANGUAGES:
        code = request.accept_languages.best_match(list(LANGUAGES), home.code)
    languages: dict[str | None, Language] = current_app.extensions[EXTENSION]
    return languages.get(code, home)
