from __future__ import annotations

import pytest

from appliance.devices.signals.dns import evidence
from sensor.records import DnsQuery, HttpRequest, TlsClientHello
from tests.appliance.devices.samples import KNOWLEDGE, hello, http, query


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (query("prod.de.tbs.toys"), ("vendor", "Boxine (tonies)")),
        (query("api.xbcs.net"), ("vendor", "Belkin (WeMo)")),
        (hello("scalews.withings.net"), ("category", "scale")),
        (http("puppeteer.toytalk.com", None), ("category", "toy")),
        (query("PROD.de.tbs.toys"), ("category", "toy")),
    ],
)
def test_the_names_of_makers(
    record: DnsQuery | TlsClientHello | HttpRequest, wanted: tuple[str, str]
) -> None:
    found = list(evidence(record, KNOWLEDGE))
    assert wanted in {(item.field, item.value) for item in found}
    assert {item.source for item in found} == {"dns"}


@pytest.mark.parametrize(
    "record",
    [
        query("www.example"),
        query("tbs.toys.example"),
        query("nottbs.toys"),
        query("lego.com"),  # a family's laptop
        query("www.lego.com"),
        query(""),
        hello(None),
        hello("scalews.withings.net", ech=True),  # only the cover name
        http(None, "x"),
    ],
)
def test_names_that_tell_nothing(record: DnsQuery | TlsClientHello | HttpRequest) -> None:
    assert list(evidence(record, KNOWLEDGE)) == []


def test_a_name_alone_never_makes_us_sure() -> None:
    weak = [item for item in evidence(query("prod.de.tbs.toys"), KNOWLEDGE) if item.confidence >= 0.8]
    assert weak == []
