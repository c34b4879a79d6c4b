"""One HTTP request to a receiver of the family's choice; what goes wrong is a DeliveryError."""

from __future__ import annotations

import http.client
import ssl
from typing import Final
from urllib.parse import SplitResult

from appliance.delivery import faults
from appliance.delivery.message import DeliveryError

TIMEOUT_S: Final = 20.0
"""For one read or write on the socket; a whole delivery has its own deadline."""

MAX_ANSWER_BYTES: Final = 10_000
"""Read of an answer: only its status counts, the rest is read so that the server can finish."""


def deliver(
    url: SplitResult, body: bytes, headers: dict[str, str], *, method: str = "POST", ca: str = ""
) -> None:
    """Send a body; return when it was taken. Raises DeliveryError.

    Redirections are not followed: what is sent is for one place. `ca` is a file with the certificate of an
    authority of the family's own.
    """
    host = url.hostname or ""
    try:
        connection = (
            http.client.HTTPSConnection(host, url.port, timeout=TIMEOUT_S, context=_trust(ca))
            if url.scheme == "https"
            else http.client.HTTPConnection(host, url.port, timeout=TIMEOUT_S)
        )
        try:
            place = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request(method, place, body, {"User-Agent": "Tattlebox", **headers})
            answer = connection.getresponse()
            answer.read(MAX_ANSWER_BYTES)
            status, retry_after = answer.status, answer.getheader("Retry-After")
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise faults.of_network(error, host) from error
    except ValueError:  # behind OSError: a bad certificate is one too
        raise DeliveryError("the port of the address is no port: check it", None, "settings") from None
    if not 200 <= status < 300:
        raise faults.of_status(status, host, retry_after)


def _trust(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError):
        raise DeliveryError(
            f"the file of your authority's certificate, {ca}, cannot be read as PEM: check it",
            None,
            "settings",
        ) from None
