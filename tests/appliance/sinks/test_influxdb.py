"""The sink's way to its server: faults in sentences without the token; a real server takes the points."""

import json
import shutil
import ssl
import subprocess
import time
import urllib.request

import pytest

from appliance.cli import main
from appliance.delivery.message import Batch, DeliveryError, filled
from appliance.sinks import SINKS, influxdb
from tests.appliance.notify import home
from tests.appliance.notify.receivers import Silent, certificate, free_port, wait_for
from tests.appliance.sinks.made import TOKEN, Strict, settings

POINT = "tattlebox_traffic,device=d-1,party=Voice flows=1i,bytes_up=2i,bytes_down=3i 1740000000"


@pytest.fixture
def server():
    strict = Strict()
    yield strict
    strict.stop()


def fault(given):
    with pytest.raises(DeliveryError) as caught:
        influxdb.send(Batch("k", POINT), filled(influxdb.SETTINGS, given))
    assert TOKEN not in str(caught.value)
    return caught.value


def test_a_batch_is_written_and_twice_is_once(server):
    for _ in range(2):
        influxdb.send(Batch("k", POINT), filled(influxdb.SETTINGS, settings(server.port)))
    assert (server.flows(), server.writes) == (1, 2)


@pytest.mark.parametrize(
    ("wrong", "sort", "says"),
    [
        ({"token": "another"}, "token", "refuses the token"),
        ({"bucket": "dolls"}, "settings", "knows no bucket dolls in the organisation home"),
        ({"org": "school"}, "settings", "organisation school"),
        ({"url": "127.0.0.1:8086"}, "settings", "no http"),
        ({"url": "http://no-such-host.invalid:8086"}, "unreachable", "is not known"),
    ],
)
def test_what_was_set_wrong_is_named(server, wrong, sort, says):
    found = fault(settings(server.port) | wrong)
    assert found.fault == sort
    assert says in found.reason


@pytest.mark.parametrize(
    ("answer", "sort", "wait"),
    [
        ((429, {"Retry-After": "120"}), "busy", 120),
        ((503, {}), "busy", None),
        ((400, {}), "refused", None),
        ((302, {"Location": "/"}), "settings", None),
        (("hang up", {}), "dropped", None),
    ],
)
def test_each_answer_is_a_sort_of_fault(server, answer, sort, wait):
    server.answers = [answer]
    found = fault(settings(server.port))
    assert (found.fault, found.retry_after_s) == (sort, wait)


def test_one_that_is_not_there_hangs_up_or_answers_for_ever(server, monkeypatch):
    assert fault(settings(free_port())).fault == "unreachable"
    silent = Silent()
    assert fault(settings(silent.port)).fault == "dropped"
    silent.shutdown()
    silent.server_close()
    monkeypatch.setattr(influxdb, "TIMEOUT_MS", 300)
    server.check = lambda *_: time.sleep(1.5) or 204
    assert fault(settings(server.port)).fault == "slow"


def test_certificates_are_checked(tmp_path):
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = Strict(tls=context)
    try:
        given = settings(server.port, url=f"https://localhost:{server.port}")
        found = fault(given)
        assert found.fault == "certificate"
        influxdb.send(Batch("k", POINT), filled(influxdb.SETTINGS, given | {"ca": str(cert)}))
        assert server.flows() == 1
    finally:
        server.stop()


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.KIND)
def test_a_sink_has_its_heading(sink):
    from tests.test_docs import ROOT  # noqa: PLC0415

    assert f"## `{sink.KIND}`" in (ROOT / "docs" / "sinks.md").read_text()


def test_setting_up_tries_to_write_and_says_what_is_wrong(server, tmp_path, capsys):
    home.make(tmp_path)
    (tmp_path / "token").write_text("another\n")
    command = ["sink", "add", "influxdb", "db", "--store", str(tmp_path / "home.db")]
    for name, value in {**settings(server.port), "token": f"@{tmp_path}/token"}.items():
        command += ["--set", f"{name}={value}"]
    assert main(command) == 1
    assert "nothing was set up" in capsys.readouterr().err
    (tmp_path / "token").write_text(TOKEN)
    assert main(command) == 0
    assert main(["sink", "test", "db", "--store", str(tmp_path / "home.db")]) == 0
    assert len(server.points) >= 1


@pytest.mark.skipif(shutil.which("victoria-metrics") is None, reason="victoria-metrics is not installed")
def test_a_real_server_holds_the_points(tmp_path):
    port = free_port()
    command = ["victoria-metrics", f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={tmp_path}/vm"]
    command += ["-dedup.minScrapeInterval=1ms", "-search.latencyOffset=0s", "-retentionPeriod=100y"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            batch, given = Batch("k", POINT), filled(influxdb.SETTINGS, settings(port))
            wait_for(lambda: _taken(batch, given), 30)
            influxdb.send(batch, given)
            wait_for(lambda: _stored(port) == [[2]], 30)
        finally:
            server.kill()


def _taken(batch, given):
    try:
        influxdb.send(batch, given)
    except DeliveryError as error:
        assert error.fault in ("unreachable", "busy"), error
        return False
    return True


def _stored(port):
    query = "match[]=tattlebox_traffic_bytes_up&start=1739999999&end=1740000001"
    with urllib.request.urlopen(
        f"http://127.0.0.1:{port}/api/v1/export?{query}&reduce_mem_usage=0"
    ) as answer:
        return [json.loads(line)["values"] for line in answer.read().splitlines()]
