"""The card's partitions: their arithmetic, sfdisk's reading of it, and the first start's growth on a file."""

import itertools
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from card import layout

needs_sfdisk = pytest.mark.skipif(
    shutil.which("sfdisk") is None, reason="sfdisk is missing: apt-get install fdisk"
)


def test_partitions_lie_one_behind_the_other_on_whole_mebibytes():
    flat = [one for one in layout.partitions() if one.number != 4]
    for before, after in itertools.pairwise(flat):
        assert before.start + before.size <= after.start, f"{before.label} reaches into {after.label}"
    assert all(one.start % layout.MIB == 0 and one.size % layout.MIB == 0 for one in layout.partitions())


def test_the_extended_partition_holds_the_logical_ones_and_ends_the_card():
    extended = layout.partition(4)
    for number in (5, 6, 7):
        one = layout.partition(number)
        assert extended.start + layout.ALIGN <= one.start
        assert one.start + one.size <= extended.start + extended.size
    assert layout.card_bytes() == extended.start + extended.size


def test_both_halves_are_alike():
    assert layout.partition(2).size == layout.partition(3).size
    assert layout.partition(5).size == layout.partition(6).size


def made(path):
    with path.open("wb") as card:
        card.truncate(layout.card_bytes())
        card.seek(layout.fresh_mark())
        card.write(layout.FRESH)
    subprocess.run(["sfdisk", "--quiet", path], input=layout.table(), text=True, check=True)
    return path


def read_back(path):
    lines = subprocess.run(["sfdisk", "--dump", path], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in lines.splitlines():
        if line.startswith(str(path)):
            fields = line.replace(",", " ").replace("=", " ").split()
            found[int(fields[0].removeprefix(str(path)))] = (int(fields[3]), int(fields[5]))
    return found


@needs_sfdisk
def test_sfdisk_makes_what_was_reckoned(tmp_path):
    assert read_back(made(tmp_path / "card")) == {
        one.number: (one.start // layout.SECTOR, one.size // layout.SECTOR) for one in layout.partitions()
    }


@needs_sfdisk
@pytest.mark.parametrize("cut", [False, True], ids=["in one go", "with the power cut in between"])
def test_the_first_start_gives_the_record_the_rest_and_keeps_its_mark(cut, tmp_path):
    path = made(tmp_path / "card")
    with path.open("r+b") as card:
        card.truncate(4_000 * layout.MIB)
    for number in (4, 4, 7, 7) if cut else (4, 7):  # as image-build/initramfs/tattlebox does it
        grow = ["sfdisk", "--quiet", "--no-reread", "--force", "-N", str(number), path]
        subprocess.run(grow, input=", +\n", text=True, check=True)
    after = read_back(path)
    data = layout.partition(7)
    assert after[7][0] == data.start // layout.SECTOR
    assert sum(after[7]) * layout.SECTOR == 4_000 * layout.MIB
    with path.open("rb") as card:
        card.seek(data.start - layout.ALIGN + 510)
        assert card.read(2) == b"\x55\xaa", "the table before partition 7 is not where the mark expects it"
        card.seek(layout.fresh_mark())
        assert card.read(layout.SECTOR) == layout.FRESH


def test_the_small_system_looks_for_the_mark_where_the_build_put_it():
    script = (Path(__file__).parents[2] / "image-build/initramfs/tattlebox").read_text()
    before = int(re.search(r"mark_sector\(\) .*/start\"\) - (\d+)\)\)", script)[1])
    assert layout.fresh_mark() == layout.partition(7).start - before * layout.SECTOR
    assert f'"{layout.FRESH[:15].decode()}"' in script
    assert f"{layout.DISK_ID:x}" in script
