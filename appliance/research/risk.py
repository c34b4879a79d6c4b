"""What remains re-identifiable in what a home gives to a study, said plainly. Does no I/O.

Pseudonyms hide who a home is from those who know nothing else of it. Against those who do, each claim says
how far they get; `study/risk.py` puts numbers of the whole study to the same knowledge, and
`benchmarks/reidentify.py` attacks them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from appliance.research.consent import N_
from appliance.research.profile import Profile
from appliance.research.rows import RARE, Row

FEW_DEVICES: Final = 1
"""A home with so few devices may share its list of kinds and makers; with more, it may be the only one."""


class Claim(NamedTuple):
    """How far somebody with some knowledge gets."""

    knows: str  # what they know beforehand
    links_at_most: float  # share of such attempts that may succeed
    why: str


class Summary(NamedTuple):
    """What leaves, in numbers."""

    days: int
    rows: int
    devices: int
    kinds: dict[str, int]  # "toy of Plaudertoys": how many
    parties: int
    rare_rows: int  # rows whose party is held back


class Tally:
    """Counts rows as they pass."""

    def __init__(self) -> None:
        self._days: set[str] = set()
        self._devices: dict[str, str] = {}
        self._parties: set[str] = set()
        self._rows = self._rare = 0

    def see(self, rows: Iterable[Row]) -> None:
        """Count rows of the daily table."""
        for row in rows:
            self._rows += 1
            self._days.add(row["day"])
            maker = f" of {row['vendor']}" if row["vendor"] else ""
            self._devices[row["device"]] = f"{row['category'] or 'device'}{maker}"
            self._parties.add(row["party"])
            self._rare += row["party"] == RARE

    def summary(self) -> Summary:
        """Return what was counted."""
        kinds = dict(sorted(Counter(self._devices.values()).items()))
        parties = len(self._parties - {RARE})
        return Summary(len(self._days), self._rows, len(self._devices), kinds, parties, self._rare)


def claims(profile: Profile, summary: Summary) -> list[Claim]:
    """Return what remains, the strongest knowledge first. Nothing is claimed that cannot be shown."""
    known = DEVICES_ONE if summary.devices <= FEW_DEVICES else DEVICES
    found = [RECORD, known, OTHERS]
    if profile.flows and profile.addresses == "crypto-pan":
        found.insert(2, ADDRESSES)
    return found


RECORD: Final = Claim(
    N_("a record of your home's traffic of the same days (your provider, a maker's server logs)"),
    1.0,
    N_("amounts and companies of a day are as good as a fingerprint, however coarse"),
)
DEVICES: Final = Claim(
    N_("which devices you own (a friend, a shop)"),
    1.0,
    N_("kinds and makers of your devices are in it; few homes have the same list"),
)
DEVICES_ONE: Final = DEVICES._replace(
    why=N_("your one device may be rare; the study says how many homes share it once all have given")
)
ADDRESSES: Final = Claim(
    N_("some real addresses that your devices talked to"),
    1.0,
    N_("an address that is recognised by its traffic gives away the beginning of its neighbours"),
)
OTHERS: Final = Claim(
    N_("nothing of your home, and the whole of other homes that take part"),
    0.0,
    N_("every home has a key of its own: what is known of others says nothing of yours"),
)
