"""Passwords: hashed with argon2id, weighed before they are accepted."""

from __future__ import annotations

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web.marking import N_

LEAST: Final = 10
MOST: Final = 128
"""Characters of a password. No rule about kinds of characters: they make passwords worse (ASVS 6.2.5)."""

WEIGHED: Final = 72
"""Characters that are weighed: the work grows with the square of the length."""

WEAK_BELOW: Final = 3
"""zxcvbn's score of 0 to 4 that is asked for: 3 is over 10^8 guesses, centuries at the back-off's pace."""

REASONS: Final = {
    "short": N_("That password is too short: use ten characters or more, such as three or four words."),
    "long": N_("That password is too long: at most 128 characters are kept."),
    "guessable": N_(
        "That password is easily guessed. Three or four words that have nothing in common are better."
    ),
}

OWN_WORDS: Final = ("tattlebox", "toys", "family", "password")

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""m = 19 MiB, t = 2, p = 1: OWASP's first choice, 0.14 s where the library's own defaults take 0.76 s."""

AT_ONCE: Final = threading.BoundedSemaphore(2)
"""Hashes computed at one time: 40 MB and two cores at most, whoever asks."""


def hashed(password: str) -> str:
    """Return the hash to keep."""
    with AT_ONCE:
        return HASHER.hash(password.encode("utf-8", "replace"))


_NOBODY: Final = HASHER.hash("the password of nobody")


def fits(password: str, kept: str | None) -> bool:
    """Return whether a password is the one whose hash was kept; for None (nobody) no, after the same time."""
    with AT_ONCE:
        try:
            right = HASHER.verify(kept or _NOBODY, password[:MOST].encode("utf-8", "replace"))
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def outdated(kept: str) -> bool:
    """Return whether a hash was made with less work than today's."""
    return HASHER.check_needs_rehash(kept)


def weakness(password: str, own: tuple[str, ...] = ()) -> str | None:
    """Return why a password is refused, a key of REASONS; None for a good one. `own`: names around it."""
    if len(password) < LEAST:
        return "short"
    if len(password) > MOST:
        return "long"
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its word lists take 15 MB, needed once in years

    found = zxcvbn(password[:WEIGHED], [*OWN_WORDS, *(word for word in own if word)])
    return "guessable" if found["score"] < WEAK_BELOW else None
