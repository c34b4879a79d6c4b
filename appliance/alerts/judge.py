"""From a fact to what a family hears of it. Does no I/O, has no clock; the same fact gives the same alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from appliance.alerts.alert import Alert
from appliance.alerts.answers import Answer, wish_of
from appliance.alerts.policy import Policy
from appliance.alerts.profile import UNKNOWN, Profile, Senses, profile_of
from appliance.alerts.rules import BY_CODE, posture
from appliance.alerts.words import Words
from appliance.behaviour.facts import Change, Update
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding

Fact = Update | Change | Finding
NO_WISHES: Final = Policy()


def judge(fact: Fact, profile: Profile, language: str | None = None) -> Alert | None:
    """Return the alert that a fact deserves by the rules; None for facts that are only stored."""
    if language is not None:
        profile = profile._replace(language=language)
    if isinstance(fact, Change):
        rule = BY_CODE.get(fact.kind)
    else:
        rule = posture if isinstance(fact, Finding) else None
    if rule is None:
        return None
    alert: Alert = rule.judge(fact, profile)
    return alert


class Judge:
    """The rules in one language, and a family's wishes."""

    def __init__(
        self,
        language: str = "en",
        policy: Policy = NO_WISHES,
        senses: Callable[[DeviceRecord], Senses] = lambda _: UNKNOWN,
    ) -> None:
        """Judge in a language; `senses` says what the catalogue knows of a device's microphone and camera."""
        self._senses = senses
        self._words = Words(language)
        self.policy = policy

    def hear(self, answer: Answer) -> None:
        """Judge by what the family said from now on."""
        wish = wish_of(answer)
        if wish is not None:
            self.policy = self.policy.wish(wish) if answer.undoes is None else self.policy.without(wish)

    def __call__(self, fact: Fact, device: DeviceRecord) -> Alert | None:
        """Return the alert of a fact about a device; hushed to the log where the family wished so."""
        if isinstance(fact, Update):
            self.policy = self.policy.updated(fact)
            return None
        alert = judge(fact, profile_of(device, self._words.language, self._senses(device)))
        if alert is None:
            return None
        reason = self.policy.hushed(alert)
        if reason is None:
            return alert
        return alert._replace(volume="log", text=alert.text + self._words.say(reason))
