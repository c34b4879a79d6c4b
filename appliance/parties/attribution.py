"""From a destination to the party behind it, in its role for one device. Does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from appliance.parties import domains, roles, vendors
from appliance.parties.knowledge import SHARED_KINDS, SUPPORT_KINDS, Maker, Owner, PartyKnowledge
from appliance.parties.party import Destination, Party
from appliance.parties.purposes import PURPOSES

CACHE_SIZE: Final = 32_768
"""Answers kept: every (vendor, destination) of a busy home's day, about 20 MB."""

CACHED_NETWORKS: Final = 4_096
"""Networks whose owner is remembered; a home meets some hundreds of the 80,000 there are."""

KIND_PURPOSES: Final[Mapping[str, str]] = {
    "time": "time",
    "dns": "dns",
    "push": "push",
    "certificates": "certificates",
    "cdn": "content",
}
"""What infrastructure of a kind is for when the host name does not say."""

_WIDE: Final = ("ai", "api", "content", "control", "storage", "support")
TELLING: Final = frozenset(PURPOSES) - frozenset(_WIDE)
"""Purposes that a word in the host name tells better than what its owner is known for: accounts.<music>."""

OPEN_KINDS: Final = frozenset(("company", "maker", "platform", "cloud", "hosting"))
"""Kinds of owner that do more than the one thing they are known for."""

VPN_PORTS: Final = frozenset((("udp", 51820), ("udp", 1194), ("tcp", 1194), ("udp", 500), ("udp", 4500)))
"""WireGuard, OpenVPN, IKE and its NAT traversal (RFC 7296, RFC 3948): what goes on inside is hidden."""

ANYCAST_KINDS: Final = frozenset(("cdn", "dns", "push"))
"""Kinds of network whose addresses answer from wherever the device is: their one country says little."""

DOT_PORT: Final = 853
"""DNS over TLS (RFC 7858) and QUIC (RFC 9250)."""


class _Named(NamedTuple):
    """What the name alone tells, the same for every address and port."""

    domain: str
    owner: Owner | None
    role: str
    reason: str
    purpose: str | None


class _Place(NamedTuple):
    """Who runs a server and where it is, as far as the address and the CNAME chain tell."""

    operator: str | None
    network: str | None
    country: str | None
    certainty: str | None  # one of CERTAINTIES


