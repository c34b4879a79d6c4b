"""How a toy joins: the code that a phone reads to join the toys' Wi-Fi. Its passphrase is for the family."""

from __future__ import annotations

from typing import Final, NamedTuple

import segno
from flask import Blueprint

from appliance.gateway.client import GatewayError, ask, there
from appliance.gateway.plan import from_plain
from appliance.gateway.wifi import Wifi, join_text
from web.desk import page
from web.security import allow
from web.visible import visible_in

pages = Blueprint("wifi", __name__)

ASK_S: Final = 5.0
"""How long the page waits for the gateway's helper."""


class Code(NamedTuple):
    """A QR code as one shape."""

    size: int  # modules on a side, without the margin
    outline: str  # SVG path, one unit a module


@pages.get("/wifi")
@allow("family")
def show() -> str:
    """Show name, passphrase and code of the toys' Wi-Fi, or why there is none."""
    wifi, problem = None, ""
    if there():
        try:
            wifi = from_plain(ask("plan", ASK_S)["plan"]).wifi
        except GatewayError as error:
            problem = str(error)
    return page("wifi.html", wifi=visible_in(wifi), code=wifi and code_of(wifi), problem=problem)


def code_of(wifi: Wifi) -> Code:
    """Return the code with which a phone joins."""
    rows = segno.make(join_text(wifi), error="m", micro=False).matrix
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module]
    return Code(len(rows), "".join(dark))
