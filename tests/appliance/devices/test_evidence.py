from __future__ import annotations

from appliance.devices.evidence import from_rules, quoted
from appliance.devices.rows import Rule
from tests.appliance.devices.samples import BOX, KNOWLEDGE, PLUG, dhcp


def rule(source: str = "", only_vendor: str | None = None) -> Rule:
    return Rule("dhcp_hostname", "x", "V", "toy", "M", 0.9, source, only_vendor)


def test_a_rule_gives_one_piece_of_evidence_for_each_field_it_fills() -> None:
    found = list(from_rules([rule()], "dhcp", "because", dhcp(ts=7.0), KNOWLEDGE))
    assert [(item.field, item.value) for item in found] == [
        ("vendor", "V"),
        ("category", "toy"),
        ("model", "M"),
    ]
    assert {(item.source, item.confidence, item.reason, item.ts) for item in found} == {
        ("dhcp", 0.9, "because", 7.0)
    }


def test_a_catalogue_rule_speaks_for_the_catalogue_but_a_name_asked_for_stays_one() -> None:
    assert {e.source for e in from_rules([rule("catalogue")], "dhcp", "", dhcp(), KNOWLEDGE)} == {"catalogue"}
    assert {e.source for e in from_rules([rule("catalogue")], "dns", "", dhcp(), KNOWLEDGE)} == {"dns"}


def test_a_rule_bound_to_a_vendor_counts_for_its_address_blocks_only() -> None:
    bound = [rule(only_vendor="TP-Link")]
    assert list(from_rules(bound, "dhcp", "", dhcp(PLUG), KNOWLEDGE))
    assert not list(from_rules(bound, "dhcp", "", dhcp(BOX), KNOWLEDGE))


def test_a_quotation_is_one_safe_line() -> None:
    assert quoted("a\nb\u202e" + "c" * 99) == "“a b" + "c" * 56 + "…”"
