"""Who is asking: a person by cookie, a program by token, a guest of a demonstration, or a stranger."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple, cast

from flask import Request, g, request

from appliance.access import PERMISSIONS, ROLES
from appliance.store.sessions import ROTATE_S, Session, new_secret
from web.security.house import House

SESSION: Final = "tattlebox-session"
BROWSER: Final = "tattlebox-browser"
VISIT: Final = "tattlebox-visit"
"""The three cookies: who is logged in, which browser is known, and a visit of somebody without a login."""

BEARER: Final = "Bearer "


class Visitor(NamedTuple):
    """Who asks, and what they may do."""

    kind: str  # "person", "program", "guest" (of a demonstration), "stranger"
    name: str
    role: str
    permissions: frozenset[str]
    person: int | None = None
    session: Session | None = None

    def may(self, permission: str) -> bool:
        """Return whether the visitor has a permission."""
        return permission in self.permissions


STRANGER: Final = Visitor("stranger", "", "", frozenset())
GUEST: Final = Visitor("guest", "", "parent", frozenset(PERMISSIONS))


def visitor() -> Visitor:
    """Return who asks; the guard found out before any view runs."""
    return cast(Visitor, g.get("visitor", STRANGER))


def find_visitor(house: House, ts: float) -> Visitor:
    """Return who sent this request, and have an old session's secret replaced. Raises StoreError."""
    if request.headers.get("Authorization", "").startswith(BEARER):
        return _program(house, ts)
    if house.demonstration:
        return GUEST
    secret = request.cookies.get(cookie_name(SESSION, request))
    session = house.sessions.find(secret, ts) if secret else None
    person = house.people.get(session.person) if session else None
    if session is None or person is None:
        return STRANGER
    if request.method == "GET" and ts - session.rotated >= ROTATE_S and session.ends - ts > ROTATE_S:
        g.new_session = house.sessions.rotate(session, ts)
    permissions = ROLES.get(person.role, frozenset())
    return Visitor("person", person.name, person.role, permissions, person.id, session)


def _program(house: House, ts: float) -> Visitor:
    found = house.tokens.find(request.headers["Authorization"].removeprefix(BEARER), ts)
    if found is None:
        return STRANGER
    token, permissions = found
    return Visitor("program", token.label, "", permissions, token.person)


def cookie_name(name: str, asked: Request) -> str:
    """Return the cookie's name; over HTTPS one that no other site or port of this host can set."""
    return f"__Host-{name}" if asked.is_secure else name


def csrf_token() -> str:
    """Return what the forms of this visitor carry. Somebody without a login gets a cookie to tie it to."""
    session = visitor().session
    if session is not None:
        return session.csrf
    visit = request.cookies.get(cookie_name(VISIT, request)) or g.get("new_visit")
    if not visit:
        visit = g.new_visit = new_secret()
    return hashlib.sha256(f"form of {visit}".encode()).hexdigest()
