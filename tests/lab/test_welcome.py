"""A phone that joins before anybody set Tattlebox up is led to its first page; afterwards never."""

from __future__ import annotations

import json
import sys

import pytest

from appliance.gateway.welcome import API, PAGE, SAFE_PAGE
from tests.lab import lab
from tests.lab.faults import Home, await_that
from tests.lab.page import LOG_IN, STORE
from tests.lab.test_lab import needs_lab
from web.hosts import ANY_ADDRESS

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

PROBE = "captive.apple.com"


def test_a_phone_is_led_to_the_first_page_until_there_is_an_account(home: Home) -> None:
    gateway, phone = home.gateway, home.phone
    gateway.run("sh", "-c", f"rm -f {STORE}*")
    gateway.apply(lab.PLAN._replace(welcome=True))
    gateway.systemctl("start", "tattlebox-sensor@eth1.service", "tattlebox.service")
    await_that(lambda: gateway.run("ls", STORE, check=False) != "")
    serve = ("--store", STORE, "--host", ANY_ADDRESS[0], "--port", "80", "--https-port", "443")
    web = gateway.start(f"{gateway.ours()[0]}-web", *serve)
    try:
        await_that(lambda: gateway.run("sh", "-c", "ss -Hltn sport = :443") != "")
        assert phone.portal() == [API, API]
        assert phone.fetch(f"http://{PROBE}/hotspot-detect.html")[:2] == [302, PAGE]
        status, _, _, text = phone.fetch(PAGE)
        assert status == 200 and "Welcome to Tattlebox" in text
        status, _, kind, text = phone.fetch(API)
        assert (status, kind) == (200, "application/captive+json")
        assert json.loads(text) == {"captive": True, "user-portal-url": SAFE_PAGE}
        assert home.online()  # the toys are not kept waiting
        assert phone.fetch(f"http://{PROBE}/")[0] == 302

        gateway.run(sys.executable, "-c", LOG_IN, STORE)
        await_that(lambda: not gateway.status()["plan"]["welcome"])
        phone.settle()
        assert "192.168.77.1" not in phone.resolve(PROBE)
        assert phone.visit(PROBE)  # answered by its own host again
        assert phone.portal() == ["", ""]
        assert json.loads(phone.fetch(API)[3]) == {"captive": False}
        assert gateway.status()["confirmed"] and home.online()
    finally:
        web.terminate()
        web.wait()
        gateway.systemctl("stop", "tattlebox.service", "tattlebox-sensor@eth1.service")
        gateway.run("sh", "-c", f"rm -f {STORE}*")
        gateway.apply(lab.PLAN)
        phone.join()
