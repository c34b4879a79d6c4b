"""Channel: MQTT. Each message goes to one topic at QoS 1; the receiver's word that it has it is waited for.

The things that Home Assistant shows (appliance/notify/presence.py) use the same settings and connection.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from appliance.delivery import faults
from appliance.delivery.message import CA_FIELD, DeliveryError, Field, Message, Settings

if TYPE_CHECKING:
    from paho.mqtt import client as paho
    from paho.mqtt.reasoncodes import ReasonCode

KIND: Final = "mqtt"
TITLE: Final = "MQTT and Home Assistant"
CONTENT: Final = "toy"
SETTINGS: Final = (
    Field("host", "text", False, "The broker, such as 192.168.1.10"),
    Field("port", "number", False, "Its port: 1883, or 8883 for TLS", "1883"),
    Field("tls", "choice", False, "Whether the way there is protected", "no", ("no", "yes")),
    Field("user", "text", False, "User name; empty: none is asked for", ""),
    Field("password", "text", True, "Password; empty: none is asked for", ""),
    Field("prefix", "text", False, "First part of our topics", "tattlebox"),
    Field(
        "discovery", "text", False, "Home Assistant's discovery prefix; empty: no discovery", "homeassistant"
    ),
    CA_FIELD,
)

TIMEOUT_S: Final = 15.0
"""How long the broker may take to accept us, and to confirm a message."""

KEEPALIVE_S: Final = 30
"""A connection that is cut is noticed, and our last will told, within about 45 s."""


NOT_AUTHORISED: Final = (134, 135)
"""Bad user name or password, not authorised: MQTT 5.0 §3.2.2.2, to which paho translates those of 3.1.1."""


class _Socket(ssl.SSLSocket):
    """Closes itself where the broker shows no good certificate: paho 2.1 leaves it to the collector."""

    def do_handshake(self, block: bool = False) -> None:
        """Agree on keys. Raises OSError."""
        try:
            super().do_handshake(block)
        except (OSError, ValueError):
            self.close()
            raise


class Link:
    """A connection to a broker whose network work is done by a thread of the library."""

    def __init__(
        self,
        settings: Settings,
        *,
        will: tuple[str, str] | None = None,
        on_message: Callable[[str, bytes], None] | None = None,
        on_connect: Callable[[], None] | None = None,
    ) -> None:
        """Prepare a connection; `will` is the (topic, payload) the broker tells when we are gone."""
        from paho.mqtt import client as paho  # noqa: PLC0415 - only where it is used: pages ask for SETTINGS
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415

        self._settings = settings
        self._on_connect = on_connect
        self._answered = threading.Event()
        self._refusal: DeliveryError | None = None
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._cut
        if on_message is not None:
            self._client.on_message = lambda _client, _data, got: (
                None
                if got.retain
                else on_message(got.topic, bytes(got.payload))  # what is retained is of another time
            )
        if will is not None:
            self._client.will_set(will[0], will[1], qos=1, retain=True)
        if settings["user"]:
            self._client.username_pw_set(settings["user"], settings["password"] or None)

    def open(self) -> None:
        """Connect, and wait until the broker accepted us. Raises DeliveryError."""
        host = self._settings["host"]
        try:
            if self._settings["tls"] == "yes":
                trust = ssl.create_default_context(cafile=self._settings["ca"] or None)
                trust.sslsocket_class = _Socket
                self._client.tls_set_context(trust)
            self._client.connect_timeout = TIMEOUT_S
            self._client.connect(host, int(self._settings["port"]), KEEPALIVE_S)
        except OSError as error:
            raise faults.of_network(error, host) from error
        except ValueError as error:  # behind OSError: a bad certificate is one too
            raise DeliveryError(f"the address {host} cannot be: check it", None, "settings") from error
        self._client.loop_start()
        if not self._answered.wait(TIMEOUT_S):
            self.close()
            raise DeliveryError(f"the broker {host} does not answer in time", None, "slow")
        if self._refusal is not None:
            self.close()
            raise self._refusal

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Publish at QoS 1 and wait for the broker's word. Raises DeliveryError."""
        host = self._settings["host"]
        try:
            sent = self._client.publish(topic, payload, qos=1, retain=retain)
            sent.wait_for_publish(TIMEOUT_S)
            taken = sent.is_published()
        except (RuntimeError, ValueError) as error:
            raise DeliveryError(f"the connection to the broker {host} was lost", None, "dropped") from error
        if not taken:
            raise DeliveryError(f"the broker {host} does not confirm what it is sent", None, "slow")

    def subscribe(self, topic: str) -> None:
        """Ask for a topic."""
        self._client.subscribe(topic, qos=1)

    @property
    def up(self) -> bool:
        """Whether the broker holds us connected."""
        return self._client.is_connected()

    def close(self) -> None:
        """End the connection in order: no last will is told."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, _client: paho.Client, _data: Any, _flags: Any, code: ReasonCode, _more: Any) -> None:
        if code.is_failure:
            host = self._settings["host"]
            fault = (
                "token" if code.value in NOT_AUTHORISED else "refused"
            )  # bad user name or password, not authorised
            what = "user name or password" if fault == "token" else "the connection"
            self._refusal = DeliveryError(f"the broker {host} refuses {what}", None, fault)
        else:
            self._refusal = None
            if self._on_connect is not None:
                self._on_connect()
        self._answered.set()

    def _cut(self, *_: Any) -> None:
        """Note a broker that hung up instead of saying whether it takes us."""
        if not self._answered.is_set():
            text = f"{self._settings['host']} accepted the connection and hung up"
            self._refusal = DeliveryError(text, None, "dropped")
            self._answered.set()


def send(message: Message, settings: Settings) -> None:
    """Publish the message to PREFIX/alert. Raises DeliveryError."""
    payload = {
        "key": message.key,
        "ts": message.ts,
        "severity": message.severity,
        "title": message.title,
        "text": message.text,
        **message.facts,
    }
    link = Link(settings)
    link.open()
    try:
        link.publish(f"{settings['prefix']}/alert", json.dumps(payload, ensure_ascii=False))
    finally:
        link.close()
