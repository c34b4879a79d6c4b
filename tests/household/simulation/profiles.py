"""Kinds of devices, written down: how often, how much and to whom each speaks. Numbers and names are ours."""

from __future__ import annotations

from typing import Final

from tests.household.simulation.channel import Channel, Profile

HOUR: Final = 3_600.0
DAY: Final = 24 * HOUR

_NTP: Final = Channel("{n}.pool.ntp.org", "ntp", every_s=12 * HOUR, boot=True, port=123)


def _api(host: str = "api", **more: object) -> Channel:
    return Channel(f"{host}.{{maker}}", boot=True)._replace(**more)


def _check(every_s: float = DAY) -> Channel:
    """Return the question for new software, readable as many devices ask it."""
    return Channel(
        "firmware.{maker}",
        "http",
        every_s=every_s,
        up=0,
        down=400,
        boot=True,
        port=80,
        path="/check",
        parameters=("model", "fw"),
    )


DOLL: Final = Profile(
    "doll",
    "child",
    "use",
    1.2,
    2.2,
    (8, 40),
    (
        _api(up=1_500, down=900),
        Channel("voice.{maker}", per_use=6.0, up=38_000, down=52_000),
        Channel("telemetry.{maker}", every_s=600.0, up=1_300, down=250, boot=True),
        _check(),
        _NTP,
    ),
)
BOX: Final = Profile(
    "storybox",
    "child",
    "always",
    1.5,
    2.6,
    (10, 45),
    (
        _api("prod", every_s=4 * HOUR, per_use=2.0, up=700, down=9_000),
        Channel("events.{maker}", every_s=2 * HOUR, per_use=2.0, up=1_900, down=300),
        Channel("{hash}.cloudfront.net", per_use=0.7, up=900, down=4_000_000),
        _check(),
        _NTP,
    ),
    speaks=False,
)
ROBOT: Final = Profile(
    "robot",
    "child",
    "waking",
    0.8,
    1.6,
    (10, 50),
    (
        _api(every_s=HOUR, per_use=1.5, up=2_200, down=1_500),
        Channel("a{n}speech.{maker}", per_use=4.0, up=60_000, down=20_000),
        Channel("robots.iot.eu-west-1.amazonaws.com", every_s=30 * 60.0, up=600, down=450, boot=True),
        Channel("cdn.{maker}", per_use=0.6, up=700, down=900_000, alias="{hash}.cloudfront.net"),
        _NTP,
    ),
)
WATCH: Final = Profile(
    "watch",
    "child",
    "away",
    2.5,
    4.0,
    (1, 6),
    (
        _api("gw", every_s=20 * 60.0, per_use=1.0, up=1_100, down=500),
        Channel("loc.{maker}", every_s=15 * 60.0, up=480, down=200, hours=(7, 21)),
        Channel("voice{n}.{maker}", per_use=0.8, up=45_000, down=30_000),
        _NTP,
    ),
    portable=True,
    speaks=False,
)
NIGHT_LIGHT: Final = Profile(
    "nightlight",
    "child",
    "always",
    0.9,
    0.9,
    (20, 40),
    (
        _api(every_s=3 * HOUR, per_use=1.0, up=800, down=600),
        _check(2 * DAY),
        _NTP,
    ),
)
TABLET: Final = Profile(
    "tablet",
    "child",
    "waking",
    1.2,
    2.3,
    (15, 60),
    (
        _api(every_s=4 * HOUR, per_use=1.5, up=2_200, down=5_000),
        Channel("metrics-{n}.{maker}", every_s=2 * HOUR, per_use=1.0, up=6_000, down=700),
        Channel("images.{maker}", per_use=3.0, up=1_300, down=260_000, alias="{hash}.cloudfront.net"),
        Channel("rr{n}.cartoonreel.example", "quic", per_use=1.0, up=30_000, down=18_000_000, stream=True),
        Channel("fcm.googleapis.com", every_s=HOUR, up=600, down=500),
        _NTP,
    ),
    visits=0.4,
    portable=True,
)
CAMERA: Final = Profile(
    "camera",
    "adult",
    "always",
    0.8,
    1.3,
    (2, 15),
    (
        _api(every_s=HOUR, up=1_500, down=1_300),
        Channel("keep.{maker}", every_s=40 * 60.0, up=280, down=260, port=8_883, boot=True),
        Channel("relay-{n}.{maker}", per_use=1.0, up=9_000_000, down=200_000, stream=True),
        Channel("clips.s3.eu-central-1.amazonaws.com", every_s=2 * HOUR, up=420_000, down=900, hours=(7, 23)),
        _check(),
        _NTP,
    ),
)
BABY_MONITOR: Final = Profile(
    "babymonitor",
    "adult",
    "always",
    1.5,
    1.5,
    (10, 90),
    (
        _api(every_s=30 * 60.0, up=900, down=700),
        Channel("p2p{n}.{maker}", per_use=1.0, up=6_000_000, down=150_000, stream=True),
        Channel("push.{maker}", every_s=4 * HOUR, up=500, down=300),
        _NTP,
    ),
)
SPEAKER: Final = Profile(
    "speaker",
    "all",
    "always",
    2.0,
    3.0,
    (3, 60),
    (
        _api("devices", every_s=3 * HOUR, up=2_400, down=1_800),
        Channel("voice-{n}.{maker}", per_use=2.0, up=24_000, down=30_000),
        Channel("metrics.{maker}", every_s=2 * HOUR, per_use=0.6, up=5_000, down=600),
        Channel(
            "stream{n}.radiodial.example",
            "http",
            per_use=0.4,
            up=0,
            down=9_000_000,
            stream=True,
            port=80,
            path="/live",
        ),
        _check(),
        _NTP,
    ),
    visits=0.05,
)
TV: Final = Profile(
    "tv",
    "all",
    "always",
    1.0,
    2.0,
    (30, 110),
    (
        _api(every_s=6 * HOUR, per_use=1.0, up=3_000, down=9_000),
        Channel("log-{n}.{maker}", every_s=3 * HOUR, per_use=3.0, up=4_200, down=500),
        Channel("acr.watchgauge.example", per_use=6.0, up=2_600, down=300),
        Channel("ipv4-c{n}.filmharbour.example", per_use=0.8, up=90_000, down=200_000_000, stream=True),
        Channel("api.filmharbour.example", per_use=1.5, up=5_500, down=40_000),
        _check(),
        _NTP,
    ),
    visits=0.08,
)
PLUG: Final = Profile(
    "plug",
    "adult",
    "always",
    1.0,
    1.0,
    (1, 2),
    (
        _api("mq", every_s=HOUR, per_use=1.0, up=420, down=300),
        Channel("log.{maker}", every_s=8 * HOUR, up=900, down=250),
        _check(),
        _NTP,
    ),
    speaks=False,
)
BULB: Final = Profile(
    "bulb",
    "all",
    "waking",
    2.0,
    2.5,
    (1, 2),
    (
        _api("m{n}", every_s=90 * 60.0, per_use=0.8, up=380, down=260),
        _NTP,
    ),
    speaks=False,
)
HUB: Final = Profile(
    "hub",
    "all",
    "always",
    3.0,
    4.0,
    (1, 3),
    (
        _api("connect", held=True, up=260, down=240, port=8_883),
        Channel("logs.{maker}", every_s=6 * HOUR, up=3_500, down=300),
        Channel("hub-{n}.azure-devices.net", every_s=4 * HOUR, up=900, down=600, boot=True),
        _check(),
        _NTP,
    ),
)
VACUUM: Final = Profile(
    "vacuum",
    "adult",
    "always",
    0.5,
    0.4,
    (30, 70),
    (
        _api(every_s=2 * HOUR, per_use=4.0, up=1_800, down=900),
        Channel("map.{maker}", per_use=2.0, up=140_000, down=600),
        Channel("ott-{n}.{maker}", every_s=4 * HOUR, up=500, down=400),
        _check(),
        _NTP,
    ),
)
PRINTER: Final = Profile(
    "printer",
    "adult",
    "always",
    0.3,
    0.2,
    (2, 6),
    (
        _api("connect", every_s=6 * HOUR, per_use=1.0, up=1_400, down=1_000),
        Channel("ink.{maker}", every_s=DAY, per_use=1.0, up=2_100, down=500),
        _check(2 * DAY),
        _NTP,
    ),
)
CONSOLE: Final = Profile(
    "console",
    "child",
    "always",
    0.6,
    1.6,
    (30, 120),
    (
        _api(every_s=2 * HOUR, per_use=4.0, up=3_500, down=9_000),
        Channel("telemetry-{n}.{maker}", every_s=4 * HOUR, per_use=3.0, up=7_000, down=400),
        Channel("dl.{maker}", per_use=0.5, up=9_000, down=40_000_000, alias="{hash}.akamaized.net"),
        Channel("match{n}.{maker}", "quic", per_use=0.8, up=800_000, down=900_000, stream=True),
        _NTP,
    ),
)
PHONE: Final = Profile(
    "phone",
    "adult",
    "away",
    4.0,
    5.0,
    (4, 20),
    (
        _api("gateway", every_s=2 * HOUR, per_use=0.5, up=3_500, down=6_000),
        Channel("gs{n}.{maker}", every_s=4 * HOUR, up=2_000, down=3_000),
        Channel("chat.quickword.example", per_use=1.0, up=3_000, down=9_000),
        Channel("www.findall.example", "quic", per_use=0.7, up=4_000, down=80_000),
        Channel("app-measurement.com", per_use=0.5, up=1_500, down=400),
        _NTP,
    ),
    visits=1.2,
    portable=True,
)
LAPTOP: Final = Profile(
    "laptop",
    "adult",
    "waking",
    1.5,
    1.5,
    (20, 80),
    (
        _api("settings", every_s=3 * HOUR, per_use=0.5, up=3_000, down=4_000),
        Channel("www.findall.example", "quic", per_use=2.0, up=5_000, down=90_000),
        Channel("mail.lettertray.example", every_s=HOUR, per_use=1.0, up=2_000, down=8_000),
        Channel("{hash}.cloudfront.net", per_use=1.0, up=1_200, down=300_000),
        _NTP,
    ),
    visits=2.0,
    portable=True,
)

TOYS: Final = (DOLL, BOX, ROBOT, WATCH, NIGHT_LIGHT)
OTHERS: Final = (
    TABLET,
    CAMERA,
    BABY_MONITOR,
    SPEAKER,
    TV,
    PLUG,
    BULB,
    HUB,
    VACUUM,
    PRINTER,
    CONSOLE,
    PHONE,
    LAPTOP,
)
GUESTS: Final = (PHONE, TABLET, LAPTOP)
PROFILES: Final = (*TOYS, *OTHERS)
SERVICES: Final = (
    ("Cartoon Reel", "cartoonreel.example", "company", "US", "content"),
    ("Radio Dial", "radiodial.example", "company", "DE", "content"),
    ("Watch Gauge", "watchgauge.example", "tracker", "US", "analytics"),
    ("Film Harbour", "filmharbour.example", "company", "US", "content"),
    ("Quickword", "quickword.example", "company", "US", ""),
    ("Find All", "findall.example", "company", "US", ""),
    ("Letter Tray", "lettertray.example", "company", "DE", ""),
)
"""Companies that several kinds of devices speak to: organisation, domain, kind, country, purpose."""
