"""No more in a message than the family lets the channel say, and nothing hostile in any."""

import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.notify.compose import Known, compose, message_key
from appliance.notify.texts import TEXTS
from appliance.store.channels import ChannelRow
from appliance.store.outbox import Event
from tests.appliance import samples

BODY = {
    "kind": "new_party",
    "title": "Bear: new company, Voice Example",
    "text": "It sent 3 times.",
    "do": "Ask.",
}
EVENT = Event(7, "a-0.new_party.push.1", "alert", samples.TS, samples.DOLL, 2, "push", BODY)
KNOWN = Known("en", UTC, {samples.DOLL: "Bear"})
WORDS = ("Bear", "Voice", "3 times", "new company")


def channel(content, uid="0" * 32):
    return ChannelRow("phone", "webhook", uid, "", content, "urgent", 1, {}, 0.0)


@pytest.mark.parametrize(
    ("content", "said"),
    [("something", set()), ("toy", {"Bear", "new company"}), ("full", set(WORDS))],
)
def test_each_level_says_so_much(content, said):
    message = compose(EVENT, channel(content), KNOWN)
    whole = json.dumps(message._asdict())
    assert {word for word in WORDS if word in whole} == said


def test_nothing_of_the_home_is_in_a_key_and_no_two_channels_share_one():
    keys = {compose(EVENT, channel("full", uid), KNOWN).key for uid in ("1" * 32, "2" * 32)}
    assert len(keys) == 2
    assert message_key("1" * 32, EVENT.key) in keys


def test_the_week_at_each_level():
    event = EVENT._replace(kind="week", body={})
    known = KNOWN._replace(alerts=(samples.ALERT,), changes=(samples.CHANGE,))
    assert "Voice Example" in compose(event, channel("full"), known).text
    assert compose(event, channel("toy"), known).text.startswith("- Bear: new company")
    little = compose(event, channel("something"), known).text
    assert "1" in little and "Bear" not in little
    assert "Nothing to tell" in compose(event, channel("something"), KNOWN).text


def test_html_is_escaped_and_fetches_nothing():
    body = {**BODY, "title": "<script>alert(1)</script>", "text": '<img src="http://stranger.example/x">'}
    html = compose(EVENT._replace(body=body), channel("full"), KNOWN).html
    assert "<script>" not in html and "<img" not in html and "&lt;script&gt;" in html


@given(st.text(max_size=300), st.sampled_from(["something", "toy", "full"]))
def test_any_name_gives_printable_lines(name, content):
    body = {**BODY, "title": name, "text": name}
    message = compose(EVENT._replace(body=body), channel(content), KNOWN._replace(names={samples.DOLL: name}))
    assert message.title.isprintable() and len(message.title) <= 120
    assert all(line.isprintable() for line in message.text.split("\n"))


def test_every_language_has_every_text():
    assert len({frozenset(texts) for texts in TEXTS.values()}) == 1


def test_every_rule_has_words():
    from appliance.alerts.rules import RULES  # noqa: PLC0415

    assert [rule.CODE for rule in RULES if f"kind.{rule.CODE}" not in TEXTS["en"]] == []
