"""What a meter hands on."""

from __future__ import annotations

from sensor.packet import Packet
from sensor.records import FlowRecord, Loss, Weird

Item = Packet | FlowRecord | Weird | Loss
