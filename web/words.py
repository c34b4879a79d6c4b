"""Plain words for the codes of records: the one place for translators and editors.

A code that has no words here is shown as it is, with underscores as spaces: a newer core never breaks a page.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from web.marking import N_

SURE: Final = 0.9
THINK: Final = 0.5
"""From these probabilities on we say "we are sure" and "we think"; below, that we are guessing."""


class Words(NamedTuple):
    """A short form for a label and a sentence for a page."""

    short: str
    long: str


ROLES: Final = {
    "first": Words(N_("its maker"), N_("The company that makes it.")),
    "support": Words(N_("helper of the maker"), N_("Runs computers or services that the maker rents.")),
    "third": Words(N_("another company"), N_("Neither its maker nor one that merely runs computers for it.")),
    "unknown": Words(N_("role unknown"), N_("We could not tell what this company has to do with it.")),
}

SEVERAL: Final = {
    "first": N_("its maker, under %(num)d names"),
    "support": N_("%(num)d helpers of the maker"),
    "third": N_("%(num)d other companies"),
    "unknown": N_("%(num)d of unknown role"),
}
"""A role that several companies have."""

PURPOSES: Final = {
    "advertising": N_("advertising"),
    "ai": N_("artificial intelligence"),
    "analytics": N_("counting how it is used"),
    "api": N_("its normal service"),
    "certificates": N_("checking certificates"),
    "connectivity": N_("checking whether it is online"),
    "content": N_("stories, music or pictures"),
    "control": N_("being controlled"),
    "crash": N_("reports of crashes"),
    "dns": N_("looking up names"),
    "location": N_("finding out where it is"),
    "login": N_("signing in"),
    "payment": N_("payments"),
    "push": N_("being reachable for messages"),
    "storage": N_("keeping files"),
    "stun": N_("direct calls"),
    "support": N_("help and manuals"),
    "telemetry": N_("reports about the device"),
    "time": N_("setting its clock"),
    "update": N_("software updates"),
    "video": N_("moving pictures"),
    "voice": N_("speech"),
}

CATEGORIES: Final = {
    "alarm": N_("alarm system"),
    "appliance": N_("household appliance"),
    "baby monitor": N_("baby monitor"),
    "camera": N_("camera"),
    "coffee": N_("coffee machine"),
    "computer": N_("computer"),
    "console": N_("games console"),
    "doorbell": N_("doorbell"),
    "garage": N_("garage door"),
    "hub": N_("smart-home hub"),
    "kettle": N_("kettle"),
    "light": N_("lamp"),
    "lock": N_("door lock"),
    "media": N_("media player"),
    "phone": N_("phone"),
    "plug": N_("smart plug"),
    "printer": N_("printer"),
    "remote": N_("remote control"),
    "robot": N_("robot"),
    "router": N_("router"),
    "scale": N_("scales"),
    "sensor": N_("sensor"),
    "siren": N_("siren"),
    "speaker": N_("speaker"),
    "tablet": N_("tablet"),
    "thermostat": N_("thermostat"),
    "toy": N_("toy"),
    "tv": N_("television"),
    "vacuum": N_("vacuum cleaner"),
    "watch": N_("watch"),
}
"""The words of docs/vocabulary.md."""

FIELDS: Final = {
    "vendor": N_("Maker"),
    "category": N_("What it is"),
    "model": N_("Model"),
    "name": N_("Name"),
    "support": N_("Supported until"),
}

SOURCES: Final = {
    "parent": N_("you told us"),
    "catalogue": N_("our list of devices"),
    "upnp": N_("its own description in the home network"),
    "mdns": N_("what it announces in the home network"),
    "ssdp": N_("what it announces in the home network"),
    "dhcp": N_("how it asks for an address"),
    "lldp": N_("what it tells its neighbours on the wire"),
    "http": N_("what it says when it opens a page"),
    "dns": N_("the names it asks for"),
    "tls": N_("how it opens encrypted connections"),
    "oui": N_("its hardware address"),
    "ports": N_("the services it offers"),
    "likeness": N_("how like a device it is that we know"),
}

CHANGES: Final = {
    "new_party": Words(N_("new company"), N_("It started to send data to this company.")),
    "gone_party": Words(N_("no longer in contact"), N_("It no longer sends anything to this company.")),
    "returned_party": Words(N_("back in contact"), N_("It sends data to this company again.")),
    "new_country": Words(N_("new country"), N_("Its data now probably goes to a server in another country.")),
    "more_often": Words(
        N_("more often in contact"), N_("It sends data to this company more often than before.")
    ),
    "bigger": Words(N_("sends more at a time"), N_("It sends more at a time to this company than before.")),
    "smaller": Words(N_("sends less at a time"), N_("It sends less at a time to this company than before.")),
    "less_often": Words(
        N_("less often in contact"), N_("It sends data to this company less often than before.")
    ),
    "new_port": Words(N_("another way in"), N_("It reaches this company over a port it did not use before.")),
    "encryption_lost": Words(
        N_("no longer encrypted"), N_("What it sends to this company can now be read on the way.")
    ),
    "new_data": Words(N_("new kind of data"), N_("It sends this company something it did not send before.")),
    "active_at_night": Words(N_("talks at night"), N_("It now sends data at night, while nobody uses it.")),
    "name_hidden": Words(
        N_("hides the name"), N_("We can no longer see which name it asks for at this company.")
    ),
    "encryption_gained": Words(
        N_("now encrypted"), N_("What it sends to this company can no longer be read on the way.")
    ),
    "new_device": Words(N_("new device"), N_("It was seen in this home for the first time.")),
    "always_on": Words(N_("always on"), N_("It now sends data at all hours, used or not.")),
    "nothing_changed": Words(
        N_("updated, nothing changed"),
        N_("It was updated, and afterwards shared with the same companies as before, in the same way."),
    ),
}

CERTAINTIES: Final = {
    "seen": N_("Seen for the first time; we do not know yet whether it will last."),
    "confirmed": N_("It went on, so it was no accident."),
    "updated": N_("updated"),
    "probably updated": N_("probably updated"),
    "restarted": N_("restarted"),
}

PLACES: Final = {
    "agreed": N_("Two lists agree on the country of its servers."),
    "probably": N_("One list tells the country of its servers."),
    "anycast": N_(
        "This network answers from many places at once, so the country of its servers says little."
    ),
    "disagreed": N_("Two lists name different countries for its servers."),
}
"""How sure the country of a server is (appliance.parties.party.CERTAINTIES)."""

MEASURES: Final = {
    "contacts_per_day": N_("times a day"),
    "bytes_per_contact": N_("sent each time"),
    "bytes_per_day": N_("sent per day"),
    "parties": N_("companies"),
    "server_countries": N_("probable countries"),
    "countries": N_("probable countries"),
    "encrypted": N_("encrypted"),
    "days_seen": N_("days on which it was seen"),
    "active_days": N_("days on which it talked"),
    "watched_days": N_("days watched"),
}
"""The numbers of a change that a page shows, in this order; the others are for researchers."""

SEVERITIES: Final = {3: N_("Act now"), 2: N_("Worth knowing"), 1: N_("For the record")}

VOLUMES: Final = {
    "push": N_("told you at once"),
    "digest": N_("told you in the summary"),
    "log": N_("written down only"),
}

ANSWERS: Final = {
    "expected": N_("you said this is expected"),
    "useful": N_("you said this was good to know"),
    "wrong": N_("you said this is not true"),
}

STATES: Final = {
    "act": N_("Needs you"),
    "changed": N_("Changed this week"),
    "weak": N_("Known weakness"),
    "learning": N_("Getting to know it"),
    "away": N_("Not seen lately"),
    "quiet": N_("Quiet"),
}

OUTCOMES: Final = {
    "named": N_("It asked for this company by name."),
    "address": N_("It used a bare number, no name: we looked up whose number it is."),
    "hidden": N_("The real name was hidden on the way; this is the cover we could see."),
    "local": N_("Inside your home."),
}

LOSSES: Final = {
    "gap": N_("not watching"),
    "kernel_drop": N_("packets came faster than we could read"),
    "evicted": N_("too many conversations at once"),
    "truncated_file": N_("the recording breaks off"),
    "reassembly": N_("a message had too many missing pieces"),
    "queue": N_("we could not keep up with writing"),
    "unseen_name": N_("a name was hidden"),
    "damaged_store": N_("the record was damaged on its card, and saved as far as it could be read"),
}


def spaced(code: str) -> str:
    """Return a code nobody wrote words for, readable: "new_firmware" is "new firmware"."""
    return code.replace("_", " ")


def surety(confidence: float) -> str:
    """Return how sure we are of something, in words."""
    if confidence >= SURE:
        return N_("we are sure")
    return N_("we think") if confidence >= THINK else N_("we are guessing")
