"""The language of an answer: the family's own choice, else what the browser asks for, else the home's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from flask import Flask, current_app, g, has_request_context, request

from web.language import LANGUAGES, Language

EXTENSION: Final = "tattlebox-languages"

_drawn: ContextVar[Language | None] = ContextVar("drawn", default=None)
"""The language of the page that is being drawn: it is asked for some thousand times."""


def install(app: Flask, home: Language) -> None:
    """Give the application its languages, and its templates `_` and `ngettext`.

    `home` speaks where nobody chose and no browser asks.
    """
    app.extensions[EXTENSION] = {home.code: home}

    def say(text: str) -> str:
        return spoken(home).translations.gettext(text)

    def count(one: str, many: str, number: int) -> str:
        return spoken(home).translations.ngettext(one, many, number)

    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(say, count, newstyle=True)  # type: ignore[attr-defined]
    env.globals["_"] = env.globals["gettext"]  # the extension's own `_` looks for it each time


@contextmanager
def drawing(language: Language) -> Iterator[None]:
    """Speak one language while a page is drawn."""
    before = _drawn.set(language)
    try:
        yield
    finally:
        _drawn.reset(before)


def spoken(home: Language) -> Language:
    """Return the language of this request; `home` outside of one.

    `g.language` is the family's or the reader's own choice, set by whoever knows the user; a code that is no
    language of ours counts as none.
    """
    drawn = _drawn.get()
    if drawn is not None:
        return drawn
    return _chosen(g.get("language"), home) if has_request_context() else home


def _chosen(code: str | None, home: Language) -> Language:
    if code not in LANGUAGES:
        code = request.accept_languages.best_match(list(LANGUAGES), home.code)
    languages: dict[str, Language] = current_app.extensions[EXTENSION]
    if code not in languages:
        languages[code] = home.spoken(code)  # 2 MB, which a home that speaks one language never takes
    return languages[code]
