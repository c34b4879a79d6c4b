"""A recording begins, ends and hands on as the appliance wishes, and in time."""

import pytest

from sensor.publish import Wish
from sensor.tapping import LONGEST_S, Tapping

MACS = (bytes(6),)


class Tap:
    sockets = ("socket",)

    def __init__(self):
        self.on, self.dropped, self.count, self.frames, self.began = False, 0, 0, b"", []

    def start(self, macs, interfaces):
        self.on = True
        self.began.append((macs, tuple(interfaces)))

    def stop(self):
        self.on = False

    def read(self):
        return self.count, self.frames


class Publisher:
    wish = None

    def __init__(self):
        self.got, self.room = [], True

    def offer_frames(self, dropped, frames):
        if self.room:
            self.got.append((dropped, frames))
        return self.room


@pytest.fixture
def parts():
    tap, publisher = Tap(), Publisher()
    return tap, publisher, Tapping(tap, publisher, lambda: ["br0"])


def test_it_is_on_from_the_wish_to_its_end(parts):
    tap, publisher, tapping = parts
    tapping.turn(0.0)
    assert tapping.waits == []
    publisher.wish, tap.count, tap.frames = Wish(MACS, 100.0), 1, b"frame"
    tapping.turn(1.0)
    assert tap.began == [(MACS, ("br0",))]
    assert (publisher.got, tapping.waits) == ([(0, b"frame")], ("socket",))
    tapping.turn(100.0)
    assert not tap.on
    tapping.turn(101.0)
    assert len(publisher.got) == 1


def test_it_ends_with_the_connection_and_after_an_hour(parts):
    tap, publisher, tapping = parts
    publisher.wish = Wish(MACS, 1e9)
    tapping.turn(0.0)
    publisher.wish = None
    tapping.turn(1.0)
    assert not tap.on
    publisher.wish = Wish(MACS, 1e9)
    tapping.turn(2.0)
    tapping.turn(2.0 + LONGEST_S)
    assert not tap.on


def test_what_finds_no_room_is_counted(parts):
    tap, publisher, tapping = parts
    publisher.wish, publisher.room = Wish(MACS, 100.0), False
    tap.count, tap.frames = 3, b"frames"
    tapping.turn(0.0)
    tapping.turn(1.0)
    publisher.room = True
    tapping.turn(2.0)
    assert publisher.got == [(6, b"frames")]
