"""Finding: the device showed a control page in the home without a password. Does no I/O."""

from __future__ import annotations

import re
from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import ASKED, Kind, Seen, Words
from sensor.records import HttpRequest, Record

_CONTROL: Final = re.compile(
    r"(?:^|[/._-])(?:admin|administration|settings?|setup|config|configuration|system|wizard|management"
    r"|cgi-bin|goform|firmware|upgrade|reboot|wifi|network)(?:[/._-]|$)",
    re.IGNORECASE,
)
"""Words of a path that lead to a page where things are set."""

_LOGGED_IN: Final = frozenset(("authorization", "cookie", "x-auth-token", "x-csrf-token"))


def look(record: Record) -> Seen | None:
    """Return the control page that a browser in the home asked of the device without any sign of a login."""
    if (
        type(record) is not HttpRequest
        or leaves_home(record.dst, record.src)
        or leaves_home(record.src, record.dst)
    ):
        return None
    if record.method not in {"GET", "POST"} or not (record.user_agent or "").startswith("Mozilla/"):
        return None
    if _LOGGED_IN & set(record.header_names) or not _CONTROL.search(record.path):
        return None
    return Seen(f"a control page was opened without password: {record.path[:60]}", record.uid)


KIND: Final = Kind(
    code="open_page",
    severity=2,
    title="Open control page",
    sentence="{device} offers an open control page in your home network.",
    do="Set a password for the page, if it lets you. Keep the device in a network of its own.",
    cannot_prove="That the page let anybody change something: it may have asked for a password next.",
    rules=("PSTI Sch. 1 para. 1", "ETSI EN 303 645 5.1-1", "ETSI EN 303 645 5.6-1"),
    reads=(HttpRequest,),
    look=look,
    french=Words(
        title="Page de réglage ouverte",
        sentence="{device} offre une page de réglage ouverte dans votre réseau.",
        do="Mettez un mot de passe à cette page, si c'est possible. Mettez l'appareil dans un réseau à part.",
        cannot_prove="Que la page ait permis de changer quelque chose : elle a pu demander un mot de "
        "passe ensuite.",
    ),
    side=ASKED,
)
