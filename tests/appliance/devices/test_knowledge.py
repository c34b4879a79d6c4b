from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.knowledge import DeviceKnowledge, line_of
from appliance.devices.rows import SIGNALS_OF_RULES, Catalogue, Model, Rule, split_list
from tests.appliance.devices.samples import KNOWLEDGE, PLUG, Registered


def rule(signal: str, pattern: str, vendor: str = "V") -> Rule:
    return Rule(signal, pattern, vendor, None, None, 0.9, "", None)


def toy(model: str, maker: str) -> Model:
    return Model(model, maker, "toy", (), (), (), (), "no", "no", "no", None, None, "test", "2026-12-01")


@pytest.mark.parametrize(
    ("name", "vendor"), [("Quux", "Quux"), ("Quux (Asia) Ltd", "Quux"), ("Quuxley Inc", "Quuxley")]
)
def test_a_whole_word_prefix_covers_subsidiaries(name: str, vendor: str) -> None:
    knowledge = DeviceKnowledge(Catalogue((("Quux *", "Quux", "", 0.0),), (), ()), Registered(name))
    found = knowledge.organisation(PLUG)
    assert found is not None
    assert found[1].vendor == vendor


def test_a_domain_rule_covers_the_names_below_it_and_the_longest_wins() -> None:
    rules = (rule("domain", "maker.example", "Maker"), rule("domain", "scale.maker.example", "Scale"))
    knowledge = DeviceKnowledge(Catalogue((), rules, ()), Registered(None))
    for name, vendor in [("a.b.maker.example", "Maker"), ("x.scale.maker.example", "Scale")]:
        assert [found.vendor for found in knowledge.match_domain(name)] == [vendor]
    assert list(knowledge.match_domain("notmaker.example")) == []
    assert list(knowledge.match_domain("maker.example.org")) == []


def test_patterns_are_of_whole_texts_without_case() -> None:
    rules = (rule("dhcp_hostname", "HS1??*"), rule("dhcp_hostname", "plain"))
    knowledge = DeviceKnowledge(Catalogue((), rules, ()), Registered(None))
    assert len(list(knowledge.match("dhcp_hostname", "hs110(EU)"))) == 1
    assert len(list(knowledge.match("dhcp_hostname", "PLAIN"))) == 1
    assert list(knowledge.match("dhcp_hostname", "my-hs110")) == []
    assert list(knowledge.match("mdns_name", "plain")) == []


def test_a_stated_maker_gets_our_name_for_it() -> None:
    assert KNOWLEDGE.vendor_named("LEGO System A/S") == "LEGO"
    assert KNOWLEDGE.vendor_named("Quux Ltd.") == "Quux"
    assert KNOWLEDGE.vendor_named("Espressif Inc.") == "Espressif"


@given(st.sampled_from(SIGNALS_OF_RULES), st.text(max_size=255))
def test_any_text_is_matched_without_a_fault(signal: str, text: str) -> None:
    assert len(list(KNOWLEDGE.match(signal, text))) < 50
    list(KNOWLEDGE.match_domain(text))


def test_a_cell_with_several_entries() -> None:
    assert split_list(" a | b|") == ("a", "b")
    assert split_list("") == ()


@pytest.mark.parametrize(
    ("maker", "models", "line"),
    [
        ("Boxine (tonies)", ["Toniebox", "Toniebox 2"], "Toniebox"),
        ("Google (Fitbit)", ["Fitbit Ace 3", "Fitbit Ace LTE"], "Fitbit Ace"),
        ("Learning Resources", ["Botley 2.0", "botley"], "Botley"),
        ("Boxine (tonies)", ["Toniebox"], None),  # of one model we cannot know that it is the only one
        ("Nintendo", ["Nintendo Switch", "Nintendo 3DS"], None),  # no more than the maker's name
        ("Emotix (Miko)", ["Miko 2", "Miko Mini"], None),
        ("Digital Dream Labs", ["Vector 2.0", "Cozmo 2.0"], None),  # alike at the end only
        ("Boxine (tonies)", ["Toniebox", "Tonieboxes"], None),  # no whole word
    ],
)
def test_what_people_call_all_models_of_a_maker(maker: str, models: list[str], line: str | None) -> None:
    assert line_of([toy(model, maker) for model in models]) == line


def test_things_of_several_kinds_have_no_common_name() -> None:
    scale = toy("Smart Kid Scale", "Withings")._replace(category="scale")
    assert line_of([toy("Smart Baby Monitor", "Withings"), scale]) is None
