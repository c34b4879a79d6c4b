"""An attacker with the originals of half of the homes links no more than the study claims."""

import pytest

from benchmarks.reidentify import ATTACKS, attack
from tests.appliance.research import made


@pytest.mark.parametrize("wishes", [{}, {"amounts": "magnitude", "shift": True, "vendors": False}])
def test_no_more_homes_are_linked_than_claimed(wishes):
    found = attack(made.profile(flows=True, addresses="crypto-pan", **wishes), homes=14, days=3, seed=4)
    for name in ATTACKS:
        assert found[f"{name}_linked"] <= found[f"{name}_claimed"] + 1e-9
    assert found["record_linked"] > 0.6  # the attack is one: a record of the same days is a fingerprint
    assert 0 < found["devices_claimed"] < 1  # some homes own the same
    assert found["addresses_of_others_learnt"] == 0
