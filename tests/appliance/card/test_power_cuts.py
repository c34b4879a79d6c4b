"""An update with the power cut at every step: the card always starts the old system or the new one, whole.

The card is made of files, written piece by piece in RAUC's order; the half to start is kept by the real
command, and starts are counted by the small system's real shell. The firmware is a model: it starts the boot
partition that autoboot.txt names. A cut tears the piece that is being written.
"""

import itertools

import pytest

from appliance.card import halves
from appliance.card.halves import Halves
from appliance.cli import main
from tests.appliance.card.test_halves import starts

PIECE = 4_096
PIECES = {"boot": 16, "system": 32}
MOST_STARTS = 4


class PowerCut(Exception):
    pass


class Card:
    def __init__(self, folder, state):
        self.front = folder
        halves.write(folder / "autoboot.txt", state)
        old = state.first
        self.halves = {old: image("old"), halves.other(old): image("older")}
        self.left = 10**9  # writes until the power goes

    def write(self, half, part, new):
        """Write a partition piece by piece, as RAUC does."""
        held = self.halves[half][part]
        for at in range(0, len(new), PIECE):
            self.spend()
            if self.left < 0:
                held[at : at + PIECE // 2] = new[at : at + PIECE // 2]
                raise PowerCut
            held[at : at + PIECE] = new[at : at + PIECE]

    def slot(self, *words):
        """Ask the command for one change of autoboot.txt: one sector, so written whole or not at all."""
        self.spend()
        if self.left < 0:
            raise PowerCut
        assert main(["update", "slot", *words, "--card", str(self.front)]) == 0

    def spend(self):
        self.left -= 1

    def start(self, sound=("older", "old", "new")):
        """Start the card as often as it starts itself anew; return which system runs in the end."""
        for _ in range(MOST_STARTS):
            if starts(self.front / "autoboot.txt") == "back":
                continue
            boot = self.halves[halves.read(self.front / "autoboot.txt").first]["boot"]
            name = whole(boot, "boot")
            assert name, "the firmware started a torn boot partition"
            found = [half for half in self.halves.values() if whole(half["system"], "system") == name]
            if found and name in sound:
                return name
        raise AssertionError("the card starts nothing")


def image(name):
    return {part: bytearray(name.ljust(8).encode() * (PIECE // 8) * count) for part, count in PIECES.items()}


def whole(data, part):
    """Return the name of the system that this partition holds whole, "" for none."""
    return next((name for name in ("older", "old", "new") if data == image(name)[part]), "")


def update(card, half):
    """What `tattlebox update install` has RAUC do, then the start on trial and its confirmation."""
    new = image("new")
    card.slot("set-state", half, "bad")
    card.write(half, "boot", new["boot"])
    card.write(half, "system", new["system"])
    card.slot("set-primary", half)
    card.spend()
    if card.left < 0:
        raise PowerCut
    assert card.start() == "new"
    confirm(card)


def confirm(card):
    card.slot("set-state", halves.read(card.front / "autoboot.txt").first, "good")


POINTS = sum(PIECES.values()) + 4


@pytest.mark.parametrize(
    ("state", "half"),
    [(Halves("A", "A"), "B"), (Halves("B", "AB"), "A")],
    ids=["the first update", "a later one, to the other half"],
)
def test_whenever_the_power_goes_the_old_or_the_new_starts(state, half, tmp_path):
    ends = []
    for cut in itertools.count():
        folder = tmp_path / str(cut)
        folder.mkdir()
        card = Card(folder, state)
        card.left = cut
        try:
            update(card, half)
        except PowerCut:
            card.left = 10**9
            ends.append(card.start())
            confirm(card)
            assert card.start() == ends[-1], "what was found sound does not start again"
        else:
            break
    assert len(ends) == POINTS
    assert POINTS >= 50
    assert set(ends) == {"old", "new"}
    assert card.start() == "new"
    assert halves.read(folder / "autoboot.txt") == Halves(half, "AB")


def test_a_new_system_that_never_comes_up_is_left_for_the_old(tmp_path):
    card = Card(tmp_path, Halves("A", "A"))
    card.write("B", "boot", image("new")["boot"])
    card.write("B", "system", image("new")["system"])
    card.slot("set-primary", "B")
    assert card.start(sound=("old",)) == "old"
    assert halves.read(tmp_path / "autoboot.txt") == Halves("A", "A")


def test_a_trial_that_is_cut_short_falls_back(tmp_path):
    card = Card(tmp_path, Halves("A", "A"))
    card.halves["B"] = image("new")
    card.slot("set-primary", "B")
    assert card.start() == "new"  # and the power goes before it is confirmed
    assert card.start() == "old"
