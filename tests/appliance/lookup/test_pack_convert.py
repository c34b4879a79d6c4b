"""Address tables of packages: converted when sound, refused in a sentence when not."""

from __future__ import annotations

from pathlib import Path

import maxminddb
import pytest

from appliance.lookup import pack_convert
from appliance.lookup.pack_readers import PackError


def put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def answer(tmp_path: Path, table: bytes, address: str) -> object:
    path = tmp_path / "t.mmdb"
    path.write_bytes(table)
    with maxminddb.open_database(str(path)) as reader:
        return reader.get(address)


def test_countries_of_tor_geoipdb(tmp_path: Path) -> None:
    ipv4 = put(tmp_path / "geoip", "# a comment\n#\n16777216,16777471,AU\n16777472,16778239,??\n")
    ipv6 = put(tmp_path / "geoip6", "2001:200::,2001:200:ffff:ffff:ffff:ffff:ffff:ffff,JP\n")
    table = pack_convert.country_table(ipv4, ipv6, 1)
    assert answer(tmp_path, table, "1.0.0.255") == {"country_code": "AU"}
    assert answer(tmp_path, table, "1.0.1.0") is None
    assert answer(tmp_path, table, "2001:200::1") == {"country_code": "JP"}


def test_networks_with_commas_in_their_names(tmp_path: Path) -> None:
    ipv4 = put(tmp_path / "4.csv", '1.0.0.0,1.0.0.255,13335,"Cloudflare, Inc."\n')
    ipv6 = put(tmp_path / "6.csv", "2001:200::,2001:200::ff,2500,WIDE Project\n")
    table = pack_convert.network_table(ipv4, ipv6, 1)
    assert answer(tmp_path, table, "1.0.0.1") == {"autonomous_system_organization": "Cloudflare, Inc."}
    assert answer(tmp_path, table, "2001:200::1") == {"autonomous_system_organization": "WIDE Project"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "read no address range"),
        ("1.0.0.0,1.0.0.255\n", "expected 4 columns"),
        ("here,there,1,x\n", "expected an address"),
        ("1.0.0.0,1.0.0.255,1,x\n1.0.0", "expected 4 columns"),
        ("9.0.0.0,9.0.0.255,1,x\n1.0.0.0,1.0.0.255,1,x\n", "in order"),
        ("1.0.0.0,1.0.0.255,1," + "x" * 2_000, "expected at most"),
    ],
)
def test_another_shape_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(PackError, match=message):
        pack_convert.network_table(put(tmp_path / "4", text), put(tmp_path / "6", ""), 1)


def test_endless_tables_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_convert, "MAX_LINES", 3)
    lines = "".join(f"1.0.{n}.0,1.0.{n}.255,1,x\n" for n in range(9))
    with pytest.raises(PackError, match="line 4 of 4"):
        pack_convert.network_table(put(tmp_path / "4", lines), put(tmp_path / "6", ""), 1)
