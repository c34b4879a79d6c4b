"""All receivers are away for an hour at once, with the clock of the consumers compressed."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.delivery.message import Settings
from tests.appliance.notify import home
from tests.appliance.notify.home import NOW
from tests.appliance.notify.receivers import MOSQUITTO, Hook, broker, free_port, wait_for
from tests.appliance.sinks import made

HOUR_S = 3_600.0
ALERTS = 30
AFTER_S = 1_500.0
"""The longest delay of a retry, and the next look."""

Step = Callable[[float], float]


def rss_mb() -> float:
    """Return the memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


class Receivers:
    """A channel of each kind that takes messages in this process, and a sink; none of them is there yet."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.channels = folder, home.make(folder)
        self.hooks = {"hook": free_port(), "other hook": free_port(), "phone": free_port()}
        self.sink, self.broker = free_port(), free_port()
        for name, port in self.hooks.items():
            kind, settings = self._settings(name, port)
            home.add(self.channels, kind, name, settings)
        self.pump = made.sink(self.channels, self.sink)
        if MOSQUITTO:
            home.add(
                self.channels,
                "mqtt",
                "home assistant",
                {"host": "127.0.0.1", "port": str(self.broker), "password": ""},
            )
        self.told: dict[str, list[str]] = {}
        self.points = 0

    def _settings(self, name: str, port: int) -> tuple[str, Settings]:
        if name == "phone":
            return "apprise", {"url": f"ntfy://127.0.0.1:{port}/toys"}
        return "webhook", {"url": f"http://127.0.0.1:{port}/hook", "secret": home.SECRET}

    def steps(self) -> dict[str, Step]:
        """Return what each consumer does next."""
        names = [row.name for row in self.channels.all() if row.kind != "influxdb"]
        return {"db": self.pump.step} | {name: home.courier(self.channels, name).step for name in names}

    @contextlib.contextmanager
    def there(self) -> Iterator[None]:
        """Let all of them be there; at the end it is known what they got."""
        hooks = {name: Hook(port) for name, port in self.hooks.items()}
        strict = made.Strict(self.sink)
        with contextlib.ExitStack() as stack:
            if MOSQUITTO:
                stack.enter_context(broker(self._folder, self.broker))
                heard = stack.enter_context(_listening(self.broker))
            yield
            self.told = {name: [body["title"] for body in hook.bodies] for name, hook in hooks.items()}
            if MOSQUITTO:
                wait_for(lambda: sum(title.startswith("Alert") for title in heard) >= ALERTS)
                self.told["home assistant"] = list(heard)
            self.points = strict.flows()
        for hook in (*hooks.values(), strict):
            hook.stop()


@contextlib.contextmanager
def _listening(port: int) -> Iterator[list[str]]:
    import json  # noqa: PLC0415

    from tests.appliance.notify.test_mqtt import Listener  # noqa: PLC0415

    heard: list[str] = []
    listener = Listener(port)
    listener.client.on_message = lambda _, __, got: heard.append(json.loads(got.payload)["title"])
    try:
        yield heard
    finally:
        listener.close()


def live(steps: dict[str, Step], now: float, until: float, each: Callable[[float], None]) -> None:
    """Let all consumers live from one time to another."""
    due = dict.fromkeys(steps, now)
    while (name := min(due, key=due.__getitem__)) and due[name] < until:
        each(due[name])
        due[name] = max(steps[name](due[name]), due[name])


def run() -> dict[str, float]:
    """Return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        receivers = Receivers(Path(folder))
        steps, alerts, minutes = receivers.steps(), 0, 1

        def happen(now: float) -> None:
            nonlocal alerts, minutes
            while alerts < ALERTS and now >= NOW + alerts * HOUR_S / ALERTS:
                home.alert(receivers.channels, alerts)
                alerts += 1
            if now >= NOW + minutes * 60:
                made.live(receivers.channels, range(minutes, minutes + 1))
                minutes += 1

        live(steps, NOW, NOW + HOUR_S / 10, happen)  # each library is loaded, each fault met
        before = rss_mb()
        live(steps, NOW + HOUR_S / 10, NOW + HOUR_S, happen)
        grown = rss_mb() - before
        expected = [f"Alert {n}" for n in range(alerts)]
        with receivers.there():
            live(steps, NOW + HOUR_S, NOW + HOUR_S + AFTER_S, lambda _: None)
    return {
        "receivers": len(receivers.told) + 1,
        "alerts": alerts,
        "in_order_once_each": sum(_alerts(told) == expected for told in receivers.told.values()),
        "delivered": min(len(set(_alerts(told))) for told in receivers.told.values()),
        "outage_messages": max(len(told) - len(_alerts(told)) for told in receivers.told.values()),
        "points_missing": 2 * (minutes - 1) + 1 - receivers.points,
        "memory_growth_mb": grown,
    }


def _alerts(told: list[str]) -> list[str]:
    return [title for title in told if title.startswith("Alert")]
