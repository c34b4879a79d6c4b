"""Channel: a web hook of the family's own, signed as standardwebhooks.com describes.

The header `webhook-id` is the idempotency key: a receiver that keeps it acts once, whatever is sent twice.
`webhook-signature` is "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body" with the shared secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import ssl
import time
from typing import Final
from urllib.parse import SplitResult, urlsplit

from appliance.delivery import faults
from appliance.delivery.message import CA_FIELD, DeliveryError, Field, Message, Settings

KIND: Final = "webhook"
TITLE: Final = "Web hook, signed"
CONTENT: Final = "something"
SETTINGS: Final = (
    Field("url", "text", False, "Where to post to, such as https://home.example/hook"),
    Field("secret", "text", True, "Shared secret of at least 16 characters; whsec_… (base64) or plain text"),
    CA_FIELD,
)

TIMEOUT_S: Final = 20.0
"""For one read or write on the socket; the whole delivery has its own deadline (carrier.py)."""

MAX_ANSWER_BYTES: Final = 10_000
"""Read of an answer: only its status counts, the rest is read so that the server can finish."""


def send(message: Message, settings: Settings) -> None:
    """Post the message as JSON. Raises DeliveryError."""
    url = urlsplit(settings["url"])
    if url.scheme not in ("http", "https") or not url.hostname or url.username:
        raise DeliveryError(
            "the address is no http:// or https:// address without a password in it", None, "settings"
        )
    body = json.dumps(
        {
            "type": "alert",
            "timestamp": message.ts,
            "severity": message.severity,
            "title": message.title,
            "text": message.text,
            **message.facts,
        }
    ).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Tattlebox",
        **signature(message.key, int(time.time()), body, settings["secret"]),
    }
    status, retry_after = _post(url, body, headers, settings["ca"])
    if not 200 <= status < 300:
        raise faults.of_status(status, url.hostname, retry_after)


def signature(key: str, timestamp: int, body: bytes, secret: str) -> dict[str, str]:
    """Return the three headers that prove who sent a body, and when."""
    signed = f"{key}.{timestamp}.".encode() + body
    mac = hmac.new(_secret(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def _secret(text: str) -> bytes:
    if len(text) < 16:
        raise DeliveryError("the secret is shorter than 16 characters: choose a longer one", None, "settings")
    if not text.startswith("whsec_"):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise DeliveryError("what follows whsec_ in the secret is no base64", None, "settings") from None


def _post(url: SplitResult, body: bytes, headers: dict[str, str], ca: str) -> tuple[int, str | None]:
    """Return the status and the Retry-After; redirections are not followed: a signature is for one place."""
    host = url.hostname or ""
    try:
        connection = (
            http.client.HTTPSConnection(host, url.port, timeout=TIMEOUT_S, context=_trust(ca))
            if url.scheme == "https"
            else http.client.HTTPConnection(host, url.port, timeout=TIMEOUT_S)
        )
        try:
            place = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request("POST", place, body, headers)
            answer = connection.getresponse()
            answer.read(MAX_ANSWER_BYTES)
            return answer.status, answer.getheader("Retry-After")
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise faults.of_network(error, host) from error
    except ValueError:  # behind OSError: a bad certificate is one too
        raise DeliveryError("the port of the address is no port: check it", None, "settings") from None


def _trust(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError):
        raise DeliveryError(
            f"the file of your authority's certificate, {ca}, cannot be read as PEM: check it",
            None,
            "settings",
        ) from None
