"""Channel: whatever service has an apprise address: ntfy, Pushover, Telegram, Signal, Matrix, Gotify,
Discord…

All of apprise is behind this file. Its icons are switched off: each would be a link to a stranger's server
that the phone fetches. What it logs holds addresses with tokens, so we only look for known words in it and
say our own.
"""

from __future__ import annotations

import logging
import re
from typing import Final

from appliance.delivery import faults
from appliance.delivery.message import DeliveryError, Field, Message, Settings

KIND: Final = "apprise"
TITLE: Final = "Phone or chat (ntfy, Pushover, Telegram, Signal, Matrix, Gotify, Discord, …)"
CONTENT: Final = "something"
SETTINGS: Final = (
    Field("url", "text", True, "The service's apprise address, such as ntfys://TOKEN@ntfy.example/TOPIC"),
)

RECEIVER: Final = "the service"
"""What sentences call the receiver: its address may hold the token."""

MAX_LOG: Final = 20_000
"""Characters of apprise's log that are looked at."""

SIGNS: Final = (
    ("CERTIFICATE_VERIFY_FAILED", "its certificate cannot be trusted", "certificate"),
    ("SSLError", "it does not speak TLS as expected", "certificate"),
    ("NameResolutionError", "its name is not known", "unreachable"),
    ("ConnectTimeout", "it cannot be reached", "unreachable"),
    ("Connection refused", "it cannot be reached", "unreachable"),
    ("NewConnectionError", "it cannot be reached", "unreachable"),
    ("Read timed out", "it does not answer in time", "slow"),
    ("RemoteDisconnected", "it accepted the connection and hung up", "dropped"),
    ("Connection reset", "it accepted the connection and hung up", "dropped"),
    ("Connection aborted", "it accepted the connection and hung up", "dropped"),
)
"""Words in what was logged, what they mean and the sort of fault; the first that is found counts."""


def send(message: Message, settings: Settings) -> None:
    """Send by apprise. Raises DeliveryError."""
    import apprise  # noqa: PLC0415 - 15 MB, only where it is used

    logging.getLogger("apprise").propagate = False
    kinds = {3: apprise.NotifyType.FAILURE, 2: apprise.NotifyType.WARNING}
    asset = apprise.AppriseAsset(
        app_id="Tattlebox",
        app_desc="Tattlebox",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask="",
        async_mode=False,
    )
    services = apprise.Apprise(asset=asset)
    if not services.add(settings["url"]):
        raise DeliveryError(
            "the address is none that apprise knows: see the list of services in its documentation",
            None,
            "settings",
        )
    with apprise.LogCapture(level=logging.DEBUG) as log:  # type: ignore[no-untyped-call]
        taken = services.notify(
            title=message.title,
            body=message.text,
            notify_type=kinds.get(message.severity, apprise.NotifyType.INFO),
            body_format=apprise.NotifyFormat.TEXT,
        )
        if not taken:
            raise why(log.getvalue()[-MAX_LOG:])


def why(log: str) -> DeliveryError:
    """Return the fault behind apprise's log, in our words."""
    for sign, meaning, fault in SIGNS:
        if sign in log:
            return DeliveryError(f"{RECEIVER}: {meaning}", None, fault)
    status = re.search(r"error=([1-5]\d\d)\b", log)
    if status:
        return faults.of_status(int(status[1]), RECEIVER)
    return DeliveryError(f"{RECEIVER} does not take the message: check the address", None, "unreachable")
