"""apprise against a strict server that speaks ntfy's protocol (ntfy.sh/docs/publish, "Publish as JSON")."""

import json
import socket

import pytest

from appliance.delivery.message import DeliveryError, Message, filled
from appliance.notify import apprise_push
from tests.appliance.notify.receivers import Hook, Silent, free_port

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")

TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"  # noqa: S105 - the form of ntfy's
MESSAGE = Message(
    "0" * 32, 1_790_000_000.0, 3, "Bear: new company", "It sent <b>3</b> times.\nAsk.", None, {}
)


@pytest.fixture
def ntfy():
    server = Hook()

    def check(path, headers, body):
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401
        return 200 if json.loads(body)["topic"] == "toys" else 403

    server.check = check
    yield server
    server.stop()


def send(port, topic="toys", token=TOKEN):
    apprise_push.send(
        MESSAGE, filled(apprise_push.SETTINGS, {"url": f"ntfy://{token}@127.0.0.1:{port}/{topic}"})
    )


def fault(*args, **more):
    with pytest.raises(DeliveryError) as caught:
        send(*args, **more)
    assert TOKEN not in str(caught.value)
    return caught.value.fault


def test_a_message_arrives_whole(ntfy):
    send(ntfy.port)
    body = ntfy.bodies[0]
    assert (body["title"], body["message"]) == (MESSAGE.title, MESSAGE.text)


def test_no_phone_is_told_to_fetch_anything(ntfy):
    send(ntfy.port)
    headers, body = ntfy.got[0]
    assert b"http" not in body
    fetched = {"icon", "x-icon", "attach", "x-attach", "click", "x-click"}
    assert not fetched & {name.lower() for name in headers}
    assert not {"icon", "attach", "click", "actions"} & set(json.loads(body))


def test_nothing_else_is_connected_to(ntfy, monkeypatch):
    met = []
    connect = socket.socket.connect
    monkeypatch.setattr(
        socket.socket, "connect", lambda self, address: (met.append(address), connect(self, address))[1]
    )
    send(ntfy.port)
    assert met == [("127.0.0.1", ntfy.port)]


def test_a_wrong_token_and_a_wrong_topic(ntfy):
    assert fault(ntfy.port, token="tk_" + "x" * 29) == "token"
    assert fault(ntfy.port, "other") == "token"


@pytest.mark.parametrize(("answer", "sort"), [(429, "busy"), (507, "busy"), ("hang up", "dropped")])
def test_answers(ntfy, answer, sort):
    ntfy.answers = [(answer, {})] * 3
    assert fault(ntfy.port) == sort


def test_one_that_is_not_there_and_one_that_hangs_up():
    assert fault(free_port()) == "unreachable"
    with Silent() as server:
        assert fault(server.port) == "dropped"
        server.shutdown()


def test_an_address_of_no_service():
    with pytest.raises(DeliveryError, match="none that apprise knows"):
        apprise_push.send(MESSAGE, {"url": f"nosuch://{TOKEN}@x"})
