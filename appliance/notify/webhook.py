"""Channel: a web hook of the family's own, signed as standardwebhooks.com describes.

The header `webhook-id` is the idempotency key: a receiver that keeps it acts once, whatever is sent twice.
`webhook-signature` is "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body" with the shared secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import Final
from urllib.parse import urlsplit

from appliance.delivery.message import CA_FIELD, DeliveryError, Field, Message, Settings
from appliance.delivery.web import deliver

KIND: Final = "webhook"
TITLE: Final = "Web hook, signed"
CONTENT: Final = "something"
SETTINGS: Final = (
    Field("url", "text", False, "Where to post to, such as https://home.example/hook"),
    Field("secret", "text", True, "Shared secret of at least 16 characters; whsec_… (base64) or plain text"),
    CA_FIELD,
)


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
        **signature(message.key, int(time.time()), body, settings["secret"]),
    }
    deliver(url, body, headers, ca=settings["ca"])


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
