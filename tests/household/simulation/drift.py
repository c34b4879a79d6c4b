"""What happens in a home that is no news: of the house, and of single devices. Rates are those of a shape."""

from __future__ import annotations

import random
from typing import NamedTuple

from tests.household.simulation.channel import Channel, Device, Update
from tests.household.simulation.family import DAY_S, Span, poisson
from tests.household.simulation.shape import Shape
from tests.household.simulation.world import World

RENTED = ("robots.iot.eu-west-1.amazonaws.com", "hub-{n}.azure-devices.net", "live.run.app")


class House(NamedTuple):
    """What happens to the whole house."""

    outages: tuple[Span, ...]
    gaps: tuple[Span, ...]  # nothing was captured
    behind: tuple[bool, ...]  # for each gap: was the clock behind for a while after it
    power_cuts: tuple[float, ...]


class Drift:
    """Draws what happens between `start` and `end` at a given strength."""

    def __init__(self, rng: random.Random, shape: Shape, strength: float, start: float, end: float) -> None:
        self._rng, self._shape, self._strength = rng, shape, strength
        self._start, self._end = start, end
        self._months = (end - start) / (30 * DAY_S)

    def times(self, rate: float) -> list[float]:
        """Return when something happens that happens `rate` times in 30 days at strength 1."""
        count = poisson(self._rng, rate * self._strength * self._months)
        return sorted(self._rng.uniform(self._start, self._end) for _ in range(count))

    def house(self) -> House:
        """Return what happens to the whole house."""
        rng, shape = self._rng, self._shape
        outages = tuple((ts, ts + rng.lognormvariate(7.8, 1.2)) for ts in self.times(shape.outages))
        gaps = tuple((ts, ts + rng.lognormvariate(8.0, 1.3)) for ts in self.times(shape.gaps_seen))
        behind = tuple(rng.random() < shape.clock_jumps for _ in gaps)
        return House(outages, gaps, behind, tuple(self.times(shape.power_cuts)))

    def of_device(self, device: Device, world: World, house: House) -> tuple[Device, float | None]:
        """Return a device with its restarts, habits and updates that change nothing, and when it migrated."""
        rng, shape = self._rng, self._shape
        restarts = sorted(
            (*self.times(shape.restarts), *(ts + rng.uniform(5, 60) for ts in house.power_cuts))
        )
        habits = tuple((ts, rng.lognormvariate(0, 0.5)) for ts in self.times(shape.habits))
        device = device._replace(restarts=tuple(restarts), habits=habits)
        channels, moved = device.channels, None
        for ts in self.times(shape.migrations)[:1]:
            channels, moved = self._migrated(device, world, ts), ts
        return device._replace(channels=channels), moved

    def null_updates(self, device: Device) -> tuple[Update, ...]:
        """Return updates after which everything is as it was."""
        rng = self._rng
        return tuple(
            Update(
                ts, f"firmware.{device.maker}", rng.randrange(2, 60) * 1_000_000, rng.random() < 0.7, False
            )
            for ts in self.times(self._shape.null_updates)
        )

    def _migrated(self, device: Device, world: World, ts: float) -> tuple[Channel, ...]:
        """Return channels of which one moves, within its company or to another cloud that its maker rents."""
        rented = [it for it in device.channels if it.host in RENTED]
        own = [it for it in device.channels if it.domain == device.maker]
        if rented and self._rng.random() < 0.5:
            old = self._rng.choice(rented)
            new = old._replace(host=self._rng.choice([host for host in RENTED if host != old.host]))
        else:
            old = self._rng.choice(own)
            new = old._replace(host=old.host.replace(device.maker, world.widen(device.maker)))
        pair = (old._replace(spans=((float("-inf"), ts),)), new._replace(spans=((ts, float("inf")),)))
        return (*(it for it in device.channels if it is not old), *pair)
