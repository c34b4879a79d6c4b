"""Sink: InfluxDB 2 and what speaks its write API, through influxdb-client. It only writes."""

from __future__ import annotations

import time
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from appliance.delivery.faults import of_network, of_status, seconds
from appliance.delivery.message import CA_FIELD, Batch, DeliveryError, Field, Settings

KIND: Final = "influxdb"
TITLE: Final = "InfluxDB"
SETTINGS: Final = (
    Field("url", "text", False, "Its address, such as http://192.168.1.10:8086"),
    Field("token", "text", True, "A token that may write to the bucket, and nothing else"),
    Field("org", "text", False, "The organisation the bucket belongs to"),
    Field("bucket", "text", False, "The bucket to write to"),
    Field(
        "names",
        "choice",
        False,
        "Whether devices are tagged by the names you gave them, or by number",
        "no",
        ("no", "yes"),
    ),
    Field("backfill_days", "number", False, "Days before now to copy as well, as far as they are kept", "0"),
    CA_FIELD,
)

TIMEOUT_MS: Final = 20_000
"""For connecting and each read; the whole delivery has its own deadline."""

CHECK: Final = "tattlebox_check"
"""Measurement of the one point that `check` writes."""


_NETWORK: Final = ("builtins", "socket", "ssl", "http.client")
"""Where the exceptions come from that say what happened."""


def check(settings: Settings) -> None:
    """Write one point, which needs the very right the sink needs. Raises DeliveryError."""
    send(Batch("check", f"{CHECK} value=1i {int(time.time())}"), settings)


def send(batch: Batch, settings: Settings) -> None:
    """Write a batch of points. Raises DeliveryError."""
    from influxdb_client.client.influxdb_client import InfluxDBClient  # noqa: PLC0415 - 7 MB, only where it is used
    from influxdb_client.client.write_api import SYNCHRONOUS  # noqa: PLC0415
    from influxdb_client.domain.write_precision import WritePrecision  # noqa: PLC0415
    from influxdb_client.rest import ApiException  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    host = urlsplit(settings["url"]).hostname
    if not host or not settings["url"].startswith(("http://", "https://")):
        raise DeliveryError("the address is no http:// or https:// address", None, "settings")
    client = InfluxDBClient(
        url=settings["url"],
        token=settings["token"],
        org=settings["org"],
        timeout=(TIMEOUT_MS, TIMEOUT_MS),
        enable_gzip=True,
        ssl_ca_cert=settings["ca"] or None,
        retries=False,
    )
    precision: Any = WritePrecision.S  # declared as an object, and is a text
    try:
        client.write_api(write_options=SYNCHRONOUS).write(
            bucket=settings["bucket"], record=batch.lines, write_precision=precision
        )
    except ApiException as error:
        fault = _of_answer(error, host, settings) if error.status else _of_way(error, host)
        raise fault from error
    except (HTTPError, OSError) as error:
        raise _of_way(error, host) from error
    finally:
        client.close()  # type: ignore[no-untyped-call]


def _of_answer(error: Exception, host: str, settings: Settings) -> DeliveryError:
    """Return what a status other than 204 means."""
    status = int(getattr(error, "status", 0) or 0)
    headers = getattr(error, "headers", None) or {}
    wait = headers.get("Retry-After")
    if status == 404:
        return DeliveryError(
            f"{host} knows no bucket {settings['bucket']} in the organisation {settings['org']} (HTTP 404): "
            "check both, and that the token may write there",
            seconds(wait),
            "settings",
        )
    return of_status(status, host, wait)


def _of_way(error: BaseException, host: str) -> DeliveryError:
    """Return what was met on the way: the client's and urllib3's exceptions wrap those of the network."""
    known: BaseException | None = error
    while known is not None:
        if isinstance(known, OSError | HTTPException) and type(known).__module__ in _NETWORK:
            return of_network(known, host)
        inner = known.args[-1] if known.args and isinstance(known.args[-1], BaseException) else None
        known = known.__cause__ or inner or known.__context__
    if "timed out" in str(error):
        return DeliveryError(f"{host} does not answer in time", None, "slow")
    return of_network(OSError(), host)
