"""Which half starts: the file that the firmware reads, and how the small system's shell counts starts."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.card import halves
from appliance.card.halves import Halves, HalvesError

SCRIPT = Path(__file__).parents[3] / "image-build/initramfs/tattlebox"

STATES = [
    Halves("A", "A"),
    Halves("B", "A", "B", 0),
    Halves("B", "A", "B", 1),
    Halves("B", "AB"),
    Halves("A", "B", "A", 1),
    Halves("A", "", "", 0),
]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_state_is_read_back_from_its_256_bytes(state):
    text = halves.text(state)
    assert len(text) == halves.SIZE
    assert halves.parse(text) == state


@given(st.binary(max_size=600))
def test_any_bytes_are_a_state_or_a_sentence(data):
    try:
        state = halves.parse(data)
    except HalvesError as error:
        assert "autoboot.txt" in str(error)
    else:
        assert halves.parse(halves.text(state)) == state


def test_the_way_of_an_update_that_is_sound():
    writing = halves.overwriting(Halves("A", "AB"), "B")
    assert writing == Halves("A", "A")
    trial = halves.trying(writing, "B")
    assert trial == Halves("B", "A", "B", 0)
    assert halves.confirmed(trial, "B") == Halves("B", "AB")


def test_the_half_that_starts_next_is_not_overwritten():
    with pytest.raises(HalvesError, match="starts next"):
        halves.overwriting(Halves("A", "AB"), "A")


def test_an_unsound_half_gives_way_to_a_good_one_only():
    assert halves.failed(Halves("B", "A", "B", 1), "B") == Halves("A", "A")
    assert halves.failed(Halves("A", "A"), "A") == Halves("A", "")


def test_going_back_needs_no_trial():
    assert halves.trying(Halves("B", "AB"), "A") == Halves("A", "AB")


def starts(path):
    """Let the shell of the small system take note of a start."""
    lines = SCRIPT.read_text().splitlines()
    begin = lines.index("starts() {")
    function = "\n".join(lines[begin : lines.index("}", begin) + 1])
    return subprocess.run(
        ["sh", "-c", function + '\nstarts "$1"', "sh", path], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (Halves("A", "A"), Halves("A", "A"), ""),
        (Halves("B", "AB"), Halves("B", "AB"), ""),
        (Halves("B", "A", "B", 0), Halves("B", "A", "B", 1), ""),
        (Halves("B", "A", "B", 1), Halves("A", "A"), "back"),
        (Halves("A", "B", "A", 0), Halves("A", "B", "A", 1), ""),
        (Halves("A", "B", "A", 1), Halves("B", "B"), "back"),
    ],
    ids=str,
)
def test_the_shell_counts_as_python_reads(before, after, says, tmp_path):
    path = tmp_path / "autoboot.txt"
    halves.write(path, before)
    assert starts(path) == says
    assert path.stat().st_size == halves.SIZE
    assert halves.read(path) == after


def test_a_file_of_somebody_else_is_left_as_it_is(tmp_path):
    path = tmp_path / "autoboot.txt"
    path.write_text("[all]\nboot_partition=2\n")
    assert starts(path) == ""
    assert path.read_text() == "[all]\nboot_partition=2\n"
