"""The words of a stored alert in another language: the rules say it again of the same facts. Does no I/O."""

from __future__ import annotations

from appliance.alerts.alert import Alert
from appliance.alerts.judge import judge
from appliance.alerts.profile import profile_of
from appliance.alerts.words import LANGUAGES
from appliance.behaviour.facts import Change
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding


def retell(alert: Alert, fact: Change | Finding | None, device: DeviceRecord | None, language: str) -> Alert:
    """Return the alert with its title, text and advice in `language`; as it is where that cannot be.

    It cannot where the fact or the device is gone, where today's rules make no alert of the fact, and where
    the fact lacks a number they need because an older release wrote it.
    """
    if fact is None or device is None or language not in LANGUAGES:
        return alert
    try:
        said = judge(fact, profile_of(device, language))
    except KeyError:
        return alert
    if said is None or said.kind != alert.kind:
        return alert
    return alert._replace(title=said.title, text=said.text, do=said.do)
