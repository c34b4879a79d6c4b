"""Alerts in the language of the reader: the core says them again of the facts that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from appliance.alerts.alert import Alert
from appliance.alerts.retell import retell
from appliance.behaviour.facts import Change
from appliance.findings.finding import Finding
from web.desk import Desk

STORED: Final = "en"
"""The language in which the core tells alerts to the store."""


def told_in(here: Desk, alerts: Sequence[Alert]) -> list[Alert]:
    """Return alerts in the language of this request."""
    language = here.language.code
    if language == STORED or not alerts:
        return list(alerts)
    devices = {device.device: device for device in here.reader.devices()}
    return [retell(alert, _fact(here, alert), devices.get(alert.device), language) for alert in alerts]


def _fact(here: Desk, alert: Alert) -> Change | Finding | None:
    """Return the change or finding that an alert was made of; None where the store no longer has it."""
    kind, _, name = alert.evidence[0].partition(":") if alert.evidence else ("", "", "")
    if kind == "change":
        return here.reader.change(name)
    found = here.reader.findings(alert.device)
    return next((one for one in found if (one.code, one.domain) == (alert.kind, alert.domain)), None)
