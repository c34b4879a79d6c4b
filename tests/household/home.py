"""The demonstration home, written down as data: its devices, what they usually do, and what happens.

Read by the generator of months (`generate.py`) and by the lab (`tests/lab/`), whose toys do the same with
real protocol stacks: so both speak of one home, with the same MACs, addresses, names and handshakes.

Address blocks belong to the makers (IEEE registry). Host names without `.example` are in public use by the
makers' products (docs/household.md says where each was read); periods and sizes are ours. The talking doll,
its maker and the company it turns to are invented, hence `.example`.
"""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import Final, NamedTuple


class Tls(NamedTuple):
    """How a device's TLS client introduces itself. `ja4` is what its real hello gives in the lab."""

    maximum: str  # "1.2" or "1.3"
    ciphers: str  # OpenSSL cipher list of TLS 1.2 and before
    alpn: tuple[str, ...]
    ja4: str


class Channel(NamedTuple):
    """One thing a device does on the network, again and again."""

    host: str  # as asked for; "{n}" a number that varies, "{hash}" a CDN label that changes every 3 weeks
    carrier: str = "tls"  # "tls", "quic", "http", "ntp"
    every_s: float | None = None  # period in the background; None: only in use
    per_use: float = 0.0  # mean exchanges in one session of use
    up: int = 900  # payload bytes above TLS or HTTP
    down: int = 3_000
    stream: bool = False  # one long flow for the session instead of exchanges
    boot: bool = False  # also after a restart
    path: str = "/"  # http only
    parameters: tuple[str, ...] = ()  # http only
    cdn: str | None = None  # what the name is an alias of (CNAME)
    only: str = "always"  # "before" or "after" the device's turn: its update or silent change
    port: int = 443


class Use(NamedTuple):
    """When people use a device: sessions a day, hours of local time, minutes of a session."""

    weekday: float
    weekend: float
    hours: tuple[int, int]
    minutes: tuple[int, int]


class Service(NamedTuple):
    """A DNS-SD service the device announces; `{version}` in a TXT value is its software's."""

    service: str
    instance: str
    port: int
    txt: tuple[tuple[str, str], ...]


class Device(NamedTuple):
    """One device. `versions` and `tls` hold two entries when it gets an update in the story."""

    key: str
    name: str  # what people call it
    category: str
    mac: str
    ipv4: str
    hostname: str  # DHCP option 12 and mDNS
    vendor_class: str | None  # DHCP option 60
    parameters: tuple[int, ...]  # DHCP option 55
    tls: tuple[Tls, ...]
    channels: tuple[Channel, ...]
    use: Use | None = None
    versions: tuple[str, ...] = ("1.0",)
    user_agent: str | None = None  # HTTP; "{version}" is the software's
    services: tuple[Service, ...] = ()
    ssdp_server: str | None = None
    ssdp_target: str | None = None
    ipv6: bool = False  # uses IPv6 where the other side has it
    portable: bool = False  # leaves the home with its people
    awake: tuple[float, float] = (0, 24)  # hours of local time in which it is on
    away: tuple[float, float] | None = None  # hours of weekdays in which it is out of the home
    content: float = 0.0  # visits a day to places of the long tail

    @property
    def ipv6_address(self) -> str:
        """Return its SLAAC address (RFC 4291 appendix A: modified EUI-64)."""
        octets = bytes.fromhex(self.mac.replace(":", ""))
        eui = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
        return str(IPv6Address(IPv6Address(LAN6_PREFIX).packed[:8] + eui))

    @property
    def link_local(self) -> str:
        """Return its fe80:: address, from the same interface identifier."""
        own = IPv6Address(self.ipv6_address).packed[8:]
        return str(IPv6Address(b"\xfe\x80" + bytes(6) + own))


GATEWAY_MAC: Final = "2c:cf:67:10:77:01"  # Raspberry Pi (Trading) Ltd
GATEWAY: Final = "192.168.77.1"
LAN6_PREFIX: Final = "2001:2:0:77::"
LEASE_S: Final = 43_200
TIMEZONE: Final = "Europe/Paris"

