"""Changes and profiles for the tests of rules, as behaviour makes them."""

from appliance.alerts.profile import Profile
from appliance.behaviour.facts import Change

BEAR = Profile("d-00000001", "Bear", "Toy", "toy", False, False)
CAMERA = BEAR._replace(name="Hall camera", category="camera", microphone=True, camera=True)
TS = 1_770_000_000.0

SURROUNDINGS = {
    "purpose": None,
    "organisation_country": "DE",
    "server_countries": ["DE"],
    "encrypted": True,
    "outcome": "named",
}
ARRIVED = {
    **SURROUNDINGS,
    "contacts_per_day": 3.0,
    "uploads": 3,
    "days_seen": 2,
    "bytes_up": 4_500,
    "watched_days": 1.2,
    "download_only": False,
    "discoveries_28d": 0,
    "seldom_parties": 2,
    "lasting": True,
    "learned": True,
    "complete": True,
}
RATES = {"contacts_per_day": 3.0, "bytes_per_contact": 1_500, "active_days": 28, "watched_days": 28.0}
MORE = {
    **SURROUNDINGS,
    "contacts_per_day": 12.0,
    "bytes_per_contact": 6_000,
    "active_days": 2,
    "watched_days": 2.0,
    "follows_play": False,
    "ratio": 4.0,
    "surprise": 14.0,
}
SETTLED = {"discoveries_28d": 0, "seldom_parties": 2}
BEFORE_AFTER = {
    "new_party": ({"contacts_per_day": 0.0, "watched_days": 32.3}, ARRIVED),
    "returned_party": ({"contacts_per_day": 0.0, "watched_days": 60.0, "silent_days": 20.0}, ARRIVED),
    "gone_party": (RATES, {**MORE, **SETTLED, "contacts_per_day": 0.0, "silent_days": 8.1}),
    "new_country": ({"server_countries": ["DE"]}, {**SURROUNDINGS, "new_country": "CN", "days_seen": 4}),
    "encryption_lost": (
        {"encrypted_uploads": 90},
        {**SURROUNDINGS, "readable_uploads": 2, "read": True, "port": 80},
    ),
    "more_often": (RATES, MORE),
    "less_often": (MORE, {**MORE, **RATES}),
    "bigger": (RATES, MORE),
    "smaller": (MORE, {**MORE, **RATES}),
    "new_port": (
        {"services": ["web"]},
        {**SURROUNDINGS, "service": "tcp/8899", "port": 8899, "proto": "tcp"},
    ),
    "new_device": ({"devices": 8}, {"devices": 9, "vendor": None, "category": "toy"}),
    "always_on": ({**RATES, "hours_a_day": 3.2}, {**MORE, "hours_a_day": 22.0, "quiet_hours": 9}),
    "active_at_night": ({**RATES, "hours_a_day": 9.0}, {**MORE, "hours_a_day": 17.0, "quiet_hours": 8}),
    "name_hidden": (
        {"named_uploads": 400},
        {**SURROUNDINGS, "outcome": "hidden", "reason": "DoH"},
    ),
    "new_data": ({"requests": 40}, {**SURROUNDINGS, "fields": ["childname", "imei"], "leaks": []}),
    "encryption_gained": ({"plain_days": 20}, {**SURROUNDINGS, "encrypted_uploads": 5, "port": 443}),
    "nothing_changed": (RATES, {**RATES, "watched_days": 4.0}),
}


def change(
    kind: str, *, role: str | None = "third", certainty: str = "confirmed", update=None, **after
) -> Change:
    before, now = BEFORE_AFTER[kind]
    if "lasting" in now:
        now = {**now, "lasting": certainty == "confirmed"}
    domain, organisation = (None, None) if kind == "nothing_changed" else ("tracker.example", "Tracker")
    return Change(
        "c-0123456789ab", TS, BEAR.device, kind, domain, organisation, role,
        before, {**now, **after}, update, certainty, ("C1", "C2"),
    )  # fmt: skip
