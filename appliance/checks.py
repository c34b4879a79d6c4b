"""Is this installation sound, and does it see the home? What `tattlebox doctor` and the self-test check.

Nothing is sent: name resolution is judged by what devices were seen to resolve.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final, NamedTuple

from appliance.archive import health as archive
from appliance.lookup import pack_age, packs
from appliance.store.database import StoreError
from appliance.store.reader import Reader

FREE_BYTES: Final = 500_000_000
"""Free space that a home's first months need."""

RECENT_S: Final = 900.0
"""A live home whose newest packet is older than this is not being watched."""

NOT_BEFORE: Final = 1_760_000_000.0
"""No clock is right that shows a time before this release was made (October 2025)."""

RECEIVER: Final = "to "
"""How the names of checks of channels, sinks and studies begin."""

SYNCHRONISED: Final = Path("/run/systemd/timesync/synchronized")
INET6: Final = Path("/proc/net/if_inet6")


class Check(NamedTuple):
    """One line of the report."""

    name: str
    state: str  # "ok", "note" (works, with less), "bad"
    text: str


def checks(store: Path) -> Iterator[Check]:
    """Yield every check of the installation and of what it sees, in the order of a report."""
    yield Check(
        "release", "ok", f"tattlebox {metadata.version('tattlebox')} on Python {sys.version.split()[0]}"
    )
    yield _imports()
    yield _native()
    yield _knowledge(store.parent / "packs")
    yield _packs(store.parent / "packs")
    yield _store(store)
    yield Check("archive", *archive.health(store))
    yield _capture()
    yield from self_test(store)


def self_test(store: Path) -> Iterator[Check]:
    """Yield the checks that a family is shown: packets, names, IPv6, time, space."""
    yield from _seen(store)
    yield clock(time.time())
    yield _space(store)


def health(store: Path) -> Iterator[Check]:
    """Yield all that a family can do something about: the self-test, every receiver, the archive, lists."""
    yield from self_test(store)
    yield Check("archive", *archive.health(store))
    yield _lists(store.parent / "packs")


def machine(store: Path) -> Iterator[Check]:
    """Yield what a family should know of the machine each day: clock, space, how old its lists are, and what
    does not work."""
    yield clock(time.time())
    yield _space(store)
    yield _lists(store.parent / "packs")
    found = [*_receivers(store), Check("archive", *archive.health(store))] if store.exists() else []
    bad = [check.name.removeprefix(RECEIVER) for check in found if check.state == "bad"]
    if bad:
        yield Check("troubles", "bad", f"these do not work: {', '.join(bad)}; the settings say why")


def _seen(store: Path) -> Iterator[Check]:
    if not store.exists():
        yield Check("packets", "note", "none yet: `tattlebox run` or `tattlebox replay` begins the record")
        return
    try:
        with Reader(store) as reader:
            yield packets(reader, time.time())
            yield names(reader)
            yield ipv6(reader)
    except StoreError as error:
        yield Check("packets", "bad", str(error))
        return
    yield from _receivers(store)


def _receivers(store: Path) -> Iterator[Check]:
    """Yield how each channel, sink and study that is sent to stands."""
    try:
        with Reader(store) as reader:
            for one in reader.deliveries(time.time()):
                yield Check(f"{RECEIVER}{one.name}", one.state, one.text)
    except StoreError as error:
        yield Check("store", "bad", str(error))


def packets(reader: Reader, now: float) -> Check:
    """Return whether packets are seen: lately, where the home is live."""
    last_ts = reader.watch().last_ts
    if last_ts is None:
        return Check("packets", "note", "none yet: is the sensor running, and on the right interface?")
    if reader.meta("origin") != "live":
        return Check("packets", "ok", f"a recording with {reader.watch().packets} packets")
    age_s = now - last_ts
    if age_s > RECENT_S:
        return Check("packets", "bad", f"none for {age_s / 60:.0f} minutes: is the sensor running?")
    return Check("packets", "ok", f"{reader.watch().packets} so far, the last {max(0.0, age_s):.0f} s ago")


def names(reader: Reader) -> Check:
    """Return whether devices are seen to resolve names: without, companies are known by address alone."""
    named = sum(1 for party in reader.parties() if party.outcome == "named")
    if not named:
        return Check("names", "note", "no device was seen to resolve a name yet; switch one off and on again")
    return Check("names", "ok", f"{named} companies were met by name")


