"""`tattlebox update slot`: what RAUC asks; anything else is a sentence and changes nothing."""

import pytest

from appliance.cli import main


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("get-state",), "A|B"),
        (("get-state", "C"), "A|B"),
        (("set-state", "A"), "A|B good|bad"),
        (("set-state", "A", "fine"), "A|B good|bad"),
        (("set-primary", "B", "A"), "A|B"),
        (("get-current", "A"), "nothing after it"),
    ],
)
def test_what_rauc_does_not_ask_is_refused(tmp_path, capsys, words, expected):
    assert main(["update", "slot", *words, "--card", str(tmp_path)]) == 1
    assert f"expected {expected}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
