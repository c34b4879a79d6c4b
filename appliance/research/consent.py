"""What a family agrees to, in sentences and as the record that goes along. Does no I/O."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from appliance.research.profile import Profile, to_json
from appliance.store.studies import Consent

FORMAT: Final = "tattlebox-consent-1"


def N_(text: str) -> str:
    """Mark a sentence that pages show in other languages."""
    return text


NAMES: Final = {
    "all": N_("The companies are named by their domain, every one of them."),
    "known": N_("Companies that public lists know are named; all others are called “rare”."),
    "organisation": N_("Companies are named, without the domains that were used."),
}
AMOUNTS: Final = {
    "thousand": N_("Amounts are rounded to the nearest thousand bytes."),
    "magnitude": N_("Amounts and counts are told only as orders of magnitude."),
}
VENDORS: Final = {
    True: N_("The kind and the maker of each device."),
    False: N_("The kind of each device, not its maker."),
}
SHIFT: Final = {
    True: N_("Dates are moved by a number of weeks that nobody knows."),
    False: N_("Dates are true."),
}
FLOWS: Final = {
    True: N_("Beside sums of a day also each single conversation, with a rounded time."),
    False: N_("Only sums of a day: no time of day, no single conversation."),
}
ADDRESSES: Final = {
    "none": N_("No address of any server."),
    "crypto-pan": N_("Addresses of servers, replaced by others that keep which ones are neighbours."),
}
UPLOAD: Final = {
    True: N_("You hand over a file yourself, or have each day sent to the study once you turn that on."),
    False: N_("Nothing is sent: you hand over a file yourself."),
}
NEVER: Final = N_(
    "Never: names you gave, names that devices give themselves, addresses in your home, what was said, or "
    "the key behind the pseudonyms."
)


def sentences(profile: Profile) -> list[str]:
    """Return what leaves and what does not, in English."""
    told = [
        VENDORS[profile.vendors],
        NAMES[profile.names],
        AMOUNTS[profile.amounts],
        FLOWS[profile.flows],
        SHIFT[profile.shift],
    ]
    addresses = [ADDRESSES[profile.addresses]] if profile.flows else []
    return [*told, *addresses, UPLOAD[bool(profile.upload)], NEVER]


def record(profile: Profile, consent: Consent, home: str) -> dict[str, Any]:
    """Return the record of a consent: what, who, until when, withdrawn how."""
    return {
        "format": FORMAT,
        "study": profile.study,
        "title": profile.title,
        "who_asks": profile.who,
        "purpose": profile.purpose,
        "who_agreed": "an adult of the home, at the box itself",
        "home": home,
        "agreed_on": datetime.fromtimestamp(consent.agreed, UTC).date().isoformat(),
        "until": profile.until,
        "what_leaves": sentences(profile),
        "how_to_withdraw": profile.withdraw,
        "profile": to_json(profile),
    }
