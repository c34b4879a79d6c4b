"""kill -9 while messages are delivered: none is lost, and a receiver that keeps keys acts once on each."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from appliance.store.book import Book
from appliance.store.channels import Channels
from tests.appliance.notify import home
from tests.appliance.notify.receivers import Hook, wait_for

MOST_S = 0.15
"""Longest time a process delivers before it is killed."""

PER_KILL = 5
"""Alerts between two kills."""


def _deliver(store: Path, began: object) -> None:
    courier = home.courier(Channels(Book(store)))
    began.set()  # type: ignore[attr-defined] - an Event of multiprocessing has no name that can be imported
    while True:
        due = courier.step(time.time())
        time.sleep(min(max(due - time.time(), 0.0), 0.02))


def run(kills: int, seed: int) -> dict[str, int]:
    """Kill so often; return the figures."""
    draw, context = random.Random(seed), multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.delivery"])
    hook = Hook()
    with tempfile.TemporaryDirectory() as folder:
        channels = home.make(Path(folder))
        home.hook(channels, hook.port)
        for number in range(kills + 1):
            home.alert(channels, *range(number * PER_KILL, (number + 1) * PER_KILL))
            began = context.Event()
            process = context.Process(target=_deliver, args=(channels.book.path, began))
            process.start()
            began.wait()
            if number < kills:
                time.sleep(draw.uniform(0.0, MOST_S))
            else:
                wait_for(lambda: len(_keys(hook)) == (kills + 1) * PER_KILL, 120)
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
    hook.stop()
    first = dict.fromkeys(body["title"] for body in hook.bodies)
    expected = [f"Alert {n}" for n in range((kills + 1) * PER_KILL)]
    again = [body for body in hook.bodies if "before" in body["text"]]
    return {
        "kills": kills,
        "alerts": len(expected),
        "lost": len(set(expected) - set(first)),
        "out_of_order": sum(one != other for one, other in zip(first, expected, strict=False)),
        "acted_on_twice": len(_keys(hook)) - len(first),
        "sent_again_under_the_same_key": len(hook.got) - len(_keys(hook)),
        "sent_again_unmarked": max(0, len(hook.got) - len(_keys(hook)) - len(again)),
    }


def _keys(hook: Hook) -> Counter[str]:
    return Counter(headers["webhook-id"] for headers, _ in list(hook.got))
