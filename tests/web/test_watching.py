"""What a page says of the watching itself."""

from __future__ import annotations

import pytest

from appliance.store.reader import Watch
from sensor.records import Loss
from tests.web.conftest import dashboard
from tests.web.household import MemoryReader
from web.watching import health


def watch(*gaps: tuple[float, float]) -> Watch:
    losses = [Loss(begin, end, "gap", 0, "") for begin, end in gaps]
    return Watch(1000.0, 2000.0, 1, 1, 0, losses, sum(end - begin for begin, end in gaps))


def test_health_parts_gaps_from_losses() -> None:
    state = watch((1100, 1200))
    state.losses.append(Loss(1500, 1500, "kernel_drop", 7, ""))
    found = health(state, 2000 + 3 * 3600)
    assert found is not None
    assert (len(found.gaps), found.lost, found.late) == (1, 7, True)
    assert health(Watch(None, None, 0, 0, 0, [], 0.0), 5.0) is None


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("path", ["/", "/devices/", "/settings/"])
def test_a_full_disk_is_said_on_every_page(
    home: MemoryReader, monkeypatch: pytest.MonkeyPatch, path: str, full: bool
) -> None:
    monkeypatch.setattr("web.desk.is_short", lambda _: full)
    assert ("The disk is full" in dashboard(home).test_client().get(path).text) == full
