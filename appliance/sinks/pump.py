"""One sink's consumer of the flow log: minutes that are over go to the spool, and from the spool to the
receiver.

The cursor is a minute. It moves once the minutes before it lie in the spool for good, so that neither a kill
nor an outage loses one; a batch that is written twice holds the same points. Has no clock: `step` is told the
time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from appliance.delivery.consumer import GIVE_UP_REFUSALS, Send, healed, tell_outage, worse
from appliance.delivery.faults import MAX_WAIT_S
from appliance.delivery.message import Batch, DeliveryError, Settings
from appliance.sinks.points import OTHER, Point, line, party_tag
from appliance.sinks.spool import Spool, Spooled, SpoolError
from appliance.store.channels import ChannelRow, Channels
from appliance.store.minutes import MAX_TAGS, MINUTE_S, Minutes
from appliance.store.outbox import Consumer, Outbox
from appliance.store.secrets import SecretsError

EVERY_S: Final = 300.0
"""How often the sink is fed: a process that speaks to InfluxDB costs seconds on a small Pi."""

SETTLE_S: Final = 900.0
"""A minute is over for good after so much of the home's time: a part of a flow is told 300 s after its begin,
and a connection that falls silent 300 s later (sensor/meter); the rest is for the commit."""

STRETCH: Final = 60
"""Minutes of one batch: an hour of a busy home is about 5,000 points."""


class Pump:
    """Feeds one sink. Every method may raise StoreError, and ChannelError when it was removed."""

    def __init__(self, name: str, channels: Channels, send: Send) -> None:
        self.name = name
        self._channels = channels
        self._outbox = Outbox(channels.book)
        self._minutes = Minutes(channels.book)
        self._send = send

    def step(self, now: float) -> float:
        """Do what is due; return when there may be more to do."""
        channel, consumer = self._channels.get(self.name), self._outbox.consumer(self.name)
        spool = spool_of(self._channels, channel)
        try:
            consumer = self._fill(channel, consumer, spool)
        except SpoolError as error:
            consumer = self._outbox.consumer(self.name)
            if spool.first() is None:  # else what is sent makes room
                return self._outbox.save(worse(consumer, _of_disk(error), now)).due
        if now < consumer.due <= now + MAX_WAIT_S:
            return consumer.due
        spooled = spool.first()
        if spooled is None:
            return now + EVERY_S
        return self._write(channel, consumer, spool, spooled, now)

    def _fill(self, channel: ChannelRow, consumer: Consumer, spool: Spool) -> Consumer:
        """Move minutes that are over to the spool, as far as there is room."""
        consumer = self._skip_archived(consumer)
        settle_s = -MINUTE_S if self._minutes.is_recording() else SETTLE_S
        over = int((self._minutes.last_ts() - settle_s) // MINUTE_S)
        while consumer.place < over and not spool.full():
            since = self._minutes.next(consumer.place)
            if since is None or since >= over:
                break  # nothing between: the cursor stays, so that a minute that comes late is still taken
            until = min(since + STRETCH, over)
            lines = self._lines(channel, since, until)
            if lines:
                spool.put(since, until, lines)
            consumer = self._outbox.save(consumer._replace(place=until))
        return consumer

    def _skip_archived(self, consumer: Consumer) -> Consumer:
        """Count the minutes that went to the archive before they could be copied."""
        begin = self._minutes.archived_until()
        if begin <= consumer.place:
            return consumer
        lost = begin - consumer.place
        return self._outbox.save(consumer._replace(place=begin, dropped=consumer.dropped + lost))

    def _lines(self, channel: ChannelRow, since: int, until: int) -> str:
        """Return the points of some minutes as lines."""
        parties, names = self._minutes.parties(), self._minutes.names()
        known = self._minutes.tags(self.name)
        fresh: set[tuple[str, str]] = set()
        sums: dict[tuple[int, str, str], list[int]] = {}
        for one in self._minutes.exchanges(since, until):
            organisation, outcome = parties.get((one.device, one.domain), (None, None))
            tag = (one.device, party_tag(one.domain, organisation, outcome))
            if tag not in known and tag not in fresh:
                if len(known) + len(fresh) >= MAX_TAGS:
                    tag = (OTHER, OTHER)
                else:
                    fresh.add(tag)
            total = sums.setdefault((one.minute, *tag), [0, 0, 0])
            for n, value in enumerate((1, one.bytes_up, one.bytes_down)):
                total[n] += value
        if fresh:
            self._minutes.add_tags(self.name, fresh)
        shown: Callable[[str], str] = (
            (lambda device: names.get(device, device)) if channel.settings["names"] == "yes" else str
        )
        return "\n".join(
            line(Point(minute, shown(device), party, *total))
            for (minute, device, party), total in sums.items()
        )

    def _write(
        self, channel: ChannelRow, consumer: Consumer, spool: Spool, spooled: Spooled, now: float
    ) -> float:
        consumer = self._outbox.save(consumer._replace(busy=now))
        try:
            batch = Batch(spooled.key, spool.read(spooled))
            self._send(channel.kind, batch, self._settings(channel))
        except (DeliveryError, SpoolError) as found:
            error = found if isinstance(found, DeliveryError) else _of_disk(found)
            failed = worse(consumer, error, now)
            if error.fault == "refused" and failed.attempts >= GIVE_UP_REFUSALS:
                failed = failed._replace(given_up=failed.given_up + 1, attempts=0, due=now)
                spool.drop(spooled)
            self._outbox.save(failed)
            tell_outage(self._outbox, failed, now)
            return failed.due
        spool.drop(spooled)
        self._outbox.save(healed(consumer, now)._replace(delivered=consumer.delivered + 1))
        return now if spool.first() is not None else now + EVERY_S

    def _settings(self, channel: ChannelRow) -> Settings:
        try:
            return self._channels.settings(channel)
        except SecretsError as error:
            raise DeliveryError(str(error), None, "settings") from error


def _of_disk(error: SpoolError) -> DeliveryError:
    return DeliveryError(str(error), None, "disk")


def spool_of(channels: Channels, channel: ChannelRow) -> Spool:
    """Return the spool of a sink, beside the store."""
    return Spool(channels.book.path.with_name(f"{channels.book.path.name}.spool-{channel.uid[:12]}"))
