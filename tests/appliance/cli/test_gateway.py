"""`tattlebox gateway` against the helper's own server, with a gateway that touches nothing."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.cli import main
from appliance.gateway import client, helper
from appliance.gateway.apply import ApplyError
from appliance.gateway.plan import Plan, Reach, Surroundings, to_json
from tests.appliance.gateway.plans import ACCESS_POINT, ETHERNET

HERE = Surroundings(("eth0", "eth1", "wlan0"), ("wlan0",), ())


class Still:
    """The outer edge: a gateway that notes what it is asked to do."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails = False

    def recover(self) -> Plan:
        return ACCESS_POINT

    def renamed(self, plan: Plan) -> Plan:
        return plan

    def attempt(self, old: Plan, new: Plan, confirm_s: float) -> None:
        if self.fails:
            raise ApplyError("check link: eth1 is down; the plan before it is back")
        self.done.append(f"attempt {new.mode}")

    def counts(self) -> dict[str, tuple[int, int]]:
        return {"bypass": (3, 180)}

    def __getattr__(self, name: str) -> Any:
        return lambda plan: self.done.append(f"{name} {plan.mode}")


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Still]:
    still, stopped = Still(), threading.Event()
    monkeypatch.setattr(client, "SOCKET", str(tmp_path / "gateway.sock"))
    monkeypatch.setattr(helper.machine, "surroundings", lambda *_: HERE)
    monkeypatch.setattr(helper.verify, "broken", lambda _: {})
    monkeypatch.setattr(helper.verify, "captive", lambda _: None)
    monkeypatch.setattr(helper, "pass_on_resolvers", lambda _: None)
    with helper.listen(Path(client.SOCKET)) as listener:
        server = helper.Server(helper.Helper(still), listener, frozenset({os.getuid()}))  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, args=(stopped.is_set,))
        thread.start()
        yield still
        stopped.set()
        thread.join()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["gateway", *words])
    said = capsys.readouterr()
    return code, said.out + said.err


def plan_file(tmp_path: Path, plan: Plan) -> str:
    place = tmp_path / "plan.json"
    place.write_text(to_json(plan))
    return str(place)


def test_tried_confirmed_and_reverted(
    gateway: Still, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = plan_file(tmp_path, ETHERNET)
    code, said = run(capsys, "apply", "--yes", file)
    assert code == 0 and "It works, and is kept." in said
    assert "+++ /run/tattlebox-gateway/rules.nft" in said
    assert gateway.done == ["attempt ethernet", "confirm ethernet"]
    assert "in force already" in run(capsys, "apply", "--yes", file)[1]
    assert "nothing waits for a confirmation" in run(capsys, "confirm")[1]
    client.ask("apply", plan=json.loads(to_json(ACCESS_POINT)), confirm_s=60)
    assert "being tried" in run(capsys, "status")[1]
    assert run(capsys, "revert")[0] == 0
    assert gateway.done[-1] == "revert ethernet"


def test_a_plan_that_fails_is_said(
    gateway: Still, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.fails = True
    code, said = run(capsys, "apply", "--yes", plan_file(tmp_path, ETHERNET))
    assert code == 1 and "the plan before it is back" in said
    assert "access_point" in run(capsys, "status")[1]


def test_nobody_to_agree(gateway: Still, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "apply", plan_file(tmp_path, ETHERNET))
    assert code == 1 and "pass --yes" in said and gateway.done == []


def test_the_code_to_join(gateway: Still, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "join")
    assert code == 0 and "Toys" in said and "correct horse" not in said
    picture = tmp_path / "join.svg"
    assert run(capsys, "join", "--svg", str(picture))[0] == 0
    assert picture.read_text().startswith("<?xml")
    assert "cannot write" in run(capsys, "join", "--svg", str(tmp_path / "no" / "where.svg"))[1]


def test_no_passphrase_is_shown(gateway: Still, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ACCESS_POINT.wifi is not None
    other = ACCESS_POINT._replace(wifi=ACCESS_POINT.wifi._replace(passphrase="another secret"))  # noqa: S106
    said = run(capsys, "apply", "--yes", plan_file(tmp_path, other))[1] + run(capsys, "status", "--json")[1]
    assert "another passphrase" in said and "secret" not in said and "horse" not in said


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b'{"verb": "shell"}', b'{"verb": ["status"]}', b"\xff", b'{"verb":"apply","plan":[]}',
     b'{"verb":"apply","plan":{"shell":"x"},"confirm_s":60}', b'{"verb":"apply","plan":{},"confirm_s":1}',
     b'{"verb":"police"}', b'{"verb":"police","policies":[{"id":"A;","kind":"x","macs":[]}]}'],
)  # fmt: skip
def test_any_other_request_is_refused_with_a_sentence(gateway: Still, line: bytes) -> None:
    answer = helper.Helper(gateway).answer(line)  # type: ignore[arg-type]
    assert list(answer) == ["error"] and ("expected" in answer["error"] or "policy" in answer["error"])


def test_a_refusal_is_read_although_the_question_was_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SOCKET", str(tmp_path / "gateway.sock"))

    class Late(socket.socket):
        """Asks only once the other side has answered and gone."""

        def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]
            caller, _ = listener.accept()
            caller.send(b'{"error": "not you"}\n')
            caller.close()
            super().sendall(data, flags)

    with helper.listen(Path(client.SOCKET)) as listener:
        monkeypatch.setattr(client.socket, "socket", Late)
        with pytest.raises(client.GatewayError, match="not you"):
            client.ask("status")


def test_a_stranger_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SOCKET", str(tmp_path / "gateway.sock"))
    stopped = threading.Event()
    with helper.listen(Path(client.SOCKET)) as listener:
        server = helper.Server(helper.Helper(Still()), listener, frozenset())  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, args=(stopped.is_set,))
        thread.start()
        with pytest.raises(client.GatewayError, match="may not change the network"):
            client.ask("status")
        stopped.set()
        thread.join()


def test_without_a_helper(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(client, "SOCKET", "/nowhere/gateway.sock")
    code, said = run(capsys, "status")
    assert code == 1 and "does not answer" in said


def test_somebody_moved_in(gateway: Still) -> None:
    assert client.ask("welcomed") == {}
    assert gateway.done == []  # no phone was led anywhere
    welcome = json.loads(to_json(ETHERNET._replace(welcome=True)))
    client.ask("apply", plan=welcome, confirm_s=60)
    with pytest.raises(client.GatewayError, match="being tried"):
        client.ask("welcomed")
    client.ask("confirm")
    client.ask("welcomed")
    assert gateway.done[-2:] == ["revert ethernet", "keep ethernet"]
    assert client.ask("plan")["plan"]["welcome"] is False


@pytest.mark.parametrize("verb", [("plan",), ("apply", "--yes")])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reach": (Reach("02:00:00:00:00:09", ("",)),)}, "expected an IP address"),
        ({"network4": "nowhere"}, "expected an address with its prefix"),
        ({"network6": "fd77::1/48"}, "expected 64"),
        ({"mode": "tunnel"}, "expected one of"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_a_sentence(
    gateway: Still,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    verb: tuple[str, ...],
    wrong: dict[str, Any],
    said: str,
) -> None:
    monkeypatch.setattr("appliance.cli.gateway.machine.surroundings", lambda *_: HERE)
    code, printed = run(capsys, *verb, plan_file(tmp_path, ETHERNET._replace(**wrong)))
    assert code == 1 and said in printed and gateway.done == []
