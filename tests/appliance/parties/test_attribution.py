"""Attribution: roles, outcomes, keys and purposes on our own tables; no string ever raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.parties.attribution import Parties
from appliance.parties.party import Destination, Party
from tests.appliance.known import knowledge

KNOWLEDGE = knowledge().parties
PARTIES = Parties(KNOWLEDGE)


def attribute(
    vendor: str | None,
    name: str | None,
    address: str = "198.51.100.7",
    port: int = 443,
    proto: str = "tcp",
    learnt_from: str = "dns",
) -> Party:
    return PARTIES.attribute(vendor, Destination(address, port, proto, name, learnt_from))


ROLES = [
    ("its own domain", "Boxine", "prod.de.tbs.toys", "first", "Boxine"),
    ("by its brand", "tonies", "api.tonie.cloud", "first", "Boxine"),
    ("by its registered name", "Boxine GmbH", "rtnl.bxcl.de", "first", "Boxine"),
    ("a sister brand", "Ring", "api.amazon.com", "first", "Amazon"),
    ("the maker's own cloud", "Amazon", "x.s3.amazonaws.com", "first", "Amazon Web Services"),
    ("the same cloud for another", "Boxine", "x.s3.amazonaws.com", "support", "Amazon Web Services"),
    ("a delivery network", "Mattel", "d1.cloudfront.net", "support", "Amazon CloudFront"),
    ("the NTP pool", "Yoto", "2.pool.ntp.org", "support", "NTP Pool"),
    ("another company's clock", "Yoto", "time.google.com", "third", "Google Public NTP"),
    ("the maker's clock", "Nest", "time.google.com", "first", "Google Public NTP"),
    ("another company's resolver", "Yoto", "dns.google", "third", "Google Public DNS"),
    ("certificates", "Yoto", "ocsp.digicert.com", "support", "DigiCert"),
    ("push", "Yoto", "fcm.googleapis.com", "support", "Google Firebase Messaging"),
    ("advertising", "Mattel", "googleads.g.doubleclick.net", "third", "Google Ads"),
    ("advertising whatever the maker", None, "googleads.g.doubleclick.net", "third", "Google Ads"),
    ("analytics", "VTech", "api2.amplitude.com", "third", "Amplitude"),
    ("crash reports", "VTech", "o1.ingest.sentry.io", "third", "Sentry"),
    ("speech", "Genesis Toys", "nmsp.nuancemobility.net", "third", "Nuance"),
    ("an artificial intelligence", "FoloToy", "api.openai.com", "third", "OpenAI"),
    ("another maker", "Mattel", "api.lego.com", "third", "LEGO"),
    ("a white label's platform", "Gosund", "m2.tuyaeu.com", "first", "Tuya"),
    ("the same platform for another", "Mattel", "m2.tuyaeu.com", "support", "Tuya"),
    ("the platform of an unknown maker", None, "m2.tuyaeu.com", "support", "Tuya"),
    ("a once related company", "Signify", "www.philips.com", "third", "Philips"),
    ("an unlisted maker's name", "Wobblebear", "cloud.wobblebear.example", "first", None),
    ("an unlisted maker, a stranger", "Wobblebear", "cloud.stranger.example", "third", None),
    ("an unknown maker, a stranger", None, "cloud.stranger.example", "unknown", None),
    ("an unknown maker, a known one", None, "api.lego.com", "unknown", "LEGO"),
    ("a module maker says nothing", "Espressif Inc.", "cloud.stranger.example", "unknown", None),
    ("a tenant of its name", "Wobblebear", "wobblebear.herokuapp.com", "first", "Heroku"),
    ("a tenant of another name", "Wobblebear", "stranger.herokuapp.com", "support", "Heroku"),
    ("a look-alike ending", "Boxine", "api.nottbs.toys", "third", None),
]


@pytest.mark.parametrize(
    ("case", "vendor", "name", "role", "organisation"), ROLES, ids=[case for case, *_ in ROLES]
)
def test_role(case: str, vendor: str | None, name: str, role: str, organisation: str | None) -> None:
    party = attribute(vendor, name)
    assert (party.role, party.organisation, party.outcome) == (role, organisation, party.outcome)
    assert party.reason.endswith(".")


KEYS = [
    ("a.b.cloudfront.net", "cloudfront.net"),
    ("d2.cloudfront.net", "cloudfront.net"),
    ("x.s3.eu-west-1.amazonaws.com", "amazonaws.com"),
    ("e1.g.akamaiedge.net", "akamaiedge.net"),
    ("toy.azurewebsites.net", "azurewebsites.net"),
    ("toy.herokuapp.com", "toy.herokuapp.com"),
    ("toy.github.io", "toy.github.io"),
    ("a.b.example.co.uk", "example.co.uk"),
    ("prod.de.tbs.toys", "tbs.toys"),
    ("PROD.De.Tbs.Toys.", "tbs.toys"),
    ("co.uk", "co.uk"),
]


@pytest.mark.parametrize(("name", "domain"), KEYS)
def test_the_key_is_stable(name: str, domain: str) -> None:
    assert attribute("Boxine", name).domain == domain


OUTCOMES = [
    ("named", "api.lego.com", "198.51.100.7", 443, "tcp", "sni", "named", "lego.com"),
    ("no name", None, "198.51.100.7", 443, "tcp", "none", "address", "198.51.100.7"),
    ("an address as name", "198.51.100.7", "198.51.100.7", 80, "tcp", "http", "address", "198.51.100.7"),
    ("a home name outside", "router.lan", "198.51.100.7", 80, "tcp", "http", "address", "198.51.100.7"),
    ("one label outside", "router", "198.51.100.7", 80, "tcp", "http", "address", "198.51.100.7"),
    ("nonsense", "a b\x00.com", "198.51.100.7", 80, "tcp", "http", "address", "198.51.100.7"),
    ("no name, IPv6", None, "2001:db8::7", 443, "tcp", "none", "address", "2001:db8::7"),
    ("a peer", None, "192.168.1.9", 80, "tcp", "none", "local", "192.168.1.9"),
    ("a peer under a public name", "api.lego.com", "192.168.1.9", 80, "tcp", "http", "local", "192.168.1.9"),
    ("multicast", None, "239.255.255.250", 1900, "udp", "none", "local", "239.255.255.250"),
    ("a peer, IPv6", None, "fe80::1", 80, "tcp", "none", "local", "fe80::1"),
    ("a mapped peer", None, "::ffff:10.0.0.1", 80, "tcp", "none", "local", "::ffff:10.0.0.1"),
    ("test networks are outside", None, "198.18.0.1", 80, "tcp", "none", "address", "198.18.0.1"),
    ("ECH", "cloudflare-ech.com", "198.51.100.7", 443, "tcp", "hidden", "hidden", "cloudflare-ech.com"),
    ("ECH without cover", None, "198.51.100.7", 443, "tcp", "hidden", "hidden", "198.51.100.7"),
    ("DNS over HTTPS", "dns.google", "8.8.8.8", 443, "tcp", "sni", "hidden", "dns.google"),
    ("DNS over TLS", "one.one.one.one", "1.1.1.1", 853, "tcp", "sni", "hidden", "one.one"),
    ("DNS over TLS without a name", None, "1.1.1.1", 853, "tcp", "none", "hidden", "1.1.1.1"),
    ("a tunnel", None, "198.51.100.7", 51820, "udp", "none", "hidden", "198.51.100.7"),
    ("plain DNS", "dns.google", "8.8.8.8", 53, "udp", "dns", "named", "dns.google"),
]


@pytest.mark.parametrize(
    ("case", "name", "address", "port", "proto", "learnt_from", "outcome", "domain"),
    OUTCOMES,
    ids=[case for case, *_ in OUTCOMES],
)
def test_outcome(
    case: str,
    name: str | None,
    address: str,
    port: int,
    proto: str,
    learnt_from: str,
    outcome: str,
    domain: str,
) -> None:
    party = attribute("Boxine", name, address, port, proto, learnt_from)
    assert (party.outcome, party.domain) == (outcome, domain)


def test_the_owner_of_a_cover_name_is_not_the_party() -> None:
    party = attribute("Boxine", "cloudflare-ech.com", learnt_from="hidden")
    assert (party.role, party.organisation) == ("unknown", "Cloudflare")
    assert "cover" in party.reason


class Atlas:
    """A geography of two networks."""

    def country(self, address: str) -> str | None:
        return {"198.51.100.7": "US", "198.51.100.8": "DE"}.get(address)

    def second_country(self, address: str) -> str | None:
        return {"198.51.100.7": "US", "198.51.100.8": "NL"}.get(address)

    def network(self, address: str) -> str | None:
        return {"198.51.100.7": "AMAZON-02", "198.51.100.8": "Some Provider"}.get(address)


@pytest.mark.parametrize(
    ("vendor", "address", "role", "organisation", "country"),
    [
        ("Boxine", "198.51.100.7", "support", "Amazon Web Services", "US"),
        ("Amazon", "198.51.100.7", "first", "Amazon Web Services", "US"),
        ("Boxine", "198.51.100.8", "unknown", "Some Provider", "DE"),
        ("Boxine", "198.51.100.9", "unknown", None, None),
        (None, "198.51.100.7", "support", "Amazon Web Services", "US"),
    ],
)
def test_a_bare_address_is_judged_by_its_network(
    vendor: str | None, address: str, role: str, organisation: str | None, country: str | None
) -> None:
    parties = Parties(KNOWLEDGE._replace(geography=Atlas()))
    party = parties.attribute(vendor, Destination(address, 443, "tcp", None, "none"))
    assert (party.role, party.organisation, party.server_country) == (role, organisation, country)


def test_countries_of_organisation_and_server_are_kept_apart() -> None:
    parties = Parties(KNOWLEDGE._replace(geography=Atlas()))
    party = parties.attribute("Boxine", Destination("198.51.100.7", 443, "tcp", "prod.de.tbs.toys", "sni"))
    assert (party.organisation_country, party.server_country) == ("DE", "US")


@pytest.mark.parametrize(
    ("name", "port", "proto", "purpose"),
    [
        ("firmware.toytalk.com", 443, "tcp", "update"),
        ("2.pool.ntp.org", 123, "udp", "time"),
        ("h.stranger.example", 123, "udp", "time"),
        ("api.stranger.example", 8883, "tcp", "control"),
        ("h.stranger.example", 443, "tcp", None),
        ("googleads.g.doubleclick.net", 443, "tcp", "advertising"),
        (None, 3478, "udp", "stun"),
    ],
)
def test_purpose(name: str | None, port: int, proto: str, purpose: str | None) -> None:
    assert attribute("Boxine", name, port=port, proto=proto).purpose == purpose


def test_an_answer_is_given_from_memory() -> None:
    assert attribute("Boxine", "api.tonie.cloud") is attribute("Boxine", "api.tonie.cloud")


hostile = st.one_of(
    st.text(max_size=300),
    st.from_regex(r"[a-z0-9.:*_-]{0,300}", fullmatch=True),
    st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")),
)


@given(
    st.one_of(st.none(), hostile),
    hostile,
    st.integers(-1, 70000),
    hostile,
    st.one_of(st.none(), hostile),
    st.sampled_from(["sni", "http", "dns", "none", "hidden", "?"]),
)
def test_any_destination_has_a_party(
    vendor: str | None, address: str, port: int, proto: str, name: str | None, learnt_from: str
) -> None:
    party = PARTIES.attribute(vendor, Destination(address, port, proto, name, learnt_from))
    assert party.role in {"first", "support", "third", "unknown"}
    assert party.outcome in {"named", "address", "hidden", "local"}
    assert party.reason
    assert len(party.domain) <= 253


@pytest.mark.parametrize(
    ("name", "alias", "address", "operator", "certainty"),
    [
        ("api.toy.example", None, "198.51.100.7", "Amazon Web Services", "agreed"),
        ("api.toy.example", "x.cloudfront.net", "198.51.100.7", "Amazon CloudFront", "anycast"),
        ("api.toy.example", "e1.akamaiedge.net", "198.51.100.8", "Akamai", "anycast"),
        ("api.toy.example", None, "198.51.100.8", "Some Provider", "disagreed"),
        ("api.toy.example", "other.unknown.example", "198.51.100.8", "Some Provider", "disagreed"),
        ("api.toy.example", "x.akamaiedge.net", "198.51.100.9", "Akamai", None),
        ("api.toy.example", None, "198.51.100.9", None, None),
        (None, None, "198.51.100.8", "Some Provider", "disagreed"),
    ],
)
def test_owner_operator_and_network_are_kept_apart(
    name: str | None, alias: str | None, address: str, operator: str | None, certainty: str | None
) -> None:
    knowledge = KNOWLEDGE._replace(geography=Atlas())
    where = Destination(address, 443, "tcp", name, "dns", alias)
    party = Parties(knowledge).attribute("Boxine", where)
    assert (party.operator, party.country_certainty) == (operator, certainty)
    assert party.domain == ("toy.example" if name else address)
    if name and operator:
        assert party.reason.endswith(f"The server is run by {operator}.")