_STRONG: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
_TI: Final = Tls(
    "1.2", "ECDHE-RSA-AES256-SHA:AES256-SHA:AES128-SHA@SECLEVEL=0", (), "t12d040700_352480939188_3c5a66c06c35"
)
_BOX_AFTER: Final = Tls(
    "1.2",
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-SHA:AES256-SHA@SECLEVEL=0",
    (),
    "t12d040700_94ed9d1d7882_3c5a66c06c35",
)
_EMBED: Final = Tls(
    "1.2",
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
    (),
    "t12d030700_0e67c0ef781e_e7e480e5a997",
)
_ANDROID: Final = Tls(
    "1.3",
    f"{_STRONG}:AES128-GCM-SHA256:AES256-GCM-SHA384",
    ("h2", "http/1.1"),
    "t13d1212h2_67664317ae7d_d41ae481755e",
)
_CAMERA: Final = Tls(
    "1.2", "ECDHE+AESGCM:AES128-GCM-SHA256:AES256-SHA", (), "t12d070700_ab086ce98f87_e7e480e5a997"
)
_SPEAKER: Final = Tls("1.3", "ECDHE+AESGCM:DHE+AESGCM", ("http/1.1",), "t13d1212h1_c66b0179931a_d41ae481755e")
_TV: Final = Tls(
    "1.3", f"{_STRONG}:ECDHE+AES:AES256-SHA", ("h2", "http/1.1"), "t13d2312h2_d204cdb8ce85_d41ae481755e"
)
_PHONE: Final = Tls("1.3", f"{_STRONG}:ECDHE+AES", ("h2",), "t13d2212h2_da033aef09f1_d41ae481755e")
_LAPTOP: Final = Tls(
    "1.3",
    "ECDHE+AESGCM:DHE+AESGCM:ECDHE+AES:AES256-GCM-SHA384",
    ("h2", "http/1.1"),
    "t13d2512h2_df9de6cb9f71_d41ae481755e",
)
QUIC_JA4: Final = "q13d0307h3_55b375c5d22e_1cecd519fee8"  # of aioquic, the lab's QUIC

