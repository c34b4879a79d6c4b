"""One update shows again and again: at hosts that are met seldom, past versions nobody saw, days too late."""

import pytest

from appliance.behaviour import turns
from appliance.behaviour.facts import Update
from appliance.behaviour.state import Device
from sensor.records import TlsClientHello
from tests.appliance.behaviour.home import BEAR, DAY, HOUR, agent, at, contact, live, quiet_toy

OLD, NEW = ("t13d1516h2_aaaaaaaaaaaa_02713d6af862", "t13d1516h2_bbbbbbbbbbbb_02713d6af862")
RARE = "rare.toy.example"


def hello(ts: float, ja4: str, name: str = "api.toy.example") -> TlsClientHello:
    return TlsClientHello(
        ts, f"T{ts}", "02:00:00:00:00:01", "tcp", "192.168.7.20", 41_000, "203.0.113.9", 443, name, (),
        (0x0304,), ja4, False,
    )  # fmt: skip


def updates(*parts) -> list[Update]:
    """Return the last word on each update of a toy that lives for 60 days."""
    facts = live(quiet_toy(range(60)), *parts)
    last = {it.ts: it for it in facts if isinstance(it, Update) and it.certainty != "restarted"}
    return [last[ts] for ts in sorted(last)]


def said(day: float, version: str, host: str = "api.toy.example"):
    return agent(at(day, 5), f"Bear/{version}", host)


DAILY = [said(day, "1.0.0" if day < 20 else "1.1.0" if day < 40 else "1.2.0") for day in range(60)]


@pytest.mark.parametrize(
    ("name", "heard", "expected"),
    [
        ("as heard every day", [], 2),
        (
            "a host met seldom skips the version between",
            [said(10, "1.0.0", RARE), said(50, "1.2.0", RARE)],
            2,
        ),
        ("a version that nothing led to", [said(10, "0.9.0", RARE), said(50, "1.4.0", RARE)], 3),
        ("the same end from another begin", [said(10, "0.8.0", RARE), said(50, "1.2.0", RARE)], 3),
    ],
)
def test_a_turn_known_in_steps_is_no_further_update(name, heard, expected):
    assert len(updates(DAILY, heard)) == expected, name


def test_a_handshake_seen_late_tells_of_the_update_before_it():
    """The update shows by its download; the host that is met once a day shakes hands anew the day after."""
    hands = [hello(at(day, 20), OLD if day < 30 else NEW) for day in range(60)]
    download = contact(
        at(30, 4), "toy.example", host="ota.toy.example", bytes_up=20_000, bytes_down=4_000_000
    )
    (update,) = updates(hands, [download])
    assert update.ts == download.ts


def test_a_handshake_without_any_update_before_it_is_one():
    hands = [hello(at(day, 20), OLD if day < 30 else NEW) for day in range(60)]
    (update,) = updates(hands)
    assert (update.certainty, update.evidence) == (
        "probably updated",
        ("its TLS handshake with api.toy.example changed and stayed so",),
    )


def test_a_version_heard_days_later_is_added_to_the_update_before_it():
    download = contact(
        at(30, 4), "toy.example", host="ota.toy.example", bytes_up=20_000, bytes_down=4_000_000
    )
    heard = [said(day, "1.0.0" if day < 30 else "1.1.0") for day in range(0, 60, 7)]
    (update,) = updates(heard, [download])
    assert (update.ts, update.certainty) == (download.ts, "probably updated")
    assert (update.version_before, update.version_after) == ("1.0.0", "1.1.0")


def test_a_cue_dated_days_back_does_not_join_what_is_new():
    """The third hello of the new shape comes weeks after the first, just after a download."""
    hands = [hello(at(day, 20), OLD) for day in range(5)]
    hands += [hello(at(day, 20), NEW) for day in (20, 25, 41)]
    download = contact(
        at(41, 19), "toy.example", host="ota.toy.example", bytes_up=20_000, bytes_down=4_000_000
    )
    first, second = updates(hands, [download])
    assert (round((first.ts - at(20, 20)) / HOUR), second.ts) == (0, download.ts)
    assert [len(it.evidence) for it in (first, second)] == [1, 1]


def test_turns_are_forgotten_and_bounded():
    device = Device(BEAR, 0.0, 0.0, 0.0)
    assert not turns.echoes(device, "version", "1", "2", 0.0)
    assert not turns.echoes(device, "version", "1", "2", turns.WINDOW_S)
    assert turns.echoes(device, "version", "1", "2", DAY)
    assert not turns.echoes(device, "TLS handshake", "1", "2", DAY)
    assert not turns.echoes(device, "version", "1", "2", DAY + turns.ECHO_S)
    for number in range(3 * turns.MAX_SHOWN):
        turns.echoes(device, "version", str(number), str(number + 1), DAY * number)
    assert len(device.shown) == turns.MAX_SHOWN


def test_a_device_of_two_tls_libraries_is_not_updated():
    """Three peers take the new handshake once each; with a fourth the old one goes on."""
    old = [hello(at(day, 12), OLD, f"{name}.toy.example") for day in range(20) for name in "abc"]
    new = [hello(at(day, 12), NEW, f"{name}.toy.example") for day, name in ((21, "a"), (22, "b"), (23, "c"))]
    kept = [hello(at(day, 13), OLD, "d.toy.example") for day in range(60)]
    assert updates(old, new, kept) == []
    assert len(updates(old, new)) == 1
