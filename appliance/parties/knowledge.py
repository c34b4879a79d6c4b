"""What attribution looks things up in: plain objects, handed in by `appliance.lookup`. Does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol

from appliance.parties.purposes import PurposeRules

SUPPORT_KINDS: Final[Mapping[str, str]] = {
    "cloud": "a cloud that many makers rent",
    "cdn": "a delivery network that many makers rent",
    "hosting": "a host where many companies put their services",
    "platform": "a platform that many devices are built on",
    "push": "a service that delivers messages to apps and devices",
    "time": "a public time service",
    "dns": "a public name service",
    "certificates": "an office that issues and checks certificates",
    "network": "an office or service that keeps the internet's names and routes",
}
"""Kinds of organisation that are infrastructure, and how to say so."""

SHARED_KINDS: Final = frozenset(
    ("cloud", "cdn", "push", "platform", "time", "dns", "certificates", "network")
)
"""Kinds whose host names rotate or say nothing of the tenant: keyed on the ICANN domain, as one party."""

THIRD_KINDS: Final[Mapping[str, str]] = {
    "tracker": "watches use or serves advertisements for many companies",
    "public": "offers this service to everyone, on its own account",
    "company": "is another company",
}
"""Kinds that are never a maker's infrastructure, and how to say so."""

KINDS: Final = frozenset((*SUPPORT_KINDS, *THIRD_KINDS, "maker"))


class Owner(NamedTuple):
    """Who owns a domain suffix, as one source has it."""

    organisation: str
    group: str  # what makes two organisations one owner: "Amazon" for Ring, Blink and AWS
    country: str | None  # of the organisation, ISO 3166-1 alpha-2
    kind: str  # one of KINDS
    purpose: str | None  # what the domain is for when its host name does not say
    source: str  # which table or pack


class Maker(NamedTuple):
    """Who makes a device, as its vendor text resolves."""

    name: str
    group: str
    platforms: frozenset[str]  # groups whose platform this maker sells under its own name


class Suffixes(Protocol):
    """A public-suffix list, such as publicsuffixlist.PublicSuffixList."""

    def privatesuffix(self, domain: str) -> str | None:
        """Return the registrable domain; None when the name is itself a public suffix."""


class Geography(Protocol):
    """Where an address probably is and whose network it belongs to."""

    def country(self, address: str) -> str | None:
        """Return the probable country, ISO 3166-1 alpha-2; None when unknown."""

    def second_country(self, address: str) -> str | None:
        """Return the same from another source, to compare; None when unknown."""

    def network(self, address: str) -> str | None:
        """Return the name of the autonomous system's organisation; None when unknown."""


class PartyKnowledge(NamedTuple):
    """Everything attribution knows. `sources` stand in the order of the design: our own tables first."""

    icann: Suffixes  # ICANN section only: cloudfront.net is one domain
    private: Suffixes  # both sections: tenant.github.io is a domain
    sources: tuple[Mapping[str, Owner], ...]  # domain suffix → owner
    makers: Mapping[str, Maker]  # vendor_key(text) → maker
    networks: Mapping[str, Owner]  # group → its chief organisation, for a bare address's network
    purposes: PurposeRules
    geography: Geography | None = None
