"""Who may do what: permissions, the roles of people and the scopes of tokens. Does no I/O."""

from __future__ import annotations

from typing import Final

READ: Final = "read"
FAMILY: Final = "family"
EXPORT: Final = "export"
MANAGE: Final = "manage"

PERMISSIONS: Final = {
    READ: "see the pages",
    FAMILY: "speak for the family: name devices, answer alerts, pause and block, forget a device",
    EXPORT: "search the log of flows and take copies out of the home",
    MANAGE: "change settings and people, make and restore backups, erase everything",
}

ROLES: Final[dict[str, frozenset[str]]] = {
    "parent": frozenset(PERMISSIONS),
    "second parent": frozenset({READ, FAMILY, EXPORT}),
    "reader": frozenset({READ}),
    "researcher": frozenset({READ, EXPORT}),
}
"""What each person's role lets them do. There is always at least one parent."""

SCOPES: Final = (READ, EXPORT, FAMILY)
"""What an API token may carry, each the permission of its name. No token manages: that takes a person."""