BOX: Final = Device(
    key="box",
    name="Storytelling box",
    category="toy",
    mac="98:9e:80:3c:51:0e",  # tonies GmbH
    ipv4="192.168.77.21",
    hostname="toniebox-3c510e",
    vendor_class=None,
    parameters=(1, 3, 6, 15),
    tls=(_TI, _BOX_AFTER),
    versions=("3.0", "3.1"),
    use=Use(1.4, 2.4, (7, 20), (10, 45)),
    channels=(
        Channel("prod.de.tbs.toys", every_s=14_400, per_use=2.5, up=700, down=9_000, boot=True),
        Channel("rtnl.bxcl.de", every_s=7_200, per_use=2.0, up=1_800, down=300, boot=True),
    ),
)
DOLL: Final = Device(
    key="doll",
    name="Talking doll",
    category="toy",
    mac="fc:f5:c4:5c:21:9a",  # Espressif Inc.: the Wi-Fi chip inside
    ipv4="192.168.77.22",
    hostname="AmberlyDoll-219A",
    vendor_class="amberly-doll",
    parameters=(1, 3, 28, 6),
    tls=(_EMBED,),
    versions=("2.3.1", "3.0.0"),
    user_agent="AmberlyDoll/{version} (doll)",
    services=(
        Service(
            "_amberlydoll._tcp.local",
            "Amberly Doll 219A",
            8888,
            (("manufacturer", "Amberly Toys"), ("md", "Talking Doll"), ("fw", "{version}")),
        ),
    ),
    use=Use(1.5, 2.5, (8, 19), (10, 35)),
    channels=(
        Channel("voice.amberly.example", per_use=5.0, up=42_000, down=60_000),
        Channel("telemetry.amberly.example", every_s=21_600, up=1_200, down=250, boot=True, only="before"),
        Channel("telemetry.amberly.example", every_s=1_800, up=1_200, down=250, boot=True, only="after"),
        Channel(
            "firmware.amberly.example",
            "http",
            every_s=86_400,
            up=0,
            down=300,
            boot=True,
            path="/check",
            parameters=("model", "fw"),
            port=80,
        ),
        Channel("api.parlanceloop.example", every_s=5_400, per_use=4.0, up=9_000, down=1_100, only="after"),
        Channel("pool.ntp.org", "ntp", every_s=43_200, boot=True, port=123),
    ),
)
TABLET: Final = Device(
    key="tablet",
    name="Child's tablet",
    category="tablet",
    mac="fc:d7:49:82:4b:61",  # Amazon Technologies Inc.
    ipv4="192.168.77.23",
    hostname="amazon-9f31c2d07",
    vendor_class="dhcpcd-6.8.2:Linux-4.9.117:aarch64:MT8168",
    parameters=(1, 3, 6, 15, 26, 28, 51, 58, 59, 43),
    tls=(_ANDROID,),
    use=Use(1.2, 2.2, (15, 20), (15, 50)),
    portable=True,
    awake=(7, 22),
    channels=(
        Channel("spectrum.s3.amazonaws.com", "http", every_s=28_800, up=0, down=400, boot=True, port=80,
                path="/kindle-wifi/wifistub.html"),
        Channel("api.amazon.com", every_s=14_400, per_use=1.5, up=2_200, down=5_000, boot=True),
        Channel("device-metrics-us.amazon.com", every_s=7_200, per_use=1.0, up=6_500, down=700),
        Channel("softwareupdates.amazon.com", every_s=86_400, up=900, down=1_500, boot=True),
        Channel("images-eu.ssl-images-amazon.com", per_use=3.0, up=1_300, down=260_000,
                cdn="{hash}.cloudfront.net"),
        Channel("www.youtubekids.com", per_use=1.5, up=2_600, down=90_000),
        Channel("rr{n}---sn-25ge7nsl.googlevideo.com", "quic", per_use=1.2, up=30_000, down=22_000_000,
                stream=True),
        Channel("ntp-g7g.amazon.com", "ntp", every_s=43_200, boot=True, port=123),
    ),
    user_agent="Dalvik/2.1.0 (Linux; U; Android 11; KFTRWI Build/RS8332)",
)  # fmt: skip
CAMERA: Final = Device(
    key="camera",
    name="Nursery camera",
    category="camera",
    mac="ec:75:0c:7a:90:3d",  # TP-Link Systems Inc.
    ipv4="192.168.77.24",
    hostname="Tapo_C200",
    vendor_class="udhcp 1.20.2",
    parameters=(1, 3, 6, 12, 15, 28, 40, 41, 42),
    tls=(_CAMERA,),
    versions=("1.3.9",),
    use=Use(1.0, 1.5, (19, 22), (5, 30)),
    channels=(
        Channel("n-devs-gw.tplinkcloud.com", every_s=3_600, up=1_500, down=1_300, boot=True),
        Channel("n-deventry-gw.tplinkcloud.com", every_s=43_200, up=800, down=900, boot=True),
        Channel("euw1-relay-i-{n}.dcipc.i.tplinknbu.com", per_use=1.0, up=14_000_000, down=220_000,
                stream=True),
        Channel("download.tplinkcloud.com", every_s=86_400, up=600, down=1_100),
        Channel("time.nist.gov", "ntp", every_s=21_600, boot=True, port=123),
    ),
    services=(Service("_http._tcp.local", "Tapo_C200", 443, (("md", "C200"), ("sw", "{version}"))),),
)  # fmt: skip
SPEAKER: Final = Device(
    key="speaker",
    name="Living-room speaker",
    category="speaker",
    mac="f0:f6:c1:2b:6e:44",  # Sonos, Inc.
    ipv4="192.168.77.25",
    hostname="SonosZP",
    vendor_class=None,
    parameters=(1, 3, 6, 12, 15, 26, 28, 33, 42),
    tls=(_SPEAKER,),
    versions=("83.1-61240",),
    use=Use(1.3, 2.0, (7, 21), (20, 70)),
    user_agent="Linux UPnP/1.0 Sonos/{version} (ZPS1)",
    channels=(
        Channel("devices.sonos.com", every_s=10_800, up=2_400, down=1_800, boot=True),
        Channel("msmetrics.ws.sonos.com", every_s=7_200, per_use=1.0, up=5_200, down=600),
        Channel("update.sonos.com", "http", every_s=86_400, up=0, down=700, boot=True, port=80,
                path="/firmware/latest/default-1-1.ups", parameters=("cmaj", "cmin")),
        Channel("opml.radiotime.com", "http", per_use=1.0, up=0, down=8_000, port=80, path="/Tune.ashx",
                parameters=("id", "formats")),
        Channel("stream{n}.hearthradio.example", "http", per_use=1.0, up=0, down=30_000_000, stream=True,
                port=80, path="/live.mp3"),
        Channel("0.sonostime.pool.ntp.org", "ntp", every_s=21_600, boot=True, port=123),
    ),
    services=(
        Service("_sonos._tcp.local", "Living room", 1443,
                (("info", "/api/v1/players/RINCON_F0F6C12B6E4401400/info"), ("vers", "{version}"))),
    ),
    ssdp_server="Linux UPnP/1.0 Sonos/{version} (ZPS1)",
    ssdp_target="urn:schemas-upnp-org:device:ZonePlayer:1",
)  # fmt: skip
TV: Final = Device(
    key="tv",
    name="Television",
    category="tv",
    mac="fc:f1:36:90:0b:27",  # Samsung Electronics Co.,Ltd
    ipv4="192.168.77.26",
    hostname="Samsung",
    vendor_class="udhcp 1.22.1",
    parameters=(1, 3, 6, 12, 15, 28, 42),
    tls=(_TV,),
    versions=("1.0",),
    use=Use(1.2, 2.0, (17, 22), (30, 110)),
    ipv6=True,
    channels=(
        Channel("osb-v1.samsungqbe.com", every_s=21_600, per_use=1.0, up=3_000, down=9_000, boot=True),
        Channel("log-ingestion-eu.samsungacr.com", every_s=10_800, per_use=3.0, up=4_200, down=500),
        Channel("www.samsungotn.net", every_s=86_400, up=700, down=900),
        Channel("api-global.netflix.com", per_use=1.5, up=5_500, down=40_000),
        Channel("ipv6-c{n}-cdg001-ix.1.oca.nflxvideo.net", per_use=0.8, up=90_000, down=300_000_000,
                stream=True),
        Channel("time.samsungcloudsolution.com", "http", every_s=43_200, up=0, down=200, boot=True, port=80,
                path="/openapi/timesync", parameters=("client",)),
    ),
    user_agent="Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 TV Safari/537.36",
    services=(Service("_airplay._tcp.local", "Television", 7000, (("manufacturer", "Samsung"),
                                                                 ("model", "UE43TU7090"))),),
    ssdp_server="SHP, UPnP/1.0, Samsung UPnP SDK/1.0",
    ssdp_target="urn:samsung.com:device:RemoteControlReceiver:1",
)  # fmt: skip
PHONE: Final = Device(
    key="phone",
    name="Phone",
    category="phone",
    mac="5a:1d:c8:44:90:e2",  # locally administered: a private Wi-Fi address
    ipv4="192.168.77.27",
    hostname="iPhone",
    vendor_class=None,
    parameters=(1, 121, 3, 6, 15, 108, 114, 119, 252),
    tls=(_PHONE,),
    use=Use(3.0, 4.0, (7, 22), (5, 20)),
    ipv6=True,
    portable=True,
    channels=(
        Channel("captive.apple.com", "http", up=0, down=70, boot=True, port=80,
                path="/hotspot-detect.html"),
        Channel("gateway.icloud.com", every_s=7_200, per_use=1.0, up=3_500, down=6_000, boot=True),
        Channel("gsp{n}-ssl.ls.apple.com", every_s=14_400, up=2_000, down=3_000),
        Channel("g.whatsapp.net", per_use=1.5, up=3_000, down=9_000),
        Channel("www.google.com", "quic", per_use=1.0, up=4_000, down=80_000),
        Channel("time.apple.com", "ntp", every_s=43_200, boot=True, port=123),
    ),
    user_agent="CaptiveNetworkSupport-486.0.1 wispr",
    away=(8.2, 17.6),
    content=1.2,
)  # fmt: skip
LAPTOP: Final = Device(
    key="laptop",
    name="Laptop",
    category="computer",
    mac="fc:b3:bc:05:d7:18",  # Intel Corporate
    ipv4="192.168.77.28",
    hostname="LAPTOP-7K2QD",
    vendor_class="MSFT 5.0",
    parameters=(1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252),
    tls=(_LAPTOP,),
    use=Use(1.5, 2.0, (9, 22), (20, 60)),
    ipv6=True,
    portable=True,
    awake=(8, 23),
    channels=(
        Channel("www.msftconnecttest.com", "http", up=0, down=22, boot=True, port=80,
                path="/connecttest.txt"),
        Channel("settings-win.data.microsoft.com", every_s=10_800, up=3_000, down=4_000, boot=True),
        Channel("www.bing.com", per_use=2.0, up=4_000, down=70_000),
        Channel("www.google.com", "quic", per_use=1.0, up=5_000, down=90_000),
        Channel("www.wikipedia.org", per_use=0.5, up=3_000, down=120_000),
        Channel("time.windows.com", "ntp", every_s=43_200, boot=True, port=123),
    ),
    user_agent="Microsoft NCSI",
    content=2.0,
)  # fmt: skip

