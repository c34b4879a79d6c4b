"""The bundle: what is shown is what leaves, what must stay stays, and a study takes it in."""

import csv
import io
import json
import zipfile
from itertools import product

import duckdb
import pytest

from appliance.cli import main
from appliance.research.columns import DAY, FLOW
from appliance.research.parcel import unseal
from appliance.research.session import BundleError, Session
from study.__main__ import main as study_main
from study.schema import problems
from tests.appliance.research import made

KEY = bytes(range(32))
ALL_DAYS = (0, 1 << 31)


@pytest.fixture
def store(tmp_path):
    return made.home(tmp_path / "home.db")


@pytest.fixture
def asked(tmp_path):
    """Return a function that writes a profile and returns its path."""

    def write(**wishes):
        path = tmp_path / "profile.json"
        path.write_text(json.dumps(made.PROFILE | wishes))
        return str(path)

    return write


def run(*words):
    assert main([str(word) for word in words]) == 0


def rows_of(bundle, name):
    data = bundle.read(name)
    path = bundle.filename + ".rows"
    with open(path, "wb") as file:
        file.write(data)
    cursor = duckdb.execute("SELECT * FROM read_parquet(?)", [path])
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, map(str, row), strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def bundle(store, asked, tmp_path):
    run(
        "study",
        "join",
        asked(flows=True, addresses="crypto-pan"),
        "--yes",
        "--from",
        "2024-01-01",
        "--store",
        store,
    )
    run("study", "bundle", "dolls", "--out", tmp_path / "dolls.zip", "--store", store)
    with zipfile.ZipFile(tmp_path / "dolls.zip") as opened:
        yield opened


def test_the_preview_shows_every_row_that_leaves_and_no_other(bundle, store, capsys):
    for table, columns, more in (("days", DAY, []), ("flows", FLOW, ["--flows"])):
        capsys.readouterr()
        run("study", "preview", "dolls", "--all", *more, "--store", store)
        shown = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        names = [name for name in bundle.namelist() if name.startswith(table) and name.endswith(".parquet")]
        left = [row for name in sorted(names) for row in rows_of(bundle, name)]
        assert len(shown) == len(left) > 0
        assert list(shown[0]) == list(left[0]) == [column.name for column in columns]
        same = [column.name for column in columns if column.type in ("VARCHAR", "BIGINT", "TIMESTAMP")]
        assert [[row[name] for name in same] for row in shown] == [
            [row[name] for name in same] for row in left
        ]


@pytest.mark.parametrize("names", ["all", "known", "organisation"])
def test_what_must_stay_is_in_no_bundle(store, asked, tmp_path, names):
    out = tmp_path / "out.zip"
    run("study", "join", asked(names=names, flows=True), "--yes", "--from", "2024-01-01", "--store", store)
    run("study", "bundle", "dolls", "--out", out, "--store", store)
    key = json.loads((tmp_path / "home.db.secrets").read_text())["study/dolls"]["key"]
    with zipfile.ZipFile(out) as bundle:
        plain = b"".join(bundle.read(name) for name in bundle.namelist() if not name.endswith(".parquet"))
        tables = [name for name in bundle.namelist() if name.endswith(".parquet")]
        text = plain.decode() + repr([rows_of(bundle, name) for name in tables])
    words = [word for word in made.SECRET_WORDS if not (names == "all" and word == "familie-muster")]
    assert [word for word in (*words, key) if word in text] == []
    assert ("familie-muster" in text) == (names == "all")


def test_a_study_takes_the_bundle_in_and_answers_for_it(bundle, tmp_path, capsys):
    shelf, lake = str(tmp_path / "shelf"), str(tmp_path / "lake")
    assert study_main(["receive", bundle.filename, shelf]) == 0
    assert study_main(["intake", shelf, lake, "--study", "dolls"]) == 0
    assert "accepted 5 days" in capsys.readouterr().out
    assert study_main(["risk", lake]) == 0
    assert "record,1,1,1,1.000" in capsys.readouterr().out
    assert study_main(["release", lake, str(tmp_path / "out.parquet"), "-k", "2"]) == 0
    released = duckdb.execute(
        "SELECT DISTINCT party, vendor FROM read_parquet(?)", [str(tmp_path / "out.parquet")]
    )
    assert released.fetchall() == [("rare", "")]  # one home alone is fewer than two


