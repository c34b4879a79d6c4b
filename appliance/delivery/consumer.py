"""How a consumer stands after its receiver answered, and the one message about an outage. Has no clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from appliance.delivery.backoff import delay_s
from appliance.delivery.message import Batch, DeliveryError, Message, Settings
from appliance.store.outbox import Consumer, Outbox

Send = Callable[[str, Message | Batch, Settings], None]
"""(kind, message, settings): returns when it was taken, raises DeliveryError."""

GIVE_UP_REFUSALS: Final = 8
"""So often may a receiver refuse a message as such (about five minutes): then the next one's turn comes."""

OUTAGE_S: Final = 1_800.0
"""A receiver that was gone so long is told of: shorter ones nobody would have missed."""


def healed(consumer: Consumer, now: float) -> Consumer:
    """Return a consumer whose receiver took something."""
    return consumer._replace(good=now, failing=None, fault="", said="", attempts=0, due=0.0, busy=None)


def worse(consumer: Consumer, error: DeliveryError, now: float) -> Consumer:
    """Return a consumer whose receiver did not, with when to try again."""
    attempts = consumer.attempts + 1
    return consumer._replace(
        failing=now if consumer.failing is None else consumer.failing,
        fault=error.fault,
        said=error.reason,
        attempts=attempts,
        due=now + delay_s(consumer.name, attempts, error.retry_after_s),
        busy=None,
    )


def tell_outage(outbox: Outbox, consumer: Consumer, now: float) -> None:
    """Queue the one message about an outage once it is long enough to be worth one."""
    if consumer.failing is not None and now - consumer.failing >= OUTAGE_S:
        outbox.outage(consumer.name, consumer.failing)
