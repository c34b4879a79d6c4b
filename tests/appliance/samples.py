"""One full record of every kind the store keeps, for tests of stores, outputs and commands."""

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.devices.device import DeviceRecord, Evidence
from appliance.findings.finding import Finding
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from sensor.records import Loss, TlsClientHello, Weird

DOLL = "d-0000d011"
TS = 1_700_000_000.0

DEVICE = DeviceRecord(
    device=DOLL,
    name="Talking doll",
    macs=("02:00:00:00:d0:11",),
    addresses=("192.168.7.20", "fd00::20"),
    hostnames=("doll",),
    vendor="Plaudertoys",
    category="toy",
    model=None,
    confidence={"vendor": 0.9, "category": 0.8},
    evidence=(Evidence("vendor", "Plaudertoys", "dhcp", 0.9, "it calls itself doll", TS),),
    first_ts=TS,
    last_ts=TS + 60,
)
PARTY = PartyRecord(
    device=DOLL,
    domain="voice.example",
    organisation="Voice Example",
    role="third",
    purpose="voice",
    organisation_country="US",
    server_countries=("US",),
    first_ts=TS,
    last_ts=TS + 60,
    contacts=3,
    bytes_up=900,
    bytes_down=90,
    encrypted=None,
    outcome="named",
    reason="not its maker",
    hosts=("api.voice.example",),
    operator="Cloud Example",
    network="CLOUD-EXAMPLE",
    country_certainty="agreed",
)
SIGHTING = Sighting(DOLL, "voice.example", int(TS // 3600), 3, 4, 900, 90)
UPDATE = Update(TS - 86_400, DOLL, "updated", ("its version went from 1.0 to 1.1",), "1.0", "1.1")
CHANGE = Change(
    id="c-00000000c0de",
    ts=TS,
    device=DOLL,
    kind="new_party",
    domain="voice.example",
    organisation="Voice Example",
    role="third",
    before={"contacts_per_day": 0.0, "watched_days": 21.0},
    after={"contacts_per_day": 12.0, "watched_days": 2.0},
    update=TS - 86_400,
    certainty="confirmed",
    evidence=("Fvoice0000000001",),
)
FINDING = Finding(
    DOLL, "cleartext_upload", None, TS, TS + 60, 2, 3, "a form to plaudertoys.example", ("Fvoice0000000001",)
)
ALERT = Alert(
    ts=TS,
    identifier="a-00000000a1e7",
    device=DOLL,
    kind="new_party",
    severity=2,
    volume="push",
    domain="voice.example",
    organisation="Voice Example",
    title="Talking doll now talks to Voice Example",
    text="First seen 1 day after an update.",
    do="Ask the maker.",
    evidence=("change:c-00000000c0de", "flow:Fvoice0000000001"),
)
FLOW = FlowRow(
    ts=TS,
    duration_s=1.5,
    uid="Fvoice0000000001",
    community_id="1:Yy0UlKhrLoYbIVKq31UzAqUuvOs=",
    part=0,
    proto="tcp",
    orig_h="192.168.7.20",
    orig_p=40000,
    resp_h="198.51.100.7",
    resp_p=443,
    orig_pkts=5,
    resp_pkts=4,
    orig_wire_bytes=970,
    resp_wire_bytes=146,
    orig_ip_bytes=900,
    resp_ip_bytes=90,
    orig_bytes=700,
    resp_bytes=10,
    orig_mac="02:00:00:00:d0:11",
    resp_mac="02:00:00:00:00:01",
    orig_dst_mac="02:00:00:00:00:01",
    vlan=None,
    orig_tcp_flags=0x1B,
    resp_tcp_flags=0x1B,
    end="closed",
    device=DOLL,
    domain="voice.example",
    server_name="api.voice.example",
)
HELLO = TlsClientHello(
    TS,
    FLOW.uid,
    DEVICE.macs[0],
    "tcp",
    FLOW.orig_h,
    FLOW.orig_p,
    FLOW.resp_h,
    FLOW.resp_p,
    "api.voice.example",
    ("h2",),
    (772, 771),
    "t13d1516h2_8daaf6152771_b186095e22b6",
    False,
)
WEIRD = Weird(TS, "dns_truncated_name", "Fvoice0000000001", "192.168.7.20", "192.168.7.1", "read 3 bytes")
LOSS = Loss(TS, TS + 30, "gap", 0, "the interface was down")
FACTS = (DEVICE, PARTY, SIGHTING, UPDATE, CHANGE, FINDING, ALERT, FLOW, WEIRD, LOSS)
