"""The permission that each view declares; a view that declares none is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask

from appliance.access import PERMISSIONS

ANYONE: Final = "anyone"
"""For the few pages that a stranger must reach: logging in, the first run, style and icons."""

V = TypeVar("V", bound=Callable[..., Any])


def allow(permission: str) -> Callable[[V], V]:
    """Return a decorator that declares who may use a view: put it under the route."""
    if permission not in PERMISSIONS:
        raise ValueError(f"read the permission {permission!r}, expected one of {', '.join(PERMISSIONS)}")

    def declare(view: V) -> V:
        view.__dict__["permission"] = permission
        return view

    return declare


def allow_anyone(*, plain: bool = False) -> Callable[[V], V]:
    """Return a decorator for a view that needs no login; `plain` ones answer over unencrypted HTTP too.

    tests/web/security/test_routes.py holds the written list of them.
    """

    def declare(view: V) -> V:
        view.__dict__["permission"] = ANYONE
        view.__dict__["plain"] = plain
        return view

    return declare


def permission_of(app: Flask, endpoint: str) -> str | None:
    """Return what the view behind an endpoint needs; None when nobody may use it."""
    permission: str | None = getattr(app.view_functions[endpoint], "permission", None)
    return permission


def answers_plainly(app: Flask, endpoint: str) -> bool:
    """Return whether the view answers over unencrypted HTTP from another machine."""
    return bool(getattr(app.view_functions[endpoint], "plain", False))
