"""Notification channels, and the process that delivers to them and to the sinks.

To add a channel: one file with the interface of `message.Channel`, its place in CHANNELS, its test and its
heading in docs/notifications.md.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from appliance.notify import apprise_push, mail, mqtt, webhook

CHANNELS: Final[tuple[ModuleType, ...]] = (apprise_push, mqtt, mail, webhook)
"""Every channel, in the order in which a form offers them."""
