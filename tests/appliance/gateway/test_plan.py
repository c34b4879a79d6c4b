from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.gateway.plan import Dns, Plan, PlanError, Reach, from_json, problems, to_json
from appliance.gateway.policy import Policy, in_force
from appliance.gateway.wifi import DeviceKey
from tests.appliance.gateway.plans import ACCESS_POINT, AROUND, BOX, DOLL, ETHERNET, FULL, WIFI


@pytest.mark.parametrize(
    "plan", [Plan(), ETHERNET, ACCESS_POINT, FULL, FULL._replace(mode="bridge", toys="eth1")]
)
def test_a_plan_survives_json_and_is_sound(plan: Plan) -> None:
    assert from_json(to_json(plan)) == plan
    assert problems(plan, AROUND) == []


WIFI_CASES: list[tuple[dict[str, Any], str]] = [
    ({"country": "XX"}, "country"), ({"country": "fr"}, "country"), ({"passphrase": "short"}, "passphrase"),
    ({"passphrase": "line\nwpa=0 and more"}, "passphrase"), ({"ssid": ""}, "ssid"),
    ({"ssid": "é" * 17}, "ssid"),
    ({"ssid": "toys\nbridge=br0"}, "ssid"), ({"security": "wep"}, "security"), ({"channel": 14}, "channel"),
    ({"keys": (DeviceKey("a b", "long enough"),)}, "key"),
    ({"keys": (DeviceKey("a", "long enough", "x"),)}, "key"),
    ({"keys": (DeviceKey("a", "long enough"), DeviceKey("a", "another one"))}, "keys"),
]  # fmt: skip
CASES: list[tuple[Plan, str]] = [
    (ETHERNET._replace(mode="nat"), "mode"),
    (ETHERNET._replace(toys="eth7"), "no interface 'eth7'"),
    (ETHERNET._replace(toys='eth1"; flush ruleset'), "no interface"),
    (ETHERNET._replace(toys="eth0"), "upstream interface too"),
    (ACCESS_POINT._replace(toys="eth1"), "no Wi-Fi radio"),
    (ACCESS_POINT._replace(wifi=None), "needs a name"),
    (ETHERNET._replace(network4="192.168.1.1/24"), "overlaps"),
    (ETHERNET._replace(network4="192.168.0.1/16"), "overlaps"),
    (ETHERNET._replace(network6="2001:db8:1::1/64"), "overlaps"),
    (ETHERNET._replace(network4="8.8.8.8/24"), "no private network"),
    (ETHERNET._replace(network4="192.168.77.0/24"), "no private network"),
    (ETHERNET._replace(network4="192.168.77.1/31"), "no private network"),
    (ETHERNET._replace(network4="192.168.77.1;drop"), "network"),
    (ETHERNET._replace(network6="fd00::1/48"), "expected 64"),
    (ETHERNET._replace(lease_s=1), "lease_s"),
    (ETHERNET._replace(dns=Dns(("resolver.example",))), "dns"),
    (ETHERNET._replace(dns=Dns(("fe80::1%eth0",))), "dns"),
    (ETHERNET._replace(dns=Dns(("9.9.9.9",) * 5)), "at most 4"),
    (ETHERNET._replace(dns=Dns(("9.9.9.9#dns.quad9.net", "1.1.1.1"))), "for each or for none"),
    (ETHERNET._replace(dns=Dns(("9.9.9.9#dns quad9\nDNS=6.6.6.6",))), "name"),
    (ETHERNET._replace(dns=Dns(("9.9.9.9#",))), "name"),
    (ETHERNET._replace(reach=(Reach("nobody", ("192.168.77.2",)),)), "reach"),
    (ETHERNET._replace(reach=(Reach(DOLL, ()),)), "reach"),
    (ETHERNET._replace(policies=(Policy("A;1", "block", (DOLL,)),)), "id"),
    (ETHERNET._replace(policies=(Policy("a", "destroy", (DOLL,)),)), "kind"),
    (ETHERNET._replace(policies=(Policy("a", "pause", ()),)), "MAC"),
    (ETHERNET._replace(policies=(Policy("a", "pause", ("ff:ff:ff:ff:ff:ff",)),)), "MAC"),
    (ETHERNET._replace(policies=(Policy("a", "block", (DOLL,), ("1.2.3.4/8",)),)), "IP address"),
    (ETHERNET._replace(policies=(Policy("a", "pause", (DOLL,)), Policy("a", "pause", (BOX,)))), "one id"),
    (ETHERNET._replace(policies=(Policy("a", "allow", (DOLL,)), Policy("b", "allow", (DOLL,)))), "allowed"),
    *((ACCESS_POINT._replace(wifi=WIFI._replace(**changes)), text) for changes, text in WIFI_CASES),
]


@pytest.mark.parametrize(("plan", "text"), CASES)
def test_what_cannot_be_is_said(plan: Plan, text: str) -> None:
    found = problems(plan, AROUND)
    assert any(text in sentence for sentence in found), found


def test_no_sentence_repeats_a_passphrase() -> None:
    plan = ACCESS_POINT._replace(wifi=WIFI._replace(passphrase="geheim", ssid=""))  # noqa: S106
    assert "geheim" not in " ".join(problems(plan, AROUND)) + repr(plan)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "null", '{"mode":1}', '{"shell":"x"}', '{"policies":[1]}', '{"wifi":{"ssid":"a"}}',
     '{"dns":{"upstreams":[1],"dnssec":true,"forced":true}}', '{"apart":"yes"}', " " * 1_000_001,
     "[" * 100_000],
)  # fmt: skip
def test_another_shape_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(PlanError, match=r"expected|another shape"):
        from_json(text)


KEYS = st.sampled_from([*Plan._fields, "ssid", "id", "macs", "mac"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)))
def test_any_json_is_a_plan_or_refused(value: Any) -> None:
    try:
        plan = from_json(json.dumps(value))
    except PlanError:
        return
    assert isinstance(problems(plan, AROUND), list)


def test_policies_end() -> None:
    assert [policy.id for policy in in_force(FULL.policies, 2_000_000_000.0)] == ["a1", "c3", "d4", "e5"]
    assert in_force(FULL.policies, 1_999_999_999.0) == FULL.policies
