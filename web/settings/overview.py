"""The settings page: values with their bounds, how old the lists are, and the way to the rest."""

from __future__ import annotations

import shutil

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.lookup import pack_age, packs
from appliance.lookup.pack_readers import PackError
from appliance.settings import SETTINGS, SETUP_DONE, SettingError
from web.desk import desk, page
from web.security import allow
from web.security.house import house

pages = Blueprint("settings", __name__, url_prefix="/settings")

SHOWN = tuple(setting for setting in SETTINGS if setting is not SETUP_DONE)


@pages.get("/")
@allow("manage")
def show() -> Response:
    """Show every setting, the lists and the disk."""
    return _page()


@pages.post("/")
@allow("manage")
def keep() -> Response:
    """Keep what was set, all of it or nothing."""
    wanted = {setting.key: request.form[setting.key] for setting in SHOWN if setting.key in request.form}
    try:
        house().settings.set(wanted, desk().clock())
    except SettingError as error:
        return _page(400, str(error))
    return redirect(url_for("settings.show"), 303)


def _page(code: int = 200, problem: str = "") -> Response:
    path = house().book.path
    try:
        lists = [(pack, pack_age.state(pack)) for pack in packs.status(path.parent / "packs")]
    except (PackError, OSError):
        lists = []
    disk = shutil.disk_usage(path.parent)
    used = sum(part.stat().st_size for part in path.parent.glob(path.name + "*") if part.is_file())
    text = page(
        "settings/overview.html",
        settings=SHOWN,
        values=house().settings.all(),
        lists=lists,
        free_bytes=disk.free,
        used_bytes=used,
        problem=problem,
    )
    return make_response(text, code)
