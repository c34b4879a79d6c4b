"""The texts that a plan becomes: compared with golden files, and read by the programs they are for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.gateway import dnsmasq, networkd, nftables, resolved, wifi
from appliance.gateway.plan import Dns, Plan
from appliance.gateway.policy import Policy
from tests.appliance.gateway.plans import DOLL, ETHERNET, FULL, PHONE, WIFI

GOLDEN = Path(__file__).with_name("golden")
JUDGING = nftables.Judging(7, {"192.168.77.20": DOLL, "fd77:7ab1:e000::20": DOLL, "192.168.77.30": PHONE})
TLS = ETHERNET._replace(dns=Dns(("9.9.9.9#dns.quad9.net", "2620:fe::fe#dns.quad9.net")))
WELCOME = ETHERNET._replace(welcome=True)
BRIDGE = FULL._replace(mode="bridge", toys="eth1")


def texts() -> dict[str, str]:
    """Return every text of the plans, by the name of its golden file."""
    found = {
        "ethernet.nft": nftables.ruleset(ETHERNET),
        "full.nft": nftables.ruleset(FULL, judging=JUDGING),
        "bridge.nft": nftables.ruleset(BRIDGE),
        "mirror.nft": nftables.ruleset(FULL._replace(mode="mirror")),
        "update.nft": nftables.update(FULL, [(FULL.policies[0], ["198.51.100.8", "2001:db8::8"])], 8),
        "full.dnsmasq": dnsmasq.config(FULL, "/var/lib/leases", "/run/resolvers", "/var/lib/clock"),
        "tls.dnsmasq": dnsmasq.config(TLS, "/var/lib/leases", "/run/resolvers", "/var/lib/clock"),
        "welcome.dnsmasq": dnsmasq.config(WELCOME, "/var/lib/leases", "/run/resolvers", "/var/lib/clock"),
        "tls.resolved": resolved.config(TLS.dns),
        "full.hostapd": wifi.hostapd(WIFI, "wlan0", "/run/tattlebox/keys"),
        "full.keys": wifi.device_keys(WIFI),
    }
    for kind, plan in (("full", FULL), ("bridge", BRIDGE)):
        found |= {f"{kind}-{name}": text for name, text in networkd.files(plan).items()}
    return found


@pytest.mark.parametrize("name", sorted(texts()))
def test_the_text_is_the_golden_one(name: str) -> None:
    assert texts()[name] == (GOLDEN / name).read_text()


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(texts())


@pytest.fixture
def netns() -> str:
    name = "tattlebox-nft"
    if shutil.which("nft") is None or shutil.which("ip") is None:
        pytest.skip("nft and ip are not installed (Debian: nftables, iproute2)")
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here: needs root")
    yield name
    subprocess.run(["ip", "netns", "del", name], check=True)


def nft(netns: str, text: str) -> str:
    command = ["ip", "netns", "exec", netns, "nft", "-f", "-"]
    run = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return subprocess.run(
        [*command[:-2], "list", "ruleset"], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("plan", [ETHERNET, FULL, BRIDGE], ids=["ethernet", "full", "bridge"])
def test_the_kernel_takes_the_rules_twice_and_gives_them_back(netns: str, plan: Plan) -> None:
    first = nft(netns, nftables.ruleset(plan))
    assert nft(netns, nftables.ruleset(plan)) == first
    if plan.policies:
        added = nftables.update(plan, [(plan.policies[0], ["198.51.100.8"])], 9)
        assert "198.51.100.8" in nft(netns, added)
    assert nft(netns, nftables.ruleset(plan._replace(mode="capture"))) == ""


def test_rules_of_others_are_left_alone(netns: str) -> None:
    nft(netns, "table inet other { chain a { type filter hook input priority 0; tcp dport 1 drop; }; }")
    nft(netns, nftables.ruleset(FULL))
    assert "table inet other" in nft(netns, nftables.ruleset(FULL._replace(mode="capture")))


def test_five_hundred_policies_are_taken(netns: str) -> None:
    policies = tuple(
        Policy(f"p{n}", "block", (f"02:00:00:00:01:{n % 50:02x}",), (f"198.51.{n // 200}.{n % 200 + 1}",))
        for n in range(500)
    )
    assert "p_p499_4" in nft(netns, nftables.ruleset(ETHERNET._replace(policies=policies)))


@pytest.mark.parametrize("plan", [ETHERNET, FULL, WELCOME], ids=["ethernet", "full", "welcome"])
def test_dnsmasq_takes_its_text(tmp_path: Path, plan: Plan) -> None:
    program = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("dnsmasq is not installed (Debian: dnsmasq-base)")
    file = tmp_path / "conf"
    places = (str(tmp_path / name) for name in ("leases", "resolvers", "clock"))
    file.write_text(dnsmasq.config(plan, *places))
    run = subprocess.run([program, "--test", "-C", str(file)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_code_to_join_escapes_what_it_must() -> None:
    joined = wifi.join_text(WIFI._replace(ssid='a;b:c\\d"', passphrase="p,w;12345"))  # noqa: S106
    assert joined == 'WIFI:T:WPA;S:a\\;b\\:c\\\\d\\";P:p\\,w\\;12345;;'
