"""Channel: e-mail, as text and HTML. The Message-ID is made of the key: mail stores that look for doubles
find it.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from appliance.delivery import faults
from appliance.delivery.message import CA_FIELD, DeliveryError, Field, Message, Settings

KIND: Final = "mail"
TITLE: Final = "E-mail"
CONTENT: Final = "something"
SETTINGS: Final = (
    Field("host", "text", False, "Your provider's server for sending, such as smtp.example.org"),
    Field("port", "number", False, "Its port: 465 for tls, 587 for starttls", "465"),
    Field("security", "choice", False, "How the way there is protected", "tls", ("tls", "starttls", "none")),
    Field("user", "text", False, "User name; empty: none is asked for", ""),
    Field("password", "text", True, "Password, or an app password; empty: none is asked for", ""),
    Field("from", "text", False, "Address the messages come from"),
    Field("to", "text", False, "Addresses they go to, with commas between"),
    CA_FIELD,
)

TIMEOUT_S: Final = 20.0
"""For one read or write on the socket."""

MAX_RECEIVERS: Final = 10
"""Addresses of one channel: a family, not a list."""


def send(message: Message, settings: Settings) -> None:
    """Hand the message to the provider's server. Raises DeliveryError."""
    mail = compose(message, settings)
    host = settings["host"]
    try:
        server = _connect(settings)
        try:
            if settings["user"]:
                server.login(settings["user"], settings["password"])
            server.send_message(mail)
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):  # it was taken, or refused, by then
                server.quit()
            server.close()
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, host) from error
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0] if error.recipients else 550
        raise _refusal(code, host, "one of the addresses") from error
    except smtplib.SMTPServerDisconnected as error:
        raise DeliveryError(f"{host} accepted the connection and hung up", None, "dropped") from error
    except smtplib.SMTPException as error:
        raise DeliveryError(
            f"{host} offers no log-in or protection of the kind that is set: check the settings",
            None,
            "settings",
        ) from error
    except OSError as error:
        raise faults.of_network(error, host) from error


def compose(message: Message, settings: Settings) -> EmailMessage:
    """Return the mail. Raises DeliveryError where an address is none."""
    sender, receivers = settings["from"], [part.strip() for part in settings["to"].split(",")]
    if not all(_is_address(one) for one in (sender, *receivers)) or len(receivers) > MAX_RECEIVERS:
        raise DeliveryError(
            f"one of the addresses is none, or there are more than {MAX_RECEIVERS}: check `from` and `to`",
            None,
            "settings",
        )
    mail = EmailMessage()
    mail["Subject"] = message.title
    mail["From"] = f"Tattlebox <{sender}>"
    mail["To"] = ", ".join(receivers)
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.ts, UTC))
    mail["Message-ID"] = f"<{message.key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply is sent back
    mail.set_content(message.text)
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    return mail


def _is_address(text: str) -> bool:
    name, at, domain = text.rpartition("@")
    return bool(name and at and domain) and not set(text) & set(' \t,;<>"\\()') and text.isascii()


def _connect(settings: Settings) -> smtplib.SMTP:
    host, port, security = settings["host"], int(settings["port"]), settings["security"]
    if security == "none":
        if settings["password"] and host not in ("localhost", "127.0.0.1", "::1"):
            raise DeliveryError(
                "a password is not sent over an unprotected way: choose tls or starttls", None, "settings"
            )
        return smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    try:
        trust = ssl.create_default_context(cafile=settings["ca"] or None)
    except OSError:
        raise DeliveryError(
            f"the file {settings['ca']} cannot be read as PEM: check it", None, "settings"
        ) from None
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=trust)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    try:
        server.starttls(context=trust)
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _refusal(code: int, host: str, what: str = "the message") -> DeliveryError:
    """Return what a reply of SMTP means. RFC 5321 §4.2.1: 4yz is passing, 5yz is not."""
    if code in (530, 534, 535, 538):
        return DeliveryError(f"{host} refuses user name or password (SMTP {code})", None, "token")
    if 400 <= code < 500:
        return DeliveryError(f"{host} asks to be tried again later (SMTP {code})", None, "busy")
    return DeliveryError(f"{host} does not take {what} (SMTP {code})")
