"""Home Assistant's view: a device a toy, its state, the button, the last will; told again after an outage."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from appliance.notify import homeassistant as ha
from appliance.notify.presence import Presence
from appliance.store.answers import Answers
from tests.appliance import samples
from tests.appliance.notify import home
from tests.appliance.notify.receivers import broker, free_port, needs_mosquitto, wait_for
from tests.appliance.notify.test_mqtt import Listener

CONFIG = f"homeassistant/device/tattlebox-{samples.DOLL}/config"
STATE = f"tattlebox/{samples.DOLL}/state"

pytestmark = needs_mosquitto


@pytest.fixture
def channels(tmp_path):
    return home.make(tmp_path)


def add(channels, port, content="toy"):
    settings = {"host": "127.0.0.1", "port": str(port), "password": ""}
    home.add(channels, "mqtt", "ha", settings, content=content)


def test_a_toy_is_a_device_with_its_state_and_a_button_that_answers(channels, tmp_path):
    with broker(tmp_path) as port:
        add(channels, port)
        home.alert(channels, 1)
        with Presence("ha", channels) as presence:
            presence.step(time.time())
            listener = Listener(port)  # comes later: all of it is retained
            wait_for(lambda: listener.last(STATE) and listener.last("tattlebox/status"))
            config = json.loads(listener.last(CONFIG))
            named = {"ids": [f"tattlebox-{samples.DOLL}"], "name": "Talking doll", "mf": "Plaudertoys"}
            assert config["dev"] == named
            assert set(config["cmps"]) == {"last_change", "parties", "bytes_today", "expected"}
            assert config["state_topic"] == STATE and config["availability_topic"] == "tattlebox/status"
            assert json.loads(listener.last(STATE)) == {
                "last_change": "2023-11-14T22:13:20+00:00",
                "parties": 1,
                "bytes_today": 0,
            }
            assert listener.last("tattlebox/status") == b"online"
            listener.client.publish(
                config["cmps"]["expected"]["command_topic"], "PRESS", qos=1
            ).wait_for_publish()
            wait_for(presence._pressed.qsize)
            presence.step(time.time())
            said = Answers(channels.book).of_alert(f"a-{1:012}")
            assert said is not None and said.act == "expected"
        wait_for(lambda: listener.last("tattlebox/status") == b"offline")
        listener.close()


def test_a_button_pressed_long_ago_is_not_pressed_now(channels, tmp_path):
    with broker(tmp_path) as port:
        add(channels, port)
        home.alert(channels, 1)
        listener = Listener(port)
        listener.client.publish(ha.button_topic("tattlebox", samples.DOLL), "PRESS", qos=1, retain=True)
        with Presence("ha", channels) as presence:
            presence.step(time.time())
            time.sleep(0.2)
            presence.step(time.time())
        assert Answers(channels.book).all() == []
        listener.close()


def test_what_is_forgotten_is_taken_back_and_a_broker_that_was_away_is_told_again(channels, tmp_path):
    port = free_port()
    add(channels, port)
    with Presence("ha", channels) as presence:
        now = time.time()
        with broker(tmp_path, port):
            presence.step(now)
        wait_for(lambda: not presence._link.up)
        due = presence.step(now + 1)  # nobody is there
        with broker(tmp_path, port):
            presence.step(due + 60)
            listener = Listener(port)
            wait_for(lambda: listener.last(STATE))
            presence._tell([])
            wait_for(lambda: listener.last(CONFIG) == b"" and listener.last(STATE) == b"")
            listener.close()


def test_with_little_to_say_no_device_is_shown(channels, tmp_path):
    with broker(tmp_path) as port:
        home.add(
            channels,
            "mqtt",
            "ha",
            {"host": "127.0.0.1", "port": str(port), "password": ""},
            content="something",
        )
        with Presence("ha", channels) as presence:
            presence.step(time.time())
            listener = Listener(port)
            wait_for(lambda: listener.last("tattlebox/status"))
            time.sleep(0.1)
            assert [topic for topic, _, _ in listener.heard] == ["tattlebox/status"]
            listener.close()


def test_the_broker_tells_our_last_will_when_we_are_killed(channels, tmp_path):
    with broker(tmp_path) as port:
        add(channels, port)
        process = subprocess.Popen(
            [Path(sys.executable).with_name("tattlebox"), "notify", "run", "--store", channels.book.path]
        )
        listener = Listener(port, "tattlebox/status")
        wait_for(lambda: listener.last("tattlebox/status") == b"online", 20)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_for(lambda: listener.last("tattlebox/status") == b"offline")
        listener.close()


@pytest.mark.parametrize(
    ("topic", "device"),
    [
        ("tattlebox/d-1/expected", "d-1"),
        ("a/b/d-1/expected", None),
        ("tattlebox/expected", None),
        ("tattlebox/d-1/state", None),
        ("", None),
    ],
)
def test_whose_button(topic, device):
    assert ha.pressed("tattlebox", topic) == device
