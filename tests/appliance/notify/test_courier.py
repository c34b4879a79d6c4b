"""One channel's consumer: in order, once, whatever happens; one message about an outage."""

from itertools import pairwise

import pytest

from appliance.notify.courier import GIVE_UP_S
from appliance.store.channels import ChannelError
from appliance.store.outbox import Outbox
from appliance.store.reader import Reader
from tests.appliance.notify import home
from tests.appliance.notify.home import NOW
from tests.appliance.notify.receivers import Hook, free_port

DAY_S = 86_400.0


@pytest.fixture
def channels(tmp_path):
    return home.make(tmp_path)


@pytest.fixture
def hook():
    server = Hook()
    yield server
    server.stop()


def titles(hook):
    return [body["title"] for body in hook.bodies]


def standing(channels, name="hook"):
    with Reader(channels.book.path) as reader:
        return next(one for one in reader.deliveries(NOW) if one.name == name)


def test_alerts_arrive_in_order_and_once(channels, hook):
    home.hook(channels, hook.port)
    home.alert(channels, 3, 1, 2)
    home.run(home.courier(channels), NOW, NOW + 20)
    home.run(home.courier(channels), NOW + 20, NOW + 40)  # as after a restart
    assert titles(hook) == ["Alert 3", "Alert 1", "Alert 2"]
    assert len({headers["webhook-id"] for headers, _ in hook.got}) == 3
    assert (standing(channels).state, standing(channels).delivered, standing(channels).waiting) == (
        "ok",
        3,
        0,
    )


def test_a_new_channel_is_not_told_old_news(channels, hook):
    home.alert(channels, 1)
    home.hook(channels, hook.port)
    home.alert(channels, 2)
    home.run(home.courier(channels), NOW, NOW + 20)
    assert titles(hook) == ["Alert 2"]


def test_the_same_alert_judged_again_after_a_restart_is_told_once(channels, hook):
    home.hook(channels, hook.port)
    home.alert(channels, 1)
    home.alert(channels, 1)
    home.run(home.courier(channels), NOW, NOW + 20)
    assert titles(hook) == ["Alert 1"]


def test_one_that_is_only_logged_is_not_told(channels, hook):
    home.hook(channels, hook.port)
    home.alert(channels, 1, volume="log")
    home.alert(channels, 2, volume="digest")
    home.alert(channels, 3)
    home.run(home.courier(channels), NOW, NOW + 20)
    assert titles(hook) == ["Alert 3"]


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({}, ["Alert 2"]),
        ({"tells": "everything"}, ["Alert 1", "Alert 2"]),
        ({"tells": "everything", "severity": 3}, []),
        ({"tells": "week"}, []),
        ({"tells": "nothing"}, []),
    ],
)
def test_each_channel_is_told_what_it_asks_for(channels, hook, choices, told):
    home.hook(channels, hook.port, **choices)
    home.alert(channels, 1, volume="digest")
    home.alert(channels, 2)
    home.run(home.courier(channels), NOW, NOW + 20)
    assert titles(hook) == told


def test_a_failure_is_retried_with_growing_delays_and_the_order_is_kept(channels, hook):
    home.hook(channels, hook.port)
    hook.answers = [(503, {})] * 4
    home.alert(channels, 1, 2)
    courier, now, times = home.courier(channels), NOW, []
    while not hook.got:
        times.append(now)
        now = courier.step(now)
    delays = [later - before for before, later in pairwise(times)]
    assert [
        round(delay / base, 1) for delay, base in zip(delays, (2, 4, 8, 16), strict=True)
    ] == pytest.approx([1, 1, 1, 1], abs=0.26)
    home.run(courier, now, now + 20)
    assert titles(hook) == ["Alert 1", "Alert 2"]
    assert standing(channels).failing is None


def test_a_receiver_that_asks_for_time_is_given_it(channels, hook):
    home.hook(channels, hook.port)
    hook.answers = [(429, {"Retry-After": "300"})]
    home.alert(channels, 1)
    courier = home.courier(channels)
    assert courier.step(NOW) == pytest.approx(NOW + 300, abs=1)
    assert courier.step(NOW + 299) == pytest.approx(NOW + 300, abs=1)
    assert hook.got == []
    home.run(courier, NOW + 301, NOW + 310)
    assert titles(hook) == ["Alert 1"]


def test_what_was_cut_off_is_sent_again_under_the_same_key_and_says_so(channels, hook):
    home.hook(channels, hook.port)
    home.alert(channels, 1)
    outbox, courier = Outbox(channels.book), home.courier(channels)
    outbox.begin(
        outbox.consumer("hook"), outbox.waiting(outbox.consumer("hook"))[0].seq, NOW
    )  # then the plug is pulled
    home.run(courier, NOW, NOW + 10)
    assert "before" in hook.bodies[0]["text"]
    hook.answers = [("hang up", {})]  # takes it, and says nothing
    home.alert(channels, 2)
    home.run(courier, NOW + 10, NOW + 60)
    first, second = hook.got[1:]
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert standing(channels).waiting == 0


