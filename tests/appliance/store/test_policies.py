from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.store.book import Book
from appliance.store.policies import Policies, PolicyError

NOW = 1_000_000.0
DOLL = "d-d0110002"


@pytest.fixture
def policies(tmp_path: Path) -> Iterator[Policies]:
    book = Book(tmp_path / "home.db")
    yield Policies(book)
    book.close()


def test_a_policy_stands_until_it_ends_or_is_lifted(policies: Policies) -> None:
    pause = policies.begin(NOW, DOLL, "pause", until=NOW + 60)
    block = policies.begin(NOW, DOLL, "block", party="ads.example")
    assert policies.standing(NOW + 1) == [pause, block]
    assert policies.standing(NOW + 60) == [block]
    assert policies.undo(NOW + 70, block.id).end(NOW + 70) == NOW + 70
    assert policies.standing(NOW + 71) == []
    assert [row.end(NOW + 100) for row in policies.all(DOLL)] == [NOW + 60, NOW + 70]
    assert policies.all("d-00000000") == []


def test_the_same_again_only_moves_its_end(policies: Policies) -> None:
    first = policies.begin(NOW, DOLL, "pause", until=NOW + 60)
    again = policies.begin(NOW + 1, DOLL, "pause")
    assert (again.id, again.ts, again.until) == (first.id, NOW, None)
    assert policies.standing(NOW + 100) == [again]


def test_what_was_stopped_is_counted(policies: Policies) -> None:
    row = policies.begin(NOW, DOLL, "hold_updates")
    policies.count({row.id: 7})
    assert policies.standing(NOW)[0].packets == 7


@pytest.mark.parametrize(
    ("kind", "party", "until", "said"),
    [
        ("destroy", None, None, "expected one of"),
        ("block", None, None, "needs a party"),
        ("allow", None, None, "needs a party"),
        ("pause", "ads.example", None, "not about one party"),
        ("pause", None, NOW, "has passed"),
    ],
)
def test_what_cannot_be_is_said(
    policies: Policies, kind: str, party: str | None, until: float | None, said: str
) -> None:
    with pytest.raises(PolicyError, match=said):
        policies.begin(NOW, DOLL, kind, party=party, until=until)
    assert policies.all() == []


def test_one_too_many_is_refused(policies: Policies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.store.policies.MAX_POLICIES", 2)
    for number in range(2):
        policies.begin(NOW, f"d-{number:08}", "pause")
    with pytest.raises(PolicyError, match="at most 2"):
        policies.begin(NOW, DOLL, "pause")
    with pytest.raises(PolicyError, match="no policy 9"):
        policies.undo(NOW, 9)
