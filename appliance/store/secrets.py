"""Secrets of channels: tokens and passwords, in a file of their own that only our user reads.

Not in the database: the sensor's user shares our group and reads hostile bytes; and a copy of the store, for
a researcher or a backup, must not carry them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from appliance.store.database import StoreError

MODE: Final = 0o600


class SecretsError(StoreError):
    """The file of secrets cannot be used: says what to do."""


class Secrets:
    """The secrets beside one store: channel → setting → value."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + ".secrets")

    def of(self, channel: str) -> dict[str, str]:
        """Return the secrets of a channel; empty where it has none. Raises StoreError."""
        return self._all().get(channel, {})

    def keep(self, channel: str, secrets: dict[str, str]) -> None:
        """Keep a channel's secrets, for good before this returns; none removes them. Raises StoreError."""
        held = self._all()
        held.pop(channel, None)
        if secrets:
            held[channel] = secrets
        beside = self.path.with_name(self.path.name + ".new")
        try:
            beside.unlink(missing_ok=True)
            with open(
                os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w", encoding="utf-8"
            ) as file:
                json.dump(held, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as error:
            raise StoreError(
                f"cannot write {self.path}: {error.strerror}; free some space and try again"
            ) from error

    def _all(self) -> dict[str, dict[str, str]]:
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SecretsError(
                f"cannot read {self.path} ({type(error).__name__}): remove it and give the secrets again"
            ) from error
        if not isinstance(held, dict) or not all(isinstance(one, dict) for one in held.values()):
            raise SecretsError(f"{self.path} does not hold secrets: remove it and give them again")
        return held
