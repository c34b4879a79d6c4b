"""Which change alarms how loudly, and that every sentence can be said in every language."""

import re
import string

import pytest

from appliance.alerts.judge import judge
from appliance.alerts.rules import FINDING_RULES, RULES
from appliance.alerts.words import LANGUAGES
from appliance.findings.finding import Finding
from appliance.findings.kinds import KINDS
from tests.appliance.alerts.made import BEAR, BEFORE_AFTER, CAMERA, TS, change

LOUDNESS = [
    # name, change, profile, volume
    ("lasting third party", change("new_party"), BEAR, "push"),
    ("lasting unknown party", change("new_party", role="unknown"), BEAR, "push"),
    ("lasting support party", change("new_party", role="support"), BEAR, "digest"),
    ("the maker itself", change("new_party", role="first"), BEAR, "log"),
    ("a time server", change("new_party", purpose="time"), BEAR, "log"),
    ("first sight", change("new_party", certainty="seen"), BEAR, "log"),
    ("first sight of a tracker", change("new_party", certainty="seen", purpose="advertising"), BEAR, "push"),
    ("first sight, readable", change("new_party", certainty="seen", encrypted=False), BEAR, "push"),
    (
        "first sight, far away",
        change("new_party", certainty="seen", server_countries=["DE", "CN"]),
        BEAR,
        "push",
    ),
    ("first sight on a camera", change("new_party", certainty="seen"), CAMERA, "push"),
    (
        "first sight, unknown, on a camera",
        change("new_party", certainty="seen", role="unknown"),
        CAMERA,
        "log",
    ),
    (
        "first sight while learning",
        change("new_party", certainty="seen", encrypted=False, complete=False),
        BEAR,
        "log",
    ),
    (
        "first sight on a device that meets many",
        change("new_party", certainty="seen", encrypted=False, discoveries_28d=5),
        BEAR,
        "log",
    ),
    ("back after twenty days", change("returned_party"), BEAR, "digest"),
    (
        "back after ninety",
        change("returned_party")._replace(before={"silent_days": 90.0}),
        BEAR,
        "push",
    ),
    ("gone", change("gone_party"), BEAR, "digest"),
    ("gone from a tablet", change("gone_party", discoveries_28d=9), BEAR, "log"),
    ("gone infrastructure", change("gone_party", role="support"), BEAR, "log"),
    ("out of the agreed countries", change("new_country"), BEAR, "push"),
    ("the maker's data out of them", change("new_country", role="first"), BEAR, "push"),
    ("a cloud's server out of them", change("new_country", role="support"), BEAR, "digest"),
    ("a neighbour country", change("new_country", new_country="NL"), BEAR, "digest"),
    ("readable", change("encryption_lost", role="first"), BEAR, "push"),
    ("more often", change("more_often", update=TS), BEAR, "push"),
    ("more often without an update", change("more_often"), BEAR, "digest"),
    ("lasting on a browser", change("new_party", discoveries_28d=9), BEAR, "digest"),
    ("lasting on one that knows many", change("new_party", seldom_parties=30), BEAR, "digest"),
    ("met again on a browser", change("new_party", discoveries_28d=9, lasting=False), BEAR, "log"),
    ("a cloud met again", change("new_party", role="support", lasting=False), BEAR, "log"),
    ("met again, readable", change("new_party", encrypted=False, lasting=False), BEAR, "push"),
    ("readable by its port alone", change("encryption_lost", read=False), BEAR, "push"),
    ("a lasting tracker on it", change("new_party", discoveries_28d=9, purpose="tracker"), BEAR, "push"),
    ("the maker more often", change("more_often", role="first"), BEAR, "digest"),
    ("less often", change("less_often"), BEAR, "log"),
    ("more often, with play", change("more_often", follows_play=True, update=TS), BEAR, "digest"),
    ("a little more often", change("more_often", ratio=2.0, update=TS), BEAR, "digest"),
    ("bigger", change("bigger", role="unknown", update=TS), BEAR, "push"),
    ("bigger, not surely", change("bigger", surprise=5.0, update=TS), BEAR, "digest"),
    ("day and night", change("always_on"), BEAR, "digest"),
    ("day and night at a cloud", change("always_on", role="support"), BEAR, "log"),
    ("at night", change("active_at_night", role="first"), BEAR, "digest"),
    ("hidden names", change("name_hidden", role="support"), BEAR, "digest"),
    ("hidden newcomer", change("new_party", outcome="hidden"), BEAR, "digest"),
    ("new words", change("new_data"), BEAR, "digest"),
    ("new words that say who", change("new_data", leaks=["imei"]), BEAR, "push"),
    ("protected now", change("encryption_gained"), BEAR, "log"),
    ("while we block", change("new_party", doubts=["blocked"]), BEAR, "digest"),
    ("readable after a gap", change("encryption_lost", doubts=["gap"]), BEAR, "push"),
    ("smaller", change("smaller"), BEAR, "log"),
    ("new service", change("new_port"), BEAR, "digest"),
    ("new in the home", change("new_device"), BEAR, "digest"),
    ("nothing changed", change("nothing_changed", update=TS), BEAR, "log"),
]


