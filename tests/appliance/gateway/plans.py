"""Plans for the tests: a home with two devices that policies are about."""

from __future__ import annotations

from appliance.gateway.plan import Dns, Plan, Reach, Surroundings
from appliance.gateway.policy import Policy
from appliance.gateway.wifi import DeviceKey, Wifi

DOLL, BOX, PHONE = "02:00:00:00:00:02", "02:00:00:00:00:03", "02:00:00:00:00:09"
AROUND = Surroundings(("eth0", "eth1", "wlan0"), ("wlan0",), ("192.168.1.0/24", "2001:db8:1::/64"))
WIFI = Wifi("Toys é", "correct horse", "FR", keys=(DeviceKey("doll", "only the doll", DOLL),))
ETHERNET = Plan("ethernet", "eth0", "eth1")
ACCESS_POINT = Plan("access_point", "eth0", "wlan0", wifi=WIFI)
FULL = ACCESS_POINT._replace(
    dns=Dns(("9.9.9.9", "2620:fe::fe"), dnssec=True),
    reach=(Reach(PHONE, ("192.168.77.20", "fd77:7ab1:e000::20")),),
    policies=(
        Policy("a1", "block", (DOLL,), ("198.51.100.7", "2001:db8::7")),
        Policy("b2", "pause", (BOX,), (), 2_000_000_000.0),
        Policy("c3", "allow", (DOLL,), ("203.0.113.9",)),
        Policy("d4", "quarantine", ("02:00:00:00:00:0a",)),
        Policy("e5", "hold_updates", (BOX,), ("203.0.113.10",)),
    ),
)
