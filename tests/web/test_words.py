"""Every word of the domain has words for parents."""

from appliance.alerts.rules import FINDING_RULES, RULES
from appliance.devices.device import SOURCES
from web import words


def test_every_kind_of_change_that_can_be_told_has_words():
    told = {rule.CODE for rule in RULES} - {rule.CODE for rule in FINDING_RULES}
    assert sorted(told - set(words.CHANGES)) == []


def test_every_source_of_evidence_has_words():
    assert sorted(set(SOURCES) - set(words.SOURCES)) == []
