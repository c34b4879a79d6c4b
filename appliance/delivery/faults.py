"""From errors of the network to one sentence a family can act on. Never holds what a server said, nor a
secret.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from appliance.delivery.message import DeliveryError

MAX_WAIT_S: Final = 86_400.0
"""Longest Retry-After that is followed: a receiver that asks for more is tried once a day."""


MEANINGS: Final[tuple[tuple[tuple[type[Exception], ...], str, str], ...]] = (
    ((ssl.SSLError,), "{host} does not speak TLS on this port: check address and port", "certificate"),
    ((socket.gaierror,), "the name {host} is not known: check it and the network", "unreachable"),
    ((TimeoutError,), "{host} does not answer in time", "slow"),
    (
        (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError),
        "{host} accepted the connection and hung up",
        "dropped",
    ),
    ((http.client.HTTPException,), "{host} answered with something that is not HTTP", "dropped"),
)
"""Kinds of error, what they mean and the sort of fault."""


def of_network(error: Exception, host: str) -> DeliveryError:
    """Return what an OSError or HTTPException on the way to a host means; the first kind that fits counts."""
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"the certificate of {host} cannot be trusted ({error.verify_message}): "
        text += "check the name, or give the certificate of your own authority"
        return DeliveryError(text, None, "certificate")
    for kinds, text, fault in MEANINGS:
        if isinstance(error, kinds):
            return DeliveryError(text.format(host=host), None, fault)
    return DeliveryError(f"{host} cannot be reached: is it on, and the address right?", None, "unreachable")


def of_status(status: int, host: str, retry_after: str | None = None) -> DeliveryError:
    """Return what an HTTP status other than 2xx means."""
    wait = seconds(retry_after)
    if status in (401, 403):
        return DeliveryError(
            f"{host} refuses the token or password (HTTP {status}): give it a new one", wait, "token"
        )
    if status == 404:
        return DeliveryError(f"{host} knows no such place (HTTP 404): check the address", wait, "settings")
    if 300 <= status < 400:
        return DeliveryError(
            f"{host} sends us elsewhere (HTTP {status}): give the final address", wait, "settings"
        )
    if status in (408, 425, 429) or status >= 500:
        return DeliveryError(f"{host} asks to be tried again later (HTTP {status})", wait, "busy")
    return DeliveryError(f"{host} does not take the message (HTTP {status})", wait)


def seconds(retry_after: str | None, now: float | None = None) -> float | None:
    """Return a Retry-After in seconds, bounded; None where it says nothing. RFC 9110 §10.2.3."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), MAX_WAIT_S)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    clock = datetime.now(UTC).timestamp() if now is None else now
    return max(0.0, min(until.timestamp() - clock, MAX_WAIT_S))
