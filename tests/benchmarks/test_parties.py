"""The benchmark of parties on a folder of its shape: devices of other laboratories and whom they ask for.

`other_labs/party.csv` holds devices of public studies under such laboratories' names, with the role that the
definitions of Ren et al. (IMC 2019) give each domain, from general knowledge, labelled before the rules were
asked.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from appliance.lookup.knowledge import load_knowledge
from appliance.parties.attribution import Parties
from benchmarks.parties import measure_catalogue, measure_roles, vendor_of

LABELS = Path(__file__).parents[1] / "appliance" / "parties" / "other_labs" / "party.csv"
KNOWLEDGE = load_knowledge().parties


def test_roles_and_owners_of_other_laboratories_devices() -> None:
    with LABELS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) >= 190
    figures = measure_roles(rows, Parties(KNOWLEDGE), KNOWLEDGE.makers, show=False)
    assert figures["role_accuracy"] >= 0.95
    assert figures["organisation_coverage"] >= 0.95


def test_every_domain_of_the_toy_catalogue_is_its_makers() -> None:
    assert measure_catalogue(Parties(KNOWLEDGE)) == 1.0


@pytest.mark.parametrize(
    ("device", "vendor"),
    [
        ("t-philips-hub", "Philips Hue"),
        ("BelkinWeMoLink", "belkin"),
        ("uk_echodot", "Amazon"),
        ("rachio3", "rachio"),
        ("rokutv", "roku"),
        ("ge-microwave", "GE Appliances"),
        ("galaxywatch5", "Samsung"),
        ("NetgearArloCamera", "Arlo"),
        ("nobody-knows", "nobody"),
    ],
)
def test_the_maker_is_read_from_a_laboratorys_name_of_a_device(device: str, vendor: str) -> None:
    assert vendor_of(device, KNOWLEDGE.makers) == vendor
