"""Who a domain's owner is to one device: its maker, infrastructure, somebody else. Does no I/O.

First: the maker, a brand of the same owner, or the platform the maker sells under its own name. Support:
infrastructure that a maker hires, or that belongs to nobody's business, such as the NTP pool. Third: every
other organisation; so also another company's free service (its clock, its resolver), which no contract of the
maker binds. Unknown: when we cannot say.
"""

from __future__ import annotations

from appliance.parties.knowledge import SUPPORT_KINDS, THIRD_KINDS, Maker, Owner
from appliance.parties.vendors import bears_name


def judge(vendor: str | None, maker: Maker | None, owner: Owner | None, domain: str) -> tuple[str, str]:
    """Return (role, reason in plain words) of the domain's owner for a device of that vendor.

    `vendor` is None when the device's maker is unknown; `maker` is None also when our table lacks it.
    """
    if owner is not None:
        return _of_owner(vendor, maker, owner, domain)
    if vendor is None:
        return "unknown", f"We know neither who made this device nor who owns {domain}."
    if bears_name(vendor, domain):
        return "first", f"{domain} bears the name of {vendor}."
    return "third", f"We know no tie between {domain} and {vendor}, and do not know who owns it."


def _of_owner(vendor: str | None, maker: Maker | None, owner: Owner, domain: str) -> tuple[str, str]:
    name = owner.organisation
    tie = _tie(maker, owner, domain)
    if tie is not None:
        return "first", tie
    if owner.kind in SUPPORT_KINDS:
        return "support", f"{name} is {SUPPORT_KINDS[owner.kind]}."
    if owner.kind == "tracker":
        return "third", f"{name} {THIRD_KINDS['tracker']}."
    if vendor is None:
        return "unknown", f"{domain} belongs to {name}; we do not know whether it made this device."
    if maker is None and bears_name(vendor, domain):
        return "first", f"{domain} bears the name of {vendor}."
    told = THIRD_KINDS.get(owner.kind, "makes other devices")
    return "third", f"{name} {told}; we know no tie to {vendor}."


def _tie(maker: Maker | None, owner: Owner, domain: str) -> str | None:
    """Return how the owner is the device's maker or belongs to it; None when it does not."""
    name = owner.organisation
    if maker is None:
        return None
    if owner.group != maker.group:
        if owner.group in maker.platforms:
            return f"{maker.name} sells devices that run on the platform of {name}."
        return None
    if maker.name == name:
        return f"{domain} belongs to {name}, who made this device."
    return f"{domain} belongs to {name}, which has the same owner as {maker.name}."
