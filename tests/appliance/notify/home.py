"""A store with one toy, alerts as they come, and channels to loopback receivers."""

from __future__ import annotations

from pathlib import Path

from appliance.delivery.message import Batch, Message, Settings, divided
from appliance.notify import CHANNELS
from appliance.notify.courier import Courier
from appliance.sinks import SINKS
from appliance.store.book import Book
from appliance.store.channels import ChannelRow, Channels
from appliance.store.writer import Writer
from tests.appliance import samples

NOW = 1_790_000_000.0
SECRET = "a secret of the tests"  # noqa: S105


def make(folder: Path) -> Channels:
    """Return the channels of a new store that knows a doll."""
    writer = Writer(folder / "home.db")
    for fact in samples.FACTS:
        if fact is not samples.ALERT:
            writer.add(fact)
    writer.commit(last_ts=samples.TS)
    writer.close()
    return Channels(Book(folder / "home.db"))


def alert(channels: Channels, *numbers: int, severity: int = 2, volume: str = "push") -> None:
    """Let the home judge that something is worth telling, in the order of the numbers."""
    writer = Writer(channels.book.path)
    for n in numbers:
        writer.add(
            samples.ALERT._replace(
                identifier=f"a-{n:012}",
                ts=samples.TS + n,
                title=f"Alert {n}",
                severity=severity,
                volume=volume,
            )
        )
    writer.commit()
    writer.close()


def hook(channels: Channels, port: int, name: str = "hook", **choices: object) -> ChannelRow:
    """Add a web hook that says all."""
    return add(
        channels, "webhook", name, {"url": f"http://127.0.0.1:{port}/hook", "secret": SECRET}, **choices
    )


def add(
    channels: Channels, kind: str, name: str, settings: Settings, place: int | None = None, **choices: object
) -> ChannelRow:
    """Add a channel that says all."""
    module = next(module for module in (*CHANNELS, *SINKS) if kind == module.KIND)
    plain, secret = divided(module.SETTINGS, settings)
    row = ChannelRow(name, kind, "", "", "full", "urgent", 1, plain, NOW)
    return channels.add(row._replace(**choices), secret, place)


def send(kind: str, message: Message | Batch, settings: Settings) -> None:
    """Send within this process: quicker than a process each."""
    next(module for module in (*CHANNELS, *SINKS) if kind == module.KIND).send(message, settings)


def courier(channels: Channels, name: str = "hook") -> Courier:
    return Courier(name, channels, send)


def run(courier: Courier, now: float, until: float) -> float:
    """Let a courier work from one time to another."""
    while now < until:
        now = max(courier.step(now), now)
    return until
