"""What crosses the interface of channels and sinks: messages, faults, and the settings forms are drawn from.

A channel is a module with `KIND`, `TITLE`, `CONTENT` (what its messages may say unless the family chooses),
`SETTINGS` and `send(message, settings)`, which returns when the receiver took the message and else raises
DeliveryError. Does no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

CONTENTS: Final = ("something", "toy", "full")
"""What a message may say: "something changed" / toy and kind / all of it."""


class Message(NamedTuple):
    """One message to one receiver; `key` is its own, and the same however often it is tried."""

    key: str  # 32 hexadecimal digits; says nothing of the home
    ts: float  # when what it tells happened, UTC epoch seconds
    severity: int  # 3 act now, 2 worth knowing, 1 note
    title: str  # one line
    text: str  # lines
    html: str | None  # the same for mail; None where the text is enough
    facts: Mapping[str, Any]  # what of it the family lets it say, for programs


class Batch(NamedTuple):
    """Points for a sink. Written twice they are the same points."""

    key: str
    lines: str  # line protocol, one point a line


class Field(NamedTuple):
    """One setting of a channel, as a form shows it."""

    name: str
    type: str  # "text", "number", "choice"
    secret: bool  # never shown, logged or given on a command line
    help: str
    default: str | None = None  # None: must be given
    choices: tuple[str, ...] = ()


CA_FIELD: Final = Field(
    "ca", "text", False, "File with the certificate of your own authority (PEM); empty: the usual ones", ""
)
"""The setting of every channel that may speak TLS to a server of the family's own."""

Settings = Mapping[str, str]
"""Values by the names of the fields; absent ones are filled with their defaults by `filled`."""


class DeliveryError(Exception):
    """Why a receiver did not take a message: one sentence without secrets, and when to try again.

    `fault` names the sort for a health page: "token", "certificate", "unreachable", "dropped" (accepted the
    connection and hung up), "slow", "busy" (asked us to wait), "refused" (this message), "settings", "disk"
    (our own refuses).
    After "slow" and "dropped" nobody knows whether the message was taken.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None, fault: str = "refused") -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.fault = fault

    @property
    def doubtful(self) -> bool:
        """Whether the receiver may have taken the message all the same."""
        return self.fault in ("slow", "dropped")


class Channel(Protocol):
    """The interface of a channel's module."""

    KIND: str
    TITLE: str
    CONTENT: str
    SETTINGS: tuple[Field, ...]

    def send(self, message: Message, settings: Settings) -> None:
        """Return when the receiver took it. Raises DeliveryError."""


class SettingsError(Exception):
    """A value that a channel's setting cannot have: one sentence."""


def filled(fields: tuple[Field, ...], given: Settings) -> dict[str, str]:
    """Return a value for every field. Raises SettingsError for what is unknown, missing or cannot be."""
    names = [field.name for field in fields]
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise SettingsError(f"read the setting {unknown[0][:40]!r}, expected one of {', '.join(names)}")
    return {field.name: _value(field, given.get(field.name, field.default)) for field in fields}


def divided(fields: tuple[Field, ...], given: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """Return a value for every field: those that may be shown, and the secrets. Raises SettingsError."""
    values = filled(fields, given)
    secret = {field.name: values.pop(field.name) for field in fields if field.secret}
    return values, secret


def _value(field: Field, value: str | None) -> str:
    if value is None or (value == "" and field.default is None):
        raise SettingsError(f"the setting {field.name} is missing: {field.help}")
    shown = "what was given" if field.secret else repr(value[:60])
    if len(value) > 2000 or not all(c.isprintable() for c in value):
        raise SettingsError(f"read {shown} for {field.name}, expected one line of at most 2000 characters")
    if field.choices and value not in field.choices:
        raise SettingsError(f"read {shown} for {field.name}, expected one of {', '.join(field.choices)}")
    if field.type == "number" and not (value.isascii() and value.isdigit() and len(value) < 7):
        raise SettingsError(f"read {shown} for {field.name}, expected a whole number")
    return value
