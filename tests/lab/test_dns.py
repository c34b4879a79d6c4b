"""Names of the home: over TLS to the outside, and what a resolver outside may not say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from appliance.gateway.plan import Dns, to_json
from tests.household import cloud
from tests.lab import lab, signed, world
from tests.lab.faults import HOST, Home, await_that
from tests.lab.faulty_helper import ANCHOR
from tests.lab.namespaces import full_name, ip
from tests.lab.test_lab import needs_lab
from tests.lab.test_resilience import refused

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.xdist_group("namespaces"), needs_lab]

needs_resolved = pytest.mark.skipif(
    not os.access("/lib/systemd/systemd-resolved", os.X_OK),
    reason="systemd-resolved is not installed (Debian: systemd-resolved; it takes over /etc/resolv.conf)",
)
TLS = lab.PLAN._replace(lease_s=7_200, dns=Dns((f"{cloud.RESOLVER}#{world.RESOLVER_NAME}",)))
WATCH = (
    "table inet dns { counter clear {}; counter tls {}; chain on { type filter hook forward priority 0;"
    " iifname family th dport 53 counter name clear; iifname family tcp dport 853 counter name tls; }; }"
)


@needs_resolved
def test_over_tls_no_name_leaves_the_home_in_the_clear(home: Home) -> None:
    router = full_name(home.name, "router")
    try:
        home.gateway.apply(TLS)
        ip("netns", "exec", router, "nft", WATCH)
        assert home.box.resolve("api.tinytalk.example") != [] and home.online()
        counted = ip("netns", "exec", router, "nft", "list", "counters", "table", "inet", "dns")
        clear, tls = (part.split("packets ")[1].split()[0] for part in counted.split("counter ")[1:])
        assert clear == "0" and int(tls) > 0
    finally:
        ip("netns", "exec", router, "nft", "delete table inet dns")
        home.gateway.apply(lab.PLAN)
    await_that(home.online)


@needs_resolved
def test_a_resolver_with_another_name_is_not_believed(home: Home) -> None:
    said = refused(home, TLS._replace(dns=Dns((f"{cloud.RESOLVER}#www.google.com",))))
    assert f"no resolver of the internet answers (asked {cloud.RESOLVER}#www.google.com)" in said


def test_names_that_nobody_signed_are_refused_where_the_plan_wants_signatures(home: Home) -> None:
    """The lab's root is not signed by the keys of the real one."""
    home.gateway.write("/run/lab/other.json", to_json(lab.PLAN._replace(dns=Dns(dnssec=True))))
    done = home.gateway.tattlebox("gateway", "apply", "--yes", "/run/lab/other.json")
    assert "our resolver finds no name of the internet" in done.stderr
    await_that(home.online)


@pytest.mark.skipif(
    not signed.possible(), reason="nsd and ldns-signzone are missing (Debian: nsd, ldnsutils)"
)
def test_a_good_signature_is_believed_and_a_bad_one_is_not(home: Home, tmp_path: Path) -> None:
    server, anchor = signed.serve(home.name, tmp_path)
    unchecked = lab.PLAN._replace(dns=Dns((signed.RESOLVER,)))
    try:
        home.gateway.write(str(ANCHOR), anchor)
        home.gateway.apply(unchecked)
        await_that(lambda: home.box.resolve(signed.FORGED) == [signed.FORGED_ADDRESS])
        home.gateway.apply(unchecked._replace(dns=Dns((signed.RESOLVER,), dnssec=True)))
        await_that(home.online)
        assert home.box.resolve("ns.example") == [signed.RESOLVER]
        assert home.box.resolve(signed.FORGED) == []
        assert home.box.resolve("nowhere.example") == []
    finally:
        server.terminate()
        server.wait()
        home.gateway.run("rm", "-f", str(ANCHOR))
        home.gateway.apply(lab.PLAN)
    await_that(home.online)


def test_an_answer_that_leads_into_the_home_is_refused(home: Home) -> None:
    assert home.box.ask(cloud.RESOLVER, HOST) != []
    assert home.box.resolve("rebind.example") == []
