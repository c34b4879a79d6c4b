"""Asks the gateway's helper over its Unix socket."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from typing import Any, Final

from appliance.gateway.files import RUN

SOCKET: Final = os.environ.get("TATTLEBOX_GATEWAY", f"{RUN}/gateway.sock")
PATIENCE_S: Final = 90.0
"""Longest that a plan may take to be applied, checked and, failing that, taken back."""

MAX_ANSWER: Final = 4_000_000


class GatewayError(Exception):
    """The helper is not there or said no: one sentence."""


def there() -> bool:
    """Return whether this machine is a gateway: its helper has a socket."""
    return os.path.exists(SOCKET)


def ask(verb: str, patience_s: float = PATIENCE_S, **fields: Any) -> dict[str, Any]:
    """Return the helper's answer to one verb (docs/gateway.md has them). Raises GatewayError."""
    request = json.dumps({"verb": verb, **fields}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(patience_s)
            line.connect(SOCKET)
            with suppress(BrokenPipeError):  # a refusal does not wait for the question, and can still be read
                line.sendall(request)
            with line.makefile("rb") as answers:
                said = answers.readline(MAX_ANSWER)
    except OSError as error:
        raise GatewayError(
            f"the gateway's helper does not answer at {SOCKET} ({error.strerror or error}); "
            "start it with: systemctl start tattlebox-gateway"
        ) from error
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError as error:
        raise GatewayError(
            f"read {said[:40]!r} from the gateway's helper, expected JSON; see its journal"
        ) from error
    if "error" in answer:
        raise GatewayError(answer["error"])
    return answer
