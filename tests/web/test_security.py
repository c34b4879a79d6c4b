"""Strict headers, known hosts; text from the network stays text. Who may come in: tests/web/security."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.web.conftest import dashboard
from tests.web.hostile import HOSTILE
from tests.web.household import DOLL, MemoryReader, household
from tests.web.pages import PAGES
from tests.web.reading_html import Page
from web.hosts import trusted_hosts

WEB = Path(__file__).parents[2] / "web"

FOREIGN_HOSTS = (
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.example:8080",
    "localhost@evil.example",
    "192.168.77.1",
    "[::ffff:7f00:1]",
    "tattlebox.local.evil.example",
    "0.0.0.1",
    "xn--localhost-9g0e",
    "",
    "local host",
)


@pytest.mark.parametrize("address", [*PAGES, "/nope", "/static/style.css"])
def test_strict_headers(client: FlaskClient, address: str) -> None:
    with client.get(address) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert {source for each in policy.split("; ") for source in each.split()[1:]} == {"'self'", "'none'"}
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert ("no-store" in headers["Cache-Control"]) is not address.startswith("/static/")
    assert all(cookie.startswith("tattlebox-visit=") for cookie in headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(client: FlaskClient, method: str) -> None:
    assert client.open("/", method=method).status_code == 405


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("address", ["/", f"/devices/{DOLL}", "/static/style.css", "/nope"])
def test_foreign_hosts_are_refused(home: MemoryReader, host: str, address: str) -> None:
    environ = {
        **EnvironBuilder(address).get_environ(),
        "HTTP_HOST": host,
    }  # the test client corrects some hosts
    chunks, status, _ = run_wsgi_app(dashboard(home), environ)
    assert status.startswith("400 ")
    assert b"doll" not in b"".join(chunks)


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:8080"])
def test_own_hosts_are_served(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_trusted_hosts_are_loopback_the_address_and_those_given() -> None:
    everywhere = trusted_hosts("0.0.0.0", ["box.home"])  # noqa: S104
    assert everywhere[:4] == ["localhost", "127.0.0.1", "[::1]", "tattlebox.local"]
    assert everywhere[-1] == "box.home"
    assert trusted_hosts("192.0.2.7") == ["localhost", "127.0.0.1", "[::1]", "192.0.2.7"]
    assert trusted_hosts("::1") == ["localhost", "127.0.0.1", "[::1]"]


def infected(value: Any, text: str, keep: frozenset[str] = frozenset()) -> Any:
    """Return the value with every text in it replaced, but those of `keep`: ids and codes."""
    if isinstance(value, str):
        return value if value in keep else text
    if hasattr(value, "_replace"):
        return value._make(infected(item, text, keep) for item in value)
    if isinstance(value, (tuple, list)):
        return type(value)(infected(item, text, keep) for item in value)
    if isinstance(value, dict):
        return {infected(key, text, keep): infected(item, text, keep) for key, item in value.items()}
    return value


CODES = {
    *("push", "digest", "log", "first", "third", "support", "unknown", "updated", "restarted", "named"),
    *("nothing_changed", "new_party", "cleartext_upload", "vendor", "category", "model", "doll"),
}


def hostile_home(text: str) -> MemoryReader:
    """Return the household where every free text is hostile; what the pages are found and drawn by stays."""
    home = household()
    ids = {record.device for record in home.known} | {change.id for change in home.changed}
    domains = {record.domain for record in home.met[::2]}
    references = {item for alert in home.told for item in alert.evidence} | {row.uid for row in home.rows}
    keep = frozenset(CODES | ids | domains | references | {alert.identifier for alert in home.told})
    for name in ("known", "met", "updated", "changed", "told", "found", "rows", "missing", "read", "watched"):
        setattr(home, name, infected(getattr(home, name), text, keep))
    recent = [row for row in home.seen if row.hour > home.watched.last_ts / 3600 - 240]  # ten days: quicker
    home.seen = [row._replace(domain=infected(row.domain, text, keep)) for row in recent]
    return home


DECEIVING = re.compile(
    r"[\u202a-\u202e\u2066-\u2069\u200b-\u200d\u2060\ufeff\x00-\x08\x0e-\x1f\x7f]"  # turns or hides text
)


@pytest.fixture(scope="module")
def harmless() -> dict[str, Page]:
    """Every page of the household whose free texts are all "harmless"."""
    client = dashboard(hostile_home("harmless")).test_client()
    return {address: Page(client.get(address).text) for address in PAGES}


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text)[:24] for text in HOSTILE])
def test_hostile_text_makes_no_node_and_no_attribute(text: str, harmless: dict[str, Page]) -> None:
    client = dashboard(hostile_home(text)).test_client()
    for address in PAGES:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found, expected = Page(answer.text), harmless[address]
        assert found.faults == []
        assert found.tags == expected.tags
        # A long text also gets a title: the full text on hover.
        assert shape(found) == shape(expected)
        assert not DECEIVING.search(answer.text)


def shape(page: Page) -> list[tuple[str, str]]:
    return sorted((tag, name) for tag, name, _ in page.attributes if (tag, name) != ("bdi", "title"))


FORBIDDEN = re.compile(
    r"\|\s*safe|Markup\(|innerHTML|style\s*=\s*\"|\bon[a-z]+\s*=\s*\"|<script(?! src=\"{{ url_for)"
    r"|https?://(?!www\.w3\.org)"
)


def test_no_escape_is_switched_off_and_nothing_comes_from_elsewhere() -> None:
    files = [path for path in WEB.rglob("*") if path.suffix in {".html", ".css", ".svg", ".py"}]
    assert len(files) > 20
    found = {
        f"{path.name}: {match.group()}"
        for path in files
        for match in FORBIDDEN.finditer(path.read_text(encoding="utf-8"))
    }
    # Where the pages are, said at the start, where plain HTTP is sent on to; words to people on addresses.
    own = {"__main__.py: http://", "__main__.py: https://", "guard.py: https://"}
    words = {"said.py: http://", "said.py: https://"}
    assert found == own | words


def test_no_sql_and_no_rules_in_the_pages() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in WEB.rglob("*.py"))
    assert not re.search(
        r"\bsqlite3\b|\bSELECT\b|appliance\.alerts\.rules|appliance\.behaviour\.(?!facts)", text
    )
