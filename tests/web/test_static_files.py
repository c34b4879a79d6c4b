"""Files under static/ come compressed, and are kept as long as their address says what is in them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from flask.testing import FlaskClient

FOLDER = Path(__file__).parents[2] / "web/static"


def test_a_file_is_compressed_for_those_who_can_read_it(client: FlaskClient) -> None:
    plain = client.get("/static/vendor/htmx.min.js")
    packed = client.get("/static/vendor/htmx.min.js", headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    refused = client.get("/static/vendor/htmx.min.js", headers={"Accept-Encoding": "gzip;q=0"})
    assert plain.data == refused.data == (FOLDER / "vendor/htmx.min.js").read_bytes()
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert {answer.headers["Vary"] for answer in (plain, packed, refused)} == {"Accept-Encoding"}
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]


def test_an_address_with_the_digest_lasts(client: FlaskClient) -> None:
    (address,) = re.findall(r'href="(/static/style\.css\?v=[0-9a-f]{12})"', client.get("/").text)
    assert client.get(address).headers["Cache-Control"] == "private, max-age=31536000, immutable"
    for other in ("/static/style.css", "/static/style.css?v=0123456789ab"):
        assert client.get(other).headers["Cache-Control"] == "private, max-age=86400"
    assert client.get("/static/none.css?v=").headers["Cache-Control"] == "no-store"


def test_nothing_is_sent_again_that_did_not_change(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    tag = client.get("/static/style.css", headers=headers).headers["ETag"]
    again = client.get("/static/style.css", headers={**headers, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_pages_are_not_compressed(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}).headers