DEVICES: Final = (BOX, DOLL, TABLET, CAMERA, SPEAKER, TV, PHONE, LAPTOP)


class Event(NamedTuple):
    """Something that happens once. The day counts back from the end, so a shorter run keeps the last ones."""

    kind: str  # "update", "silent" (sharing changes without one), "restart", "holiday", "isp_outage",
    # "capture_gap"
    days_before_end: int
    hour: float  # local time of that day
    duration_s: float = 0.0
    device: str | None = None
    host: str | None = None  # update: where the download came from
    down: int = 0  # update: its size in bytes


STORY: Final = (
    Event("restart", 52, 7.4, device="tv"),
    Event("restart", 47, 18.1, device="camera"),
    Event("restart", 45, 16.6, device="doll"),
    Event("restart", 44, 9.3, device="box"),
    Event("restart", 41, 20.2, device="speaker"),
    Event("holiday", 38, 9.0, duration_s=5 * 86_400 - 50_400),
    Event("restart", 30, 8.9, device="tablet"),
    Event("isp_outage", 26, 20.2, duration_s=3 * 3_600),
    Event("update", 21, 4.1, device="box", host="prod.de.tbs.toys", down=4_200_000),
    Event("restart", 18, 11.7, device="tv"),
    Event("capture_gap", 9, 13.3, duration_s=2_400),
    Event("update", 5, 3.2, device="doll", host="firmware.amberly.example", down=38_000_000),
    Event("restart", 3, 19.8, device="speaker"),
)
"""What happens in the home, oldest first."""
