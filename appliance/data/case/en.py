"""English texts of a case. `{name}` is filled in. Words are neutral: "observed", never a verdict."""

from __future__ import annotations

from typing import Final

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAY: Final = "{day} {month} {year}"

TEXTS: Final[dict[str, str]] = {
    "support.supported": "Updates are stated until the end of {until}.",
    "support.ending": "Updates are stated until the end of {until}: that is in {days}.",
    "support.ended": "The stated time of updates ended {days} ago, at the end of {until}.",
    "support.not_stated": "No period of updates is stated that we know of.",
    "support.unreadable": "What is stated could not be read as a date.",
    "support.still": " It still sends to {who}.",
    "support.still_many": " It still sends to {who} and {n} more.",
    "support.updated": " Last update seen: {date}.",
    "support.not_updated": " No update was seen while we watched.",
    "support.host": " Its server for updates, {host}, was last met on {date}.",
    "support.no_host": " No server for updates was met in the last 30 days.",
    "support.source.parent": "your own words: “{quote}”",
    "support.source.catalogue": "our list of devices: “{quote}”",
}
