"""Within the emulated machine: an emulated radio as the kernel's adapter, toys, looks through BlueZ.

    python -m tests.machine.search RUNS

Every HCI packet that the kernel gives to the adapter is seen here: what is sent is known, not assumed. Prints
figures, last `sound: yes` when all was as docs/bluetooth.md promises.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, Final

from bumble import hci
from bumble.link import LocalLink
from bumble.transport import open_transport

from appliance.bluetooth.heard import Toys, heard
from appliance.lookup.knowledge_files import load_catalogue, load_reported
from sensor.capture.bluetooth import look
from tests.sensor.bluetooth.radio import CAYLA, GOOD_TOY, I_QUE, ORDINARY, Controller, switched_on

LOOK_S: Final = 12.0
LONGEST_S: Final = 60.0
ALLOWED: Final = {0x0401, 0x0402, 0x2005, 0x200B, 0x200C, 0x2041, 0x2042}
"""Inquiry and its end, our random address, parameters and switch of a scan (Core Vol 4 Part E §7.1, §7.8)."""

_DONE: Final = b"\0"
_ANSWERS: Final = {
    0x0C25: b"\0\x60\0", 0x0C38: b"\0\1", 0x0C39: b"\0\1\x33\x8b\x9e", 0x0C58: b"\0\0", 0x0C0D: bytes(5),
    0x0C1B: b"\0\0\x08\x12\0", 0x0C46: b"\0\0", 0x0C12: bytes(3),
    **dict.fromkeys((0x0C05, 0x0C16, 0x0C45, 0x0C20, 0x080F, 0x0C18), _DONE),
    **dict.fromkeys((0x0C3A, 0x0C1C, 0x0C47, 0x0C43, 0x0C7A), _DONE),
}  # fmt: skip
"""What the kernel asks a classic adapter when it is set up and bumble's does not know → the answer."""


class Adapter(Controller):
    """The machine's own adapter, with classic Bluetooth; `sent` holds what the kernel gave it."""

    def __init__(self, transport: Any, link: LocalLink) -> None:
        super().__init__("box", transport.source, transport.sink, link, public_address="00:1b:dc:ff:ff:ff")
        self.sent: list[bytes] = []
        self._sink = transport.sink
        features = hci.LmpFeatureMask
        wanted = features.EXTENDED_INQUIRY_RESPONSE | features.RSSI_WITH_INQUIRY_RESULTS
        self.lmp_features = (self.lmp_features | wanted) & ~features.BR_EDR_NOT_SUPPORTED

    def on_packet(self, packet: bytes) -> None:
        self.sent.append(bytes(packet))
        opcode = int.from_bytes(packet[1:3], "little")
        if packet[0] == hci.HCI_COMMAND_PACKET and opcode in _ANSWERS:
            body = b"\1" + packet[1:3] + _ANSWERS[opcode]
            self._sink.on_packet(bytes((hci.HCI_EVENT_PACKET, 0x0E, len(body))) + body)
        else:
            super().on_packet(packet)

    def opcodes(self) -> set[int]:
        """Return the opcodes of the commands sent, -1 for each packet of a connection."""
        commands = {int.from_bytes(packet[1:3], "little") for packet in self.sent if packet[0] == 1}
        return commands | {-1 for packet in self.sent if packet[0] != 1}


async def search(runs: int) -> bool:
    """Look `runs` times; return whether every run was as promised."""
    link, toys = LocalLink(), Toys(load_catalogue().models, load_reported())
    things = [
        await switched_on(link, thing, n + 1) for n, thing in enumerate((CAYLA, I_QUE, GOOD_TOY, *ORDINARY))
    ]
    adapter = Adapter(await open_transport("vhci"), link)
    await asyncio.sleep(5)  # the kernel and BlueZ set the adapter up
    found, accused, longest, sent = 0, 0, 0.0, set[int]()
    for _ in range(runs):
        adapter.sent.clear()
        began = time.monotonic()
        rows = heard(await look(LOOK_S), toys, ())
        longest = max(longest, time.monotonic() - began)
        named = {row.name for row in rows if row.reported}
        found += named >= {CAYLA.name, I_QUE.name}
        accused += len(named - {CAYLA.name, I_QUE.name})
        sent |= adapter.opcodes()
        print(f"heard: {len(rows)} of {len(things)}", flush=True)
    other = sent - ALLOWED
    print(f"runs: {runs}\nfound: {found}\naccused: {accused}\nlongest_s: {longest:.1f}")
    print(f"commands: {' '.join(sorted(map(hex, sent)))}\nother_commands: {len(other)}")
    sound = found == runs and not accused and not other and longest <= LONGEST_S
    print(f"sound: {'yes' if sound else 'no'}", flush=True)
    return sound


if __name__ == "__main__":
    sys.exit(not asyncio.run(search(int(sys.argv[1]))))
