"""The page that says whether it works: a sentence for each thing, and the first page points to it."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from appliance.archive import health
from appliance.delivery.consumer import worse
from appliance.delivery.message import DeliveryError
from appliance.store import catalogue
from appliance.store.channels import Channels
from appliance.store.outbox import Outbox
from tests.appliance.notify import home
from tests.web.security.doors import browser, moved_in
from web.security.house import House

PAGE = "/settings/health"
HALF = "1 archived files are gone, the first is flows-2026-01-01-000.parquet: restore a backup"


def break_a_channel(house: House) -> None:
    home.hook(Channels(house.book), 9, "phone")
    outbox = Outbox(house.book)
    outbox.save(
        worse(outbox.consumer("phone"), DeliveryError("127.0.0.1 does not answer in time", None, "slow"), 1.0)
    )


def test_each_thing_has_its_sentence_in_the_readers_language(parent: FlaskClient, house: House) -> None:
    shown = parent.get(PAGE).text
    assert "0 archived files" in shown
    assert "B free in " in shown  # MB or GB
    break_a_channel(house)
    with house.book.writing() as db:
        catalogue.keep_file(db, catalogue.ArchiveFile("flows-2026-01-01-000.parquet", 1, 1.0, 2.0, 1, 1))
    shown = parent.get(PAGE).text
    assert "127.0.0.1 does not answer in time" in shown
    assert HALF in shown
    french = parent.get(PAGE, headers={"Accept-Language": "fr"}).text
    assert "restaurez une sauvegarde" in french
    assert "restore a backup" not in french
    assert "does not answer" not in french


def test_a_run_of_the_archive_that_stopped_is_said(parent: FlaskClient, house: House) -> None:
    with house.book.writing() as db:
        health.note(
            db, 1.0, "cannot write beside /x/y.parquet: the disk is full; free some space and try again"
        )
    assert "the disk is full; free some space" in parent.get(PAGE).text
    assert (
        "le disque est plein ; libérez de la place"
        in parent.get(PAGE, headers={"Accept-Language": "fr"}).text
    )


def test_the_first_page_names_what_does_not_work(parent: FlaskClient, house: House) -> None:
    assert PAGE not in parent.get("/").text
    break_a_channel(house)
    shown = parent.get("/").text
    assert "these do not work: phone" in shown
    assert PAGE in shown


def test_the_page_is_for_those_who_manage(app: Flask, house: House) -> None:
    moved_in(house, "Kim", "second parent")
    assert browser(app, "Kim").get(PAGE).status_code == 403