@pytest.mark.parametrize(("name", "fact", "profile", "volume"), LOUDNESS)
def test_loudness(name, fact, profile, volume):
    alert = judge(fact, profile)
    assert alert.volume == volume, name
    assert alert.kind == fact.kind


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", BEFORE_AFTER)
def test_every_sentence_is_whole(kind, language):
    for role in ("first", "support", "third", "unknown"):
        for certainty, sure in (("seen", {"read": False}), ("confirmed", {})):
            fact = change(kind, role=role, certainty=certainty, update=TS - 2 * 86_400, **sure)
            alert = judge(fact, BEAR, language)
            assert alert.kind == kind
            for text in (alert.title, alert.text, alert.do):
                assert "{" not in text and "  " not in text and "None" not in text
                assert (text[0].isupper() and text.endswith(".")) or text == alert.title
            assert alert.title.count("tracker.example") == 0 and len(alert.title) <= 80
            assert "block" not in alert.do.lower() and "bloqu" not in alert.do.lower()
            assert not re.search(
                r"because of|à cause de|wegen|violat|viol|verletz", alert.text, re.IGNORECASE
            )


def test_english_says_before_and_after_in_numbers():
    assert judge(change("more_often"), BEAR).text == (
        "Bear sent data to Tracker (tracker.example) about 3 times a day; now it does so about"
        " 12 times a day. We compared 2 days with 28 days before."
    )
    text = judge(change("new_party", update=TS - 2 * 86_400, server_countries=["CN"]), BEAR).text
    assert ", server probably in China, 3 times on 2 days" in text
    assert "It was first seen 2 days after an update." in text


def test_french_says_it_in_french():
    assert judge(change("bigger"), BEAR, "fr").text == (
        "À chaque fois, Bear envoyait environ 1,5 ko à Tracker (tracker.example) ; maintenant,"
        " environ 6,0 ko. Nous avons comparé 2 jours avec 28 jours auparavant."
    )


def test_one_alert_per_device_and_party_whatever_the_time_and_kind():
    seen, later = judge(change("new_party", certainty="seen"), BEAR), judge(change("new_party"), BEAR)
    assert seen.identifier == later.identifier
    assert seen.identifier == judge(change("gone_party"), BEAR).identifier
    assert seen.identifier != judge(change("gone_party")._replace(domain="b.example"), BEAR).identifier
    assert re.fullmatch("a-[0-9a-f]{12}", seen.identifier)
    assert later.evidence == ("change:c-0123456789ab", "flow:C1", "flow:C2")


@pytest.mark.parametrize(
    ("code", "severity", "volume"),
    [
        ("cleartext_identifiers", 3, "push"),
        ("cleartext_upload", 3, "digest"),
        ("old_tls", 2, "digest"),
        ("own_dns", 1, "log"),
        ("a_kind_without_texts_of_its_own", 2, "digest"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_findings(code, severity, volume, language):
    finding = Finding(BEAR.device, code, "b.example", TS, TS + 5, 1, severity, "does something", ("C9",))
    alert = judge(finding, BEAR, language)
    assert (alert.kind, alert.severity, alert.volume, alert.ts) == (code, severity, volume, TS)
    assert "{" not in alert.text
    assert alert.evidence[1] == "flow:C9"


NO_FINDINGS = {*BEFORE_AFTER, "new_device", "report", "digest"}
CODES = [
    key.removesuffix(".title")
    for key in LANGUAGES["en"].TEXTS
    if key.endswith(".title") and key.removesuffix(".title") not in NO_FINDINGS
] + [kind.code for kind in KINDS]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_finding_can_be_said(code, language):
    for domain in ("b.example", None):
        finding = Finding(BEAR.device, code, domain, TS, TS + 5, 3, 2, "does something", ())
        alert = judge(finding, BEAR, language)
        assert alert.kind == code
        assert all("{" not in text and "None" not in text for text in (alert.title, alert.text, alert.do))


def test_names_from_the_network_are_never_templates():
    fact = change("new_party")._replace(organisation="{device}{0}", domain="{times}.example")
    assert "{device}{0} ({times}.example)" in judge(fact, BEAR).text


def test_languages_have_the_same_keys_and_the_same_parts():
    english = LANGUAGES["en"]
    for name, texts in LANGUAGES.items():
        assert texts.TEXTS.keys() == english.TEXTS.keys(), name
        assert texts.COUNTS.keys() == english.COUNTS.keys(), name
        assert texts.COUNTRIES.keys() == english.COUNTRIES.keys(), name
        for key, text in texts.TEXTS.items():
            assert _parts(text) == _parts(english.TEXTS[key]), (name, key)


def _parts(text):
    return {part for _, part, _, _ in string.Formatter().parse(text) if part}


def test_rules_are_whole():
    for rule in (*RULES, *FINDING_RULES):
        assert rule.SEVERITY in (1, 2, 3)
        for key in (rule.WHY, rule.DO):
            assert all(key in texts.TEXTS for texts in LANGUAGES.values()), rule.CODE
    assert {rule.CODE for rule in RULES} == BEFORE_AFTER.keys()


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"server_countries": ["SG"], "organisation_country": "FR"}, ", server probably in Singapore,"),
        ({"server_countries": [], "organisation_country": "SG"}, ", a company from Singapore,"),
        ({"server_countries": [], "organisation_country": None}, ""),
    ],
)
@pytest.mark.parametrize("kind", ["new_party", "returned_party"])
def test_an_arrival_says_where_the_data_goes_as_far_as_is_known(kind, places, said):
    fact = change(kind)
    text = judge(fact._replace(after={**fact.after, **places}), BEAR).text
    assert f"(tracker.example){said} 3 times" in text