class Parties:
    """Attribution over one set of knowledge; build another when the knowledge changes."""

    def __init__(self, knowledge: PartyKnowledge) -> None:
        self._knowledge = knowledge
        self.attribute = lru_cache(CACHE_SIZE)(self._attribute)
        self._named = lru_cache(CACHE_SIZE)(self._by_name)
        self._network_owner = lru_cache(CACHED_NETWORKS)(self._owner_of_network)

    def _attribute(self, vendor: str | None, destination: Destination) -> Party:
        """Return the party behind the destination, for a device of that vendor (None: maker unknown).

        Never raises, whatever the strings hold. `attribute` is this, cached.
        """
        address, name = destination.address, destination.name
        local = domains.is_local_address(address)
        if local or (local is None and name is not None and domains.is_local_name(name)):
            return self._peer(destination)
        host = domains.believable(name)
        if host is None or domains.is_local_name(host):
            # A device may claim any name; one from inside the home for an address outside is no name.
            return self._bare(vendor, destination)
        return self._of_host(vendor, destination, host)

    def _of_host(self, vendor: str | None, destination: Destination, host: str) -> Party:
        named = self._named(vendor, host)
        role, reason, outcome = named.role, named.reason, "named"
        hidden = self._hidden(destination, named.owner)
        if hidden is not None:
            outcome, reason = "hidden", f"{hidden} {reason}"
            if destination.learnt_from == "hidden":
                role = "unknown"  # the owner of the cover name is only the front
        purpose = named.purpose
        if purpose is None or purpose == "api":
            purpose = self._knowledge.purposes.by_port(destination.proto, destination.port) or purpose
        owner = named.owner
        place = self._place(destination, owner)
        return Party(
            domain=named.domain,
            organisation=owner.organisation if owner is not None else None,
            role=role,
            purpose=purpose,
            organisation_country=owner.country if owner is not None else None,
            server_country=place.country,
            outcome=outcome,
            reason=f"{reason}{_told(place, owner)}",
            operator=place.operator,
            network=place.network,
            country_certainty=place.certainty,
        )

    def _hidden(self, destination: Destination, owner: Owner | None) -> str | None:
        """Return the sentence that says what we could not see there; None when nothing was hidden."""
        if destination.learnt_from == "hidden":
            return "The real name is encrypted (ECH); this is only its cover."
        if destination.port == DOT_PORT:
            return "The names asked for there are encrypted (DNS over TLS)."
        if (destination.proto, destination.port) in VPN_PORTS:
            return "A tunnel hides what lies behind it."
        if destination.port == 443 and owner is not None and owner.purpose == "dns":
            return "The names asked for there are encrypted (DNS over HTTPS)."
        return None

    def _by_name(self, vendor: str | None, host: str) -> _Named:
        knowledge = self._knowledge
        if vendor is not None and vendors.is_component_maker(vendor):
            vendor = None
        maker = vendors.find_maker(vendor, knowledge.makers) if vendor is not None else None
        icann, tenant = domains.registrable(host, knowledge)
        owner = self._owner(host)
        domain = icann if owner is not None and owner.kind in SHARED_KINDS else tenant
        if owner is not None and owner.kind == "hosting" and tenant != icann and vendor is not None:
            role, reason = self._tenant(vendor, owner, tenant, maker)
        else:
            role, reason = roles.judge(vendor, maker, owner, domain)
        purpose = self._purpose(host, icann, owner)
        if purpose is None and role == "first":
            purpose = "api"  # the maker's own service, and its name says no more
        return _Named(domain, owner, role, reason, purpose)

    def _tenant(self, vendor: str, owner: Owner, tenant: str, maker: Maker | None) -> tuple[str, str]:
        if vendors.bears_name(vendor, tenant):
            return "first", f"{tenant} bears the name of {vendor}; {owner.organisation} only houses it."
        return roles.judge(vendor, maker, owner, tenant)

    def _purpose(self, host: str, icann: str, owner: Owner | None) -> str | None:
        rules = self._knowledge.purposes
        found, of_domain, said = rules.by_suffix(host), rules.by_suffix(icann), rules.by_words(host, icann)
        if found != of_domain:
            return found
        known = of_domain or (owner.purpose if owner is not None else None)
        open_to_more = owner is None or owner.kind in OPEN_KINDS
        telling = said in TELLING or (known, said) == ("video", "content")  # the pictures of a film service
        if known is not None and not (open_to_more and telling):
            return known  # of a domain's own purpose a telling word says more: metrics.<pictures>
        if said is None and owner is not None and owner.kind in KIND_PURPOSES:
            return KIND_PURPOSES[owner.kind]
        if said in (None, "api"):  # then even a domain's own name tells more
            return rules.by_domain(icann) or said
        return said

    def _owner(self, host: str) -> Owner | None:
        """Return the owner of the longest listed suffix, from the first source that lists one."""
        suffixes = [host]
        while "." in host:
            host = host.partition(".")[2]
            suffixes.append(host)
        for source in self._knowledge.sources:
            for suffix in suffixes:
                owner = source.get(suffix)
                if owner is not None:
                    return owner
        return None

    def _bare(self, vendor: str | None, destination: Destination) -> Party:
        """Return the party of an address without a name: all we have is whose network it is."""
        place = self._place(destination, None)
        network = place.network
        role, reason = "unknown", "The device used no name for this address."
        country, owner = None, None
        if network is not None:
            owner = self._network_owner(network)
            maker = vendors.find_maker(vendor, self._knowledge.makers) if vendor is not None else None
            if owner is not None:
                country = owner.country
                if maker is not None and maker.group == owner.group:
                    role = "first"
                elif owner.kind in SUPPORT_KINDS:
                    role = "support"
            reason = f"The device used no name for this address; it lies in the network of {network}."
        hidden = self._hidden(destination, None)
        return Party(
            domain=destination.address[: domains.MAX_HOST],
            organisation=owner.organisation if owner is not None else network,
            role=role,
            purpose=self._knowledge.purposes.by_port(destination.proto, destination.port),
            organisation_country=country,
            server_country=place.country,
            outcome="address" if hidden is None else "hidden",
            reason=reason if hidden is None else f"{hidden} {reason}",
            operator=place.operator,
            network=network,
            country_certainty=place.certainty,
        )

    def _place(self, destination: Destination, owner: Owner | None) -> _Place:
        """Return who runs the server and where it probably is, apart from whose domain it bears."""
        geography = self._knowledge.geography
        address = destination.address
        network = geography.network(address) if geography is not None else None
        landlord = self._network_owner(network) if network is not None else None
        alias = domains.believable(destination.alias)
        runner = (self._owner(alias) if alias is not None else None) or landlord
        operator = runner.organisation if runner is not None else network
        country = geography.country(address) if geography is not None else None
        if geography is None or country is None:
            return _Place(operator, network, None, None)
        second = geography.second_country(address)
        certainty = "probably" if second is None else "agreed" if second == country else "disagreed"
        if any(known is not None and known.kind in ANYCAST_KINDS for known in (owner, runner, landlord)):
            certainty = "anycast"
        return _Place(operator, network, country, certainty)

    def _owner_of_network(self, network: str) -> Owner | None:
        maker = vendors.find_maker(network, self._knowledge.makers)
        if maker is None:
            return None
        return self._knowledge.networks.get(maker.group)

    def _peer(self, destination: Destination) -> Party:
        key = destination.address or destination.name or ""
        return Party(
            domain=key[: domains.MAX_HOST],
            organisation=None,
            role="unknown",
            purpose=None,
            organisation_country=None,
            server_country=None,
            outcome="local",
            reason="This is in your home: nothing left it.",
        )


def _told(place: _Place, owner: Owner | None) -> str:
    """Return the sentence that names who runs the server, where that is not the owner of the name."""
    if place.operator is None or (owner is not None and place.operator == owner.organisation):
        return ""
    return f" The server is run by {place.operator}."
