"""The memory of kinds that count is bounded; what was not used longest goes."""

from __future__ import annotations

from appliance.findings.memory import Memory


def test_the_longest_unused_goes_and_is_counted() -> None:
    memory: Memory[list[int]] = Memory(list, limit=2)
    memory.of(("a", None)).append(1)
    memory.of(("b", None))
    memory.of(("a", None)).append(2)
    memory.of(("c", None))
    assert memory.of(("a", None)) == [1, 2]
    assert memory.forgotten == 1
    assert memory.of(("b", None)) == []
