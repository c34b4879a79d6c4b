"""A toy that joins is soon on the page and named: sensor, service, dashboard as their units start them."""

from __future__ import annotations

import pytest

from tests.lab.faults import Home
from tests.lab.page import Page, arrivals
from tests.lab.test_lab import needs_lab

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

ON_PAGE_S, NAMED_S = 10.0, 60.0
SLACK = 2.0
"""The machine of a test is busy with other things; `scripts/lab policies` times it alone."""


def test_a_toy_is_on_the_page_and_named_soon_after_it_joins(home: Home) -> None:
    page = Page(home)
    try:
        for toy in arrivals(home, page, ("doll", "camera")):
            assert toy.on_page_s < SLACK * ON_PAGE_S
            assert toy.named_s < SLACK * NAMED_S
    finally:
        page.close()
        home.gateway.systemctl("stop", "tattlebox.service", "tattlebox-sensor@eth1.service")
