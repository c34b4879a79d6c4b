"""What browsers ask for by themselves: the favicon and the manifest."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, url_for

from web.security import allow_anyone

pages = Blueprint("icon", __name__)


@pages.get("/favicon.ico")
@allow_anyone(plain=True)
def favicon() -> Response:
    """Return the drawing under the address browsers try first."""
    return current_app.send_static_file("icon.svg")


@pages.get("/manifest.webmanifest")
@allow_anyone(plain=True)
def manifest() -> Response:
    """Return what a phone needs to put the dashboard on its first screen."""
    icon = {"src": url_for("static", filename="icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    answer = jsonify(
        name="Tattlebox",
        short_name="Tattlebox",
        start_url=url_for("home.show"),
        display="standalone",
        background_color="#f7f3ec",
        theme_color="#f7f3ec",
        icons=[{**icon, "purpose": "any"}],
    )
    answer.mimetype = "application/manifest+json"
    return answer
