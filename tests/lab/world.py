"""What the lab's home asks for today, and where each host is: the plan that toys and cloud share. No I/O."""

from __future__ import annotations

from typing import Final, NamedTuple

from tests.household import cloud
from tests.household.home import DEVICES, Channel, Device

CONTENT: Final = {"phone": (3, 17), "laptop": (5, 44)}
"""Places of the long tail that phone and laptop visit today."""

RESOLVER_NAME: Final = "dns.resolver.example"
"""What the certificate of the internet's resolver says (DNS over TLS)."""

NUMBER: Final = 3
"""What `{n}` stands for today."""

ELSEWHERE: Final = (
    Channel("api.tinytalk.example", up=4_000, down=1_000, cdn="{hash}.cloudfront.net"),
    Channel("app-measurement.com", up=3_000, down=200),
    Channel("cdn.amberly.example", up=400, down=9_000, cdn="{hash}.cloudfront.net"),
)
"""Hosts that devices turn to in scenarios alone: a new company, a tracker, a shared CDN."""

UP_LIMIT: Final = 4_000
DOWN_LIMIT: Final = 9_000
"""Payload bytes of one exchange are cut to these: the capture has to stay small."""


class Visit(NamedTuple):
    """One exchange of today."""

    host: str
    alias: str | None
    channel: Channel

    @property
    def up(self) -> int:
        """Return the payload bytes to send."""
        return min(self.channel.up, UP_LIMIT)

    @property
    def down(self) -> int:
        """Return the payload bytes to ask for."""
        return min(self.channel.down, DOWN_LIMIT)


def visits(device: Device) -> list[Visit]:
    """Return what a device does today: its channels as they are after its update, and its long tail."""
    found = [visit_of(channel) for channel in device.channels if channel.only != "before"]
    for number in CONTENT.get(device.key, ()):
        found.append(visit_of(Channel(cloud.content_site(number), up=2_500, down=180_000)))
    return found


def visit_of(channel: Channel) -> Visit:
    alias = cloud.written_out(channel.cdn, 0, NUMBER) if channel.cdn else None
    return Visit(cloud.written_out(channel.host, 0, NUMBER), alias, channel)


def all_visits() -> list[Visit]:
    """Return every exchange of every device, and those of scenarios, each host once."""
    daily = [visit for device in DEVICES for visit in visits(device)]
    return list({visit.host: visit for visit in (*daily, *map(visit_of, ELSEWHERE))}.values())


def addresses(visit: Visit) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the IPv4 and IPv6 addresses of a host today."""
    name = visit.alias or visit.host
    return cloud.addresses(name, 0), cloud.addresses6(name, 0)


def name_server_config() -> str:
    """Return the lines of the internet's dnsmasq that say where each host is."""
    lines = []
    for visit in all_visits():
        four, six = addresses(visit)
        if visit.alias:
            lines.append(f"cname={visit.host},{visit.alias}")
        name = visit.alias or visit.host
        lines += [f"host-record={name},{address}" for address in (*four, *six)]
    return "\n".join(dict.fromkeys(lines)) + "\n"
