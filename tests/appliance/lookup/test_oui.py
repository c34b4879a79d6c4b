from __future__ import annotations

import pytest

from appliance.lookup.oui import OuiDirectory

DIRECTORY = OuiDirectory({"4cbc98e": "Wonder Workshop", "70b3d52a0": "Airthings"})


@pytest.mark.parametrize(
    ("mac", "organisation"),
    [
        ("50:c7:bf:00:fc:a3", "TP-LINK TECHNOLOGIES CO.,LTD."),
        ("50:C7:BF:00:FC:A3", "TP-LINK TECHNOLOGIES CO.,LTD."),
        ("4c:bc:98:e1:00:00", "Wonder Workshop"),  # 28 bits
        ("70:b3:d5:2a:01:02", "Airthings"),  # 36 bits
        ("70:b3:d5:2a:11:02", None),  # the next 36-bit block: in pieces, and not one of ours
        ("4c:bc:98:f1:00:00", None),
        ("5a:1d:c8:44:90:e2", None),
        ("not a mac", None),
        ("", None),
    ],
)
def test_who_a_block_is_registered_to(mac: str, organisation: str | None) -> None:
    assert DIRECTORY.organisation(mac) == organisation