def test_after_a_plain_refusal_nothing_is_in_doubt(channels, hook):
    home.hook(channels, hook.port)
    hook.answers = [(503, {})]
    home.alert(channels, 1)
    home.run(home.courier(channels), NOW, NOW + 10)
    assert "before" not in hook.bodies[0]["text"]


def test_a_message_refused_as_such_lets_the_next_one_pass_and_is_counted(channels, hook):
    home.hook(channels, hook.port)
    hook.answers = [(400, {})] * 8
    home.alert(channels, 1, 2)
    home.run(home.courier(channels), NOW, NOW + 3600)
    assert titles(hook)[0] == "Alert 2"
    assert (standing(channels).given_up, standing(channels).state) == (1, "note")
    assert "1 given up" in standing(channels).text


def test_after_a_week_a_message_is_given_up(channels):
    home.hook(channels, free_port())
    home.alert(channels, 1)
    courier = home.courier(channels)
    courier.step(NOW)
    home.run(courier, NOW + GIVE_UP_S - 60, NOW + GIVE_UP_S + 900)
    assert standing(channels).given_up == 1
    assert "cannot be reached" in standing(channels).text


def test_an_outage_of_all_is_one_message_each_and_all_alerts_come_after_it_in_order(channels):
    ports = [free_port() for _ in range(3)]
    names = [home.hook(channels, port, f"hook {n}").name for n, port in enumerate(ports)]
    couriers = [home.courier(channels, name) for name in names]
    due = dict.fromkeys(range(3), NOW)
    told = 0
    while (n := min(due, key=due.__getitem__)) is not None and due[n] < NOW + 3600:
        if due[n] >= NOW + told * 120:  # thirty alerts in the hour
            home.alert(channels, told)
            told += 1
        due[n] = couriers[n].step(due[n])
    home.alert(channels, *range(told, 30))
    hooks = [Hook(port) for port in ports]
    try:
        for courier in couriers:
            home.run(courier, NOW + 3600, NOW + 3600 + 700)
        for hook in hooks:
            got = titles(hook)
            assert [one for one in got if one.startswith("Alert")] == [f"Alert {n}" for n in range(30)]
            assert len(got) == 31  # and one about the outage
            outage = next(body for body in hook.bodies if body.get("kind") == "outage")
            assert all(name in outage["text"] for name in names)
    finally:
        for hook in hooks:
            hook.stop()


def test_a_channel_that_works_hears_once_of_one_that_does_not(channels, hook):
    home.hook(channels, hook.port, "works")
    home.hook(channels, free_port(), "gone")
    home.alert(channels, 1)
    home.run(home.courier(channels, "gone"), NOW, NOW + 7200)
    home.run(home.courier(channels, "works"), NOW + 7200, NOW + 7260)
    assert len(hook.got) == 2
    assert "gone" in hook.bodies[1]["text"]


def test_quiet_hours_hold_back_what_may_wait_and_nothing_else(channels, hook):
    from appliance.store.settings import Settings  # noqa: PLC0415

    Settings(channels.book).set({"zone": "UTC"}, NOW)
    midnight = NOW // DAY_S * DAY_S
    home.hook(channels, hook.port, person="Anna")
    channels.set_quiet("Anna", [1, 2], (22 * 60, 7 * 60))
    home.alert(channels, 1)
    home.alert(channels, 2, severity=3)
    courier = home.courier(channels)
    home.run(courier, midnight + 23 * 3600, midnight + 30 * 3600)
    assert titles(hook) == ["Alert 2"]
    home.run(courier, midnight + 30 * 3600, midnight + 31 * 3600 + 60)
    assert titles(hook) == ["Alert 2", "Alert 1"]
    assert standing(channels).waiting == 0


def test_a_clock_that_was_ahead_holds_nothing_up(channels, hook):
    home.hook(channels, hook.port)
    home.alert(channels, 1)
    outbox = Outbox(channels.book)
    outbox.save(outbox.consumer("hook")._replace(due=NOW + 3 * 365 * DAY_S))
    home.run(home.courier(channels), NOW, NOW + 10)
    assert titles(hook) == ["Alert 1"]


def test_a_removed_channel_says_so(channels):
    home.hook(channels, 9)
    courier = home.courier(channels)
    channels.remove("hook")
    with pytest.raises(ChannelError, match="no channel is called"):
        courier.step(NOW)
    assert channels.secrets.of("hook") == {}


def test_a_full_outbox_is_counted(channels, hook, monkeypatch):
    monkeypatch.setattr("appliance.store.outbox.MAX_WAITING", 3)
    home.hook(channels, hook.port)
    home.alert(channels, *range(10))
    home.run(home.courier(channels), NOW, NOW + 20)
    assert titles(hook) == ["Alert 7", "Alert 8", "Alert 9"]
    assert standing(channels).dropped == 7


def test_what_is_forgotten_is_not_told(channels, hook):
    from appliance.store.writer import Writer  # noqa: PLC0415
    from tests.appliance import samples  # noqa: PLC0415

    home.hook(channels, hook.port)
    home.alert(channels, 1)
    writer = Writer(channels.book.path)
    writer.erase(samples.DOLL)
    writer.commit()
    writer.close()
    home.run(home.courier(channels), NOW, NOW + 20)
    assert hook.got == []
