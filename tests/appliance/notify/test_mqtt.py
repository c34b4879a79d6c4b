"""Messages to a real broker: taken when it says so; refused log-ins, brokers that are gone or silent."""

import gc
import json

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from appliance.delivery.message import DeliveryError, Message, filled
from appliance.notify import mqtt
from tests.appliance.notify.receivers import broker, free_port, needs_mosquitto, wait_for

PASSWORD = "a password of the tests"  # noqa: S105
MESSAGE = Message(
    "0" * 32, 1_790_000_000.0, 2, "Bear: new company", "Text", None, {"content": "toy", "toy": "Bear"}
)

pytestmark = needs_mosquitto


class Listener:
    """Another client of the broker: what it hears, by topic."""

    def __init__(self, port, topics="#", password=None):
        self.heard = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        if password:
            self.client.username_pw_set("toy", password)
        self.client.on_message = lambda _, __, got: self.heard.append((got.topic, got.payload, got.retain))
        ready = []
        self.client.on_subscribe = lambda *_: ready.append(1)
        self.client.on_connect = lambda client, *_: client.subscribe(topics, qos=1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        wait_for(lambda: ready)

    def last(self, topic):
        return next((payload for name, payload, _ in reversed(self.heard) if name == topic), None)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


def settings(port, **more):
    return filled(mqtt.SETTINGS, {"host": "127.0.0.1", "port": str(port), "password": "", **more})


def test_a_message_arrives_once_with_its_key(tmp_path):
    with broker(tmp_path) as port:
        listener = Listener(port)
        mqtt.send(MESSAGE, settings(port))
        wait_for(lambda: listener.heard)
        assert [topic for topic, _, _ in listener.heard] == ["tattlebox/alert"]
        told = json.loads(listener.heard[0][1])
        assert (told["key"], told["toy"], told["title"]) == (MESSAGE.key, "Bear", MESSAGE.title)
        listener.close()


def test_a_wrong_password(tmp_path):
    with broker(tmp_path, password=PASSWORD) as port:
        mqtt.send(MESSAGE, settings(port, user="toy", password=PASSWORD))
        with pytest.raises(DeliveryError) as caught:
            mqtt.send(MESSAGE, settings(port, user="toy", password="wrong"))  # noqa: S106
    assert caught.value.fault == "token" and "wrong" not in str(caught.value)


def test_a_broker_that_is_not_there():
    with pytest.raises(DeliveryError) as caught:
        mqtt.send(MESSAGE, settings(free_port()))
    assert caught.value.fault == "unreachable"


def test_tls_to_one_that_has_none(tmp_path):
    with broker(tmp_path) as port, pytest.raises(DeliveryError) as caught:
        mqtt.send(MESSAGE, settings(port, tls="yes"))
    assert caught.value.fault in ("certificate", "dropped")
    del caught
    gc.collect()  # a half-made connection that nobody closed would complain here
