"""The web hook: signed so that a receiver can prove it, and each fault in a sentence that holds no secret."""

import base64
import hashlib
import hmac
import ssl
import time

import pytest

from appliance.delivery.message import DeliveryError, Message, filled
from appliance.notify import webhook
from appliance.notify.compose import message_key
from tests.appliance.notify.receivers import Hook, Silent, certificate, free_port

SECRET = "a secret of the tests"  # noqa: S105
KEY = message_key("0" * 32, "a-1")
MESSAGE = Message(KEY, 1_790_000_000.0, 2, "Title", "Text", None, {"content": "full"})


@pytest.fixture
def hook():
    server = Hook()
    yield server
    server.stop()


def settings(port, **more):
    return filled(webhook.SETTINGS, {"url": f"http://127.0.0.1:{port}/a?b=c", "secret": SECRET, **more})


def fault(port, **more):
    with pytest.raises(DeliveryError) as caught:
        webhook.send(MESSAGE, settings(port, **more))
    assert SECRET not in str(caught.value)
    return caught.value


def test_a_receiver_can_verify_what_it_gets(hook):
    webhook.send(MESSAGE, settings(hook.port))
    headers, body = hook.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == KEY
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
    assert hook.bodies[0]["title"] == "Title"


def test_a_secret_of_the_standards_form_is_decoded():
    """The example of the specification, github.com/standard-webhooks."""
    headers = webhook.signature(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("answer", "sort", "wait"),
    [
        ((401, {}), "token", None),
        ((404, {}), "settings", None),
        ((302, {"Location": "http://stranger.example/"}), "settings", None),
        ((429, {"Retry-After": "17"}), "busy", 17.0),
        ((503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), "busy", 0.0),
        ((500, {"Retry-After": "\xff soon"}), "busy", None),
        ((422, {}), "refused", None),
        (("hang up", {}), "dropped", None),
    ],
)
def test_each_answer_is_a_sort_of_fault(hook, answer, sort, wait):
    hook.answers = [answer]
    error = fault(hook.port)
    assert (error.fault, error.retry_after_s) == (sort, wait)


def test_one_that_is_not_there():
    assert fault(free_port()).fault == "unreachable"


def test_one_that_hangs_up_at_once():
    with Silent() as server:
        assert fault(server.port).fault == "dropped"
        server.shutdown()


@pytest.mark.parametrize(
    "more",
    [
        {"url": "ftp://example.org/"},
        {"url": "http:///"},
        {"url": "http://name:password@127.0.0.1/"},
        {"url": "http://127.0.0.1:99999/"},
        {"secret": "short"},
        {"secret": "whsec_no base64 at all!"},
        {"url": "https://127.0.0.1/", "ca": "/nowhere.pem"},
    ],
)
def test_settings_that_cannot_be(more):
    assert fault(1, **more).fault == "settings"


def test_certificates_are_checked(tmp_path):
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = Hook(tls=context)
    try:
        url = f"https://localhost:{server.port}/"
        assert fault(0, url=url).fault == "certificate"
        webhook.send(MESSAGE, settings(0, url=url, ca=str(cert)))
        other = f"https://127.0.0.1:{server.port}/"
        assert fault(0, url=other, ca=str(cert)).fault == "certificate"
    finally:
        server.stop()
    assert len(server.got) == 1
