"""Days that are sent to a study by themselves: each once, in order, after an outage too, never unasked."""

import json
import time

import pytest

from appliance.cli import main
from appliance.delivery.message import DeliveryError
from appliance.notify.uploads import Turn, Uploads, put
from appliance.research.parcel import unseal
from appliance.research.profile import ProfileError
from appliance.store.reader import Reader
from study.intake import take_in
from study.shelf import Folder
from tests.appliance.notify.receivers import Hook
from tests.appliance.research import made

STUDY = "dolls"
DAYS = 5
NOW = made.START + DAYS * made.DAY_S + 7_200.0


class Shelf:
    """An object store: what was put where, in order; `faults` are raised first."""

    def __init__(self, base):
        self.base, self.put_there, self.faults = base, [], []

    def __call__(self, address, body):
        if self.faults:
            raise self.faults.pop(0)
        assert address.startswith(self.base + "/")
        self.put_there.append((address.removeprefix(self.base + "/"), body))

    def names(self, begin="inbox/"):
        return [name for name, _ in self.put_there if name.startswith(begin)]


@pytest.fixture
def store(tmp_path):
    return made.home(tmp_path / "home.db", days=DAYS)


def joined(store, upload="https://store.example/dolls", since="2024-10-04"):
    path = store.with_name("profile.json")
    path.write_text(json.dumps(made.PROFILE | {"upload": upload}))
    assert main(["study", "join", str(path), "--yes", "--from", since, "--store", str(store)]) == 0
    return Uploads(store)


def days_of(names):
    return [name.split("/")[2] for name in names]


def test_nothing_is_sent_that_nobody_turned_on(store):
    uploads, shelf = joined(store), Shelf("https://store.example/dolls")
    uploads.send_due(NOW, shelf)
    assert shelf.put_there == []
    uploads.turn_on(STUDY)
    uploads.turn_off(STUDY)
    uploads.send_due(NOW, shelf)
    assert shelf.put_there == []


def test_each_day_is_sent_once_and_taken_in(store, tmp_path):
    uploads, shelf = joined(store), Shelf("https://store.example/dolls")
    uploads.turn_on(STUDY)
    uploads.send_due(NOW - 2 * made.DAY_S, shelf)
    assert days_of(shelf.names()) == [
        f"2024-10-0{day}.{form}" for day in (4, 5, 6) for form in ("parquet", "json")
    ]
    uploads.send_due(NOW, shelf)
    uploads.send_due(NOW + 60, shelf)
    assert len(shelf.names()) == 2 * DAYS == len(set(shelf.names()))
    assert len(shelf.names("consents/")) == 1
    folder = Folder(tmp_path / "shelf")
    for name, body in shelf.put_there:
        folder.put(name, body)
    assert take_in(folder, tmp_path / "lake", STUDY)[:2] == (DAYS, 0)


def test_an_outage_loses_no_day_and_the_health_page_says_so(store):
    uploads, shelf = joined(store), Shelf("https://store.example/dolls")
    uploads.turn_on(STUDY)
    shelf.faults = [DeliveryError("store.example cannot be reached", None, "unreachable")]
    uploads.send_due(NOW, shelf)
    with Reader(store) as reader:
        (standing,) = reader.deliveries(NOW)
    assert (standing.name, standing.state, standing.fault) == ("study/dolls", "bad", "unreachable")
    assert "store.example cannot be reached" in standing.text
    uploads.send_due(NOW, shelf)  # too early: it is not asked again at once
    assert shelf.put_there == []
    Uploads(store).send_due(NOW + 3_600, shelf)
    assert len(shelf.names()) == 2 * DAYS == len(set(shelf.names()))
    with Reader(store) as reader:
        assert reader.deliveries(NOW + 3_600)[0].state == "ok"


def test_what_was_cut_off_goes_on_and_what_comes_twice_takes_the_same_place(store):
    uploads, shelf = joined(store), Shelf("https://store.example/dolls")
    uploads.turn_on(STUDY)

    def cut(address, body):
        shelf(address, body)
        if len(shelf.put_there) == 4:  # the second day's file came, its manifest did not
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        uploads.send_due(NOW, cut)
    Uploads(store).send_due(NOW, shelf)
    assert len(set(shelf.names())) == 2 * DAYS
    assert len(shelf.names()) == 2 * DAYS + 1
    last = dict(shelf.put_there)
    for name in shelf.names():
        if name.endswith(".json"):
            unseal(last[name], last[name.removesuffix("json") + "parquet"], STUDY)


@pytest.mark.parametrize(
    ("status", "text"),
    [(403, "refuses the token"), (404, "knows no such place"), (507, "asks to be tried again later")],
)
def test_what_an_object_store_refuses_is_said_in_a_sentence(store, capsys, status, text):
    hook = Hook()
    hook.check = lambda path, headers, body: status
    uploads = joined(store, f"http://127.0.0.1:{hook.port}/dolls")
    uploads.turn_on(STUDY)
    assert main(["study", "upload", STUDY, "now", "--store", str(store)]) == 1
    assert text in capsys.readouterr().err
    hook.check = lambda path, headers, body: 200
    uploads.send_due(time.time() + 3_600, put)
    hook.stop()
    assert len(hook.got) == 2 * DAYS + 1


def test_the_process_that_delivers_sends_them(store):
    hook = Hook()
    joined(store, f"http://127.0.0.1:{hook.port}/dolls").turn_on(STUDY)
    turn = Turn(store)
    due = turn.step(NOW)
    assert len(hook.got) == 2 * DAYS + 1
    assert turn.step(NOW + 10) == due > NOW
    hook.stop()


def test_a_study_that_was_left_gets_nothing_more(store):
    uploads, shelf = joined(store), Shelf("https://store.example/dolls")
    uploads.turn_on(STUDY)
    assert main(["study", "leave", STUDY, "--store", str(store)]) == 0
    uploads.send_due(NOW, shelf)
    assert shelf.put_there == []
    assert not uploads.any()


@pytest.mark.parametrize(
    "upload",
    ["http://store.example/x", "ftp://store.example", "https://a:b@store.example", "https://", 7],
)
def test_days_go_by_tls_and_without_a_password_in_the_address(upload):
    with pytest.raises(ProfileError, match="'upload'"):
        made.profile(upload=upload)


def test_a_study_without_an_address_cannot_be_sent_to(store, capsys):
    joined(store, "")
    assert main(["study", "upload", STUDY, "on", "--store", str(store)]) == 1
    assert "hand over a bundle" in capsys.readouterr().err
