"""Pseudonymised exports: nothing of the home is in them, and what researchers need is."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.cli import main
from appliance.export.kinds import KINDS
from appliance.export.veil import AS_IT_IS, FATES, NAME, VEILED, Veil, fate
from appliance.flowrow import flow_row
from appliance.privacy import KEY_BYTES
from tests.appliance.devices.samples import BOX, ROUTER, flow
from tests.appliance.dossier.made import case_store

KEY = bytes(range(KEY_BYTES))
FLOWS = KINDS[0]
PLAIN = {
    *("ts", "duration_s", "part", "proto", "orig_p", "resp_p", "orig_pkts", "resp_pkts", "orig_wire_bytes"),
    *("resp_wire_bytes", "orig_ip_bytes", "resp_ip_bytes", "orig_bytes", "resp_bytes", "vlan", "end"),
    *("orig_tcp_flags", "resp_tcp_flags", "transport", "qtype", "rcode", "ttl_s", "alpn", "ech", "sport"),
    *("dport", "versions", "ja4"),
}
"""Columns somebody looked at and found to say nothing of whose home it is."""


def row(**changes):  # type: ignore[no-untyped-def]
    made = flow_row(flow(BOX, "192.168.1.30", ROUTER, "198.51.100.7"), "d-1", "toy.example", "a.toy.example")
    return made._replace(**changes)


def test_every_column_was_decided() -> None:
    columns = {column for kind in VEILED for column in kind.columns}
    assert columns - PLAIN == set(FATES)
    assert {fate(column) for column in PLAIN} == {AS_IT_IS}


def test_what_points_to_the_home_is_replaced_and_the_rest_stays() -> None:
    (veiled,) = Veil(FLOWS, KEY).rows([row()])
    assert type(veiled) is type(row())
    for column in ("uid", "orig_h", "resp_h", "orig_mac", "resp_mac", "orig_dst_mac", "device"):
        assert getattr(veiled, column) not in (None, getattr(row(), column)), column
    assert veiled.community_id is None
    assert (veiled.domain, veiled.server_name, veiled.orig_bytes) == ("toy.example", "a.toy.example", 500)


@pytest.mark.parametrize(
    ("name", "left"),
    [("printer.local", None), ("router", None), ("a.toy.example", "a.toy.example"), (None, None)],
)
def test_names_only_the_home_knows_are_left_out(name: str | None, left: str | None) -> None:
    assert Veil(FLOWS, KEY).rows([row(server_name=name)])[0].server_name == left


def test_the_same_is_the_same_within_an_export_and_another_in_the_next() -> None:
    one, two = Veil(FLOWS, KEY).rows([row(), row(ts=200.0)])
    (other,) = Veil(FLOWS, bytes(KEY_BYTES)).rows([row()])
    assert (one.device, one.orig_h) == (two.device, two.orig_h)
    assert other.device != one.device
    assert other.orig_h != one.orig_h


def test_a_party_that_is_an_address_is_the_address_it_became() -> None:
    (veiled,) = Veil(FLOWS, KEY).rows([row(domain="198.51.100.7")])
    assert veiled.domain == veiled.resp_h


@given(st.text(max_size=60))
def test_any_name_is_let_through_left_out_or_replaced(name: str) -> None:
    left = Veil(FLOWS, KEY).rows([row(server_name=name)])[0].server_name
    assert left is None or isinstance(left, str)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return case_store(tmp_path_factory.mktemp("veil") / "home.db")


def test_a_file_of_a_month_holds_nothing_of_the_home(store: Path, tmp_path: Path) -> None:
    plain, veiled = tmp_path / "plain.csv", tmp_path / "veiled.csv"
    words = ["export", "flows", "--store", str(store), "--out"]
    assert main([*words, str(plain)]) == 0
    assert main([*words, str(veiled), "--pseudonyms"]) == 0
    before, after = (list(csv.DictReader(path.read_text().splitlines())) for path in (plain, veiled))
    assert len(before) == len(after) > 0
    assert [one["orig_bytes"] for one in before] == [one["orig_bytes"] for one in after]
    text = veiled.read_text()
    hidden = [column for column, what in FATES.items() if what != NAME]
    own = {one[column] for one in before for column in hidden if one.get(column)}
    assert len(own) > 5
    assert [word for word in own if word in text] == []
    said = json.loads((tmp_path / "veiled.csv.dictionary.json").read_text())
    assert said["pseudonyms"]["orig_h"] == FATES["orig_h"]


@pytest.mark.parametrize("words", [["devices"], ["flows", "--format", "parquet"]])
def test_what_cannot_be_had_so_is_refused(
    store: Path, tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", *words, "--pseudonyms", "--store", str(store), "--out", str(tmp_path)]) == 1
    assert "expected one of flows, dns, tls" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