def ipv6(reader: Reader) -> Check:
    """Return whether IPv6 is watched too: a home that has it and is watched without it is half seen."""
    devices = reader.devices()
    with_it = sum(1 for device in devices if any(":" in address for address in device.addresses))
    if with_it:
        return Check("ipv6", "ok", f"seen of {with_it} of {len(devices)} devices")
    if INET6.exists() and INET6.read_text(encoding="ascii").strip():
        return Check("ipv6", "note", "this machine has it; no device was seen to use it yet")
    return Check("ipv6", "note", "no device was seen to use it, and this machine has none")


def clock(now: float) -> Check:
    """Return whether the wall clock can be right. What is recorded carries the time of its packets."""
    shown = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    if now < NOT_BEFORE:
        return Check(
            "time", "bad", f"the clock shows {shown}, which is past: connect it to the internet once"
        )
    if SYNCHRONISED.parent.exists() and not SYNCHRONISED.exists():
        return Check("time", "note", f"{shown}, not yet compared with a time server")
    return Check("time", "ok", shown)


def _imports() -> Check:
    """The import names are generic: another distribution could lie over ours (docs/decisions.md)."""
    home = Path(__file__).parents[1]
    for name in ("sensor", "appliance", "web"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or Path(spec.origin).parents[1] != home:
            found = spec.origin if spec else "nothing"
            return Check(
                "imports",
                "bad",
                f"`{name}` is {found}, expected it in {home}: install in an environment of its own",
            )
    return Check("imports", "ok", f"all from {home}")


def _native() -> Check:
    if importlib.util.find_spec("sensor.meter._meter") is None:
        return Check(
            "meter",
            "note",
            "plain Python, about 100 times slower: install gcc and python3-dev, and set up again",
        )
    return Check("meter", "ok", "native")


def _packs(folder: Path) -> Check:
    """The optional lists: without them it works, and says less."""
    try:
        known = packs.status(folder)
    except (OSError, ValueError) as error:
        return Check("lists", "bad", str(error))
    told = ", ".join(f"{pack.name} {pack_age.state(pack)}" for pack in known)
    sound = all(pack.problem is None for pack in known if pack.date is not None)
    missing = any(pack.date is None for pack in known)
    return Check(
        "lists", "ok" if sound and not missing else "note", f"{told}; `tattlebox lists update` gets them"
    )


def _lists(folder: Path) -> Check:
    """Return how old the oldest list is, without reading any."""
    try:
        days = [pack_age.age_days(day, datetime.now(UTC).date()) for day in packs.dates(folder).values()]
    except (OSError, ValueError) as error:
        return Check("lists", "bad", str(error))
    if not days:
        return Check("lists", "note", "none: countries of servers, and some companies, cannot be named")
    return Check("lists", "note" if max(days) > pack_age.OLD_DAYS else "ok", f"{max(days)} days old")


def _knowledge(folder: Path) -> Check:
    from appliance.lookup.knowledge import load_knowledge  # noqa: PLC0415 - 6 MB; pages ask for `machine` alone

    try:
        load_knowledge(folder)
    except (OSError, ValueError) as error:
        return Check("knowledge", "bad", f"cannot be read ({error}): install Tattlebox again")
    return Check("knowledge", "ok", "device and party tables read")


def _store(store: Path) -> Check:
    if not store.exists():
        return Check("store", "note", f"none at {store} yet; `tattlebox run` or `tattlebox replay` makes it")
    try:
        with Reader(store) as reader:
            return Check("store", "ok", f"{store} with {reader.watch().flows} flows")
    except StoreError as error:
        return Check("store", "bad", str(error))


def _space(store: Path) -> Check:
    folder = next(parent for parent in store.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    amount = f"{free // 10**9} GB" if free >= 10**10 else f"{free // 10**6} MB"
    text = f"{amount} free in {folder}"
    return Check("space", "ok" if free >= FREE_BYTES else "bad", text)


def _capture() -> Check:
    cap_net_raw = 13
    status = Path("/proc/self/status").read_text(encoding="ascii")
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff"))
    if effective >> cap_net_raw & 1:
        return Check("capture", "ok", "live capture is allowed")
    return Check(
        "capture", "note", f"user {os.geteuid()} may not capture live packets; captures in files work"
    )
