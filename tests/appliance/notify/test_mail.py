"""E-mail to a real server: text and HTML, addresses that cannot be, each refusal in a sentence."""

import gc
import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from appliance.delivery.message import DeliveryError, Message, filled
from appliance.notify import mail
from tests.appliance.notify.receivers import Silent, certificate, free_port

PASSWORD = "a password of the tests"  # noqa: S105
MESSAGE = Message(
    "0" * 32, 1_790_000_000.0, 2, "Bär: new company", "It sent — 3 times.", "<p>It sent</p>", {}
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aiosmtpd")


class Mailbox:
    """Keeps what it is given, or refuses with `reply`."""

    def __init__(self):
        self.got, self.reply = [], "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        if self.reply.startswith("250"):
            self.got.append(envelope)
        return self.reply


@pytest.fixture
def certified(tmp_path):
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return str(cert), context


@pytest.fixture
def server(certified):
    """A server that wants STARTTLS and a log-in."""
    box = Mailbox()

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=certified[1],
        require_starttls=True,
        authenticator=authenticate,
        auth_required=True,
        ready_timeout=20,
    )
    controller.start()
    yield controller, box
    controller.stop()


def settings(port, cert, **more):
    server = {"host": "localhost", "port": str(port), "security": "starttls", "ca": cert}
    who = {"user": "anna", "password": PASSWORD, "from": "box@home.example", "to": "anna@home.example"}
    return filled(mail.SETTINGS, {**server, **who, **more})


def fault(*args, **more):
    with pytest.raises(DeliveryError) as caught:
        mail.send(MESSAGE, settings(*args, **more))
    assert PASSWORD not in str(caught.value)
    return caught.value.fault


def test_a_mail_arrives_as_text_and_html_under_its_key(server, certified):
    mail.send(MESSAGE, settings(server[0].port, certified[0]))
    content = server[1].got[0].content.decode()
    assert "Message-ID: <" + "0" * 32 + "@home.example>" in content
    assert "text/plain" in content and "text/html" in content and "Auto-Submitted: auto-generated" in content


def test_refusals(server, certified):
    port, cert = server[0].port, certified[0]
    assert fault(port, cert, password="wrong") == "token"  # noqa: S106
    assert fault(port, cert, to="nobody@home.example") == "refused"
    server[1].reply = "451 later"
    assert fault(port, cert) == "busy"
    server[1].reply = "554 no"
    assert fault(port, cert) == "refused"
    assert fault(port, "") == "certificate"
    assert fault(port, cert, host="127.0.0.1") == "certificate"


def test_one_that_is_not_there_and_one_that_hangs_up(certified):
    assert fault(free_port(), certified[0]) == "unreachable"
    with Silent() as silent:
        assert fault(silent.port, certified[0], host="127.0.0.1") == "dropped"
        silent.shutdown()


def test_one_that_cannot_protect_the_way(certified):
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=free_port(), ready_timeout=20)
    controller.start()
    assert fault(controller.port, certified[0]) == "settings"
    gc.collect()  # a connection left open would complain
    controller.stop()


@pytest.mark.parametrize(
    "more",
    [
        {"to": "no address"},
        {"to": "a@b.example>Bcc:c@d.example"},
        {"to": ",".join(["a@b.example"] * 11)},
        {"from": "@b.example"},
        {"security": "none", "host": "mail.example"},
        {"ca": "/nowhere.pem"},
    ],
)
def test_settings_that_cannot_be(certified, more):
    assert fault(free_port(), certified[0], **more) == "settings"


def test_a_title_cannot_add_a_header():
    message = MESSAGE._replace(title="x\r\nBcc: someone@stranger.example")
    with pytest.raises(ValueError, match="linefeed"):
        mail.compose(message, settings(25, ""))