def test_each_day_is_signed_and_sound(bundle, tmp_path):
    days = [name for name in bundle.namelist() if name.startswith("days/") and name.endswith(".json")]
    assert len(days) == 5
    for name in days:
        data = bundle.read(name.replace(".json", ".parquet"))
        manifest = unseal(bundle.read(name), data, "dolls")
        path = tmp_path / "day.parquet"
        path.write_bytes(data)
        assert problems(path, manifest.home, manifest.day) == []
    consent = json.loads(bundle.read("consent.json"))["consent"]
    assert (consent["until"], consent["who_asks"]) == (made.PROFILE["until"], made.PROFILE["who"])
    assert consent["how_to_withdraw"] == made.PROFILE["withdraw"]


def session(store, **wishes):
    return Session(store, made.profile(**wishes), KEY, *ALL_DAYS)


def test_a_party_that_public_lists_do_not_know_is_rare_and_says_nothing_else(store):
    with session(store) as opened:
        rows = [row for _, rows in opened.days() for row in rows]
    rare = [row for row in rows if row["party"] == "rare"]
    assert rare
    assert {(row["organisation"], row["organisation_country"], row["server_country"]) for row in rare} == {
        ("", "", "")
    }
    assert {row["party"] for row in rows} <= {"rare", *made.CLOUDS}


def test_a_typed_maker_stays_and_a_public_one_goes_unless_held_back(store):
    with session(store) as opened:
        assert {row["vendor"] for _, rows in opened.days() for row in rows} <= {"", *made.MAKERS}
    with session(store, vendors=False) as opened:
        assert {row["vendor"] for _, rows in opened.days() for row in rows} == {""}


def test_dates_move_by_whole_weeks_and_the_end_holds(store):
    with session(store) as opened:
        true = [day for day, _ in opened.days()]
    with session(store, shift=True) as opened:
        moved = [day for day, _ in opened.days()]
    assert len(true) == len(moved) == 5
    assert set(true).isdisjoint(moved)
    with session(store, until=true[2]) as opened:
        assert [day for day, _ in opened.days()] == true[:3]


def test_a_party_is_first_met_once_whichever_days_are_asked_for(store):
    with session(store) as opened:
        days = [rows for _, rows in opened.days()]
    met = [(row["device"], row["party"], row["role"]) for rows in days for row in rows if row["first_met"]]
    assert len(met) == len(set(met))
    with session(store) as opened:
        later = [rows for _, rows in opened.days(made.FIRST_DAY + 2)]
    assert later == days[2:]


def test_only_the_devices_asked_for(store):
    with session(store, devices=["toy"]) as opened:
        assert {row["category"] for _, rows in opened.days() for row in rows} <= {"toy"}


@pytest.mark.parametrize(
    ("times", "addresses"), list(product(["day", "hour", "minute"], ["none", "crypto-pan"]))
)
def test_conversations_are_as_coarse_as_asked(store, times, addresses):
    with session(store, flows=True, times=times, addresses=addresses) as opened:
        rows = list(opened.flows())
    end = {"day": " 00:00:00", "hour": ":00:00", "minute": ":00"}[times]
    assert len(rows) == 3
    assert all(row["ts"].endswith(end) for row in rows)
    assert all(bool(row["remote"]) == (addresses == "crypto-pan") for row in rows)
    assert not any(row["remote"].startswith("198.51.100.") for row in rows)


def test_without_being_asked_no_conversation_leaves(store):
    with session(store) as opened:
        assert list(opened.flows()) == []


def test_an_empty_record_is_a_sentence(tmp_path):
    made.Writer(tmp_path / "home.db").close()
    with session(tmp_path / "home.db") as opened, pytest.raises(BundleError, match="nothing was recorded"):
        list(opened.days())


def test_agreeing_needs_a_yes_and_leaving_forgets_the_key(store, asked, tmp_path, capsys):
    assert main(["study", "join", asked(), "--store", str(store)]) == 1
    assert "preview" in capsys.readouterr().err
    run("study", "join", asked(), "--yes", "--store", store)
    assert main(["study", "join", asked(), "--yes", "--store", str(store)]) == 1
    assert "already" in capsys.readouterr().err
    run("study", "list", "--store", store)
    assert "dolls" in capsys.readouterr().out
    run("study", "leave", "dolls", "--store", store)
    assert made.PROFILE["withdraw"] in capsys.readouterr().out
    assert "study/dolls" not in (tmp_path / "home.db.secrets").read_text()
    assert main(["study", "bundle", "dolls", "--store", str(store)]) == 1
    assert "takes no part" in capsys.readouterr().err


def test_the_preview_says_who_could_still_tell(store, asked, capsys):
    run("study", "preview", asked(), "--store", store)
    said = capsys.readouterr().out
    assert "Who could still tell" in said
    assert "are as good as a fingerprint" in said
    assert "Never: names you gave" in said
