"""A D-Bus of its own with python-dbusmock's BlueZ on it, as Debian ships both."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

PYTHON = "/usr/bin/python3"  # Debian's own: python3-dbusmock belongs to it


def is_here() -> bool:
    """Return whether Debian's dbus-daemon and python3-dbusmock are installed."""
    command = [PYTHON, "-c", "import dbusmock"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0 and bool(
            subprocess.run(["dbus-daemon", "--version"], capture_output=True, check=False).stdout
        )
    except FileNotFoundError:
        return False


class Device(NamedTuple):
    """A device that BlueZ knows."""

    address: str
    name: str
    properties: dict[str, Variant]


class Bluez(NamedTuple):
    """The mock, and what it was asked."""

    bus: str  # the address of its D-Bus
    log: Path

    def calls(self) -> list[str]:
        """Return the methods that BlueZ was called with, in order, but for those that set the mock up."""
        lines = [line.split(" ")[1] for line in self.log.read_text().splitlines() if line[:1].isdigit()]
        return [
            method
            for method in lines
            if method not in ("emit", "AddAdapter", "AddDevice", "UpdateProperties")
        ]


@contextmanager
def bluez(
    folder: Path, devices: tuple[Device, ...], *, adapter: bool = True, powered: bool = True
) -> Iterator[Bluez]:
    """Give BlueZ with one adapter and these devices in range."""
    settings = folder / "bus.conf"
    settings.write_text(
        '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN" '
        '"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd"><busconfig><type>system</type>'
        f"<listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth><policy context='default'>"
        "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/></policy>"
        "</busconfig>"
    )
    address, log = f"unix:path={folder}/bus", folder / "calls.log"
    daemon = subprocess.Popen(["dbus-daemon", f"--config-file={settings}", "--nofork"])
    mock = None
    try:
        _until((folder / "bus").exists)
        mock = subprocess.Popen(
            [PYTHON, "-m", "dbusmock", "--template", "bluez5", "--system", "--logfile", str(log)],
            env={"DBUS_SYSTEM_BUS_ADDRESS": address},
        )
        asyncio.run(_set_up(address, devices, adapter=adapter, powered=powered))
        yield Bluez(address, log)
    finally:
        for process in (mock, daemon):
            if process is not None:
                process.terminate()
                process.wait(10)


def _until(done: Any) -> None:
    end = time.monotonic() + 30
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("D-Bus did not start")
        time.sleep(0.02)


async def _set_up(address: str, devices: tuple[Device, ...], *, adapter: bool, powered: bool) -> None:
    bus = await MessageBus(address).connect()

    async def call(path: str, interface: str, member: str, signature: str, *body: Any) -> Any:
        message = Message("org.bluez", path, interface, member, signature=signature, body=list(body))
        reply = await bus.call(message)
        assert reply is not None and reply.message_type is not MessageType.ERROR, reply and reply.body
        return reply.body

    end = time.monotonic() + 30
    while True:
        try:
            await call("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", "")
            break
        except AssertionError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.05)
    if adapter:
        await call("/org/bluez", "org.bluez.Mock", "AddAdapter", "ss", "hci0", "box")
        update = ("org.freedesktop.DBus.Mock", "UpdateProperties", "sa{sv}")
        told = {"Powered": Variant("b", powered)}
        await call("/org/bluez/hci0", *update, "org.bluez.Adapter1", told)
        for device in devices:
            made = await call(
                "/org/bluez", "org.bluez.Mock", "AddDevice", "sss", "hci0", device.address, device.name
            )
            await call(made[0], *update, "org.bluez.Device1", device.properties)
    bus.disconnect()
