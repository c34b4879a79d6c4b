"""Where files lie: an object store that speaks S3, or a folder. The same few verbs for both."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from minio import Minio
from minio.error import S3Error
from urllib3 import PoolManager, Retry, Timeout


class Shelf(Protocol):
    """Files by name; names are paths with slashes."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all."""

    def get(self, name: str) -> bytes:
        """Return a file. Raises KeyError when there is none of this name."""

    def names(self, prefix: str) -> Iterator[str]:
        """Yield the names that begin so, in order."""

    def remove(self, name: str) -> None:
        """Take a file away; nothing happens when there is none."""


def open_shelf(place: str, access: str = "", secret: str = "") -> Shelf:
    """Return the shelf at a place: "s3://HOST:PORT/BUCKET" (s3+tls:// for HTTPS) or a folder."""
    parts = urlsplit(place)
    if parts.scheme in {"s3", "s3+tls"}:
        return Bucket(parts.netloc, parts.path.strip("/"), access, secret, tls=parts.scheme == "s3+tls")
    return Folder(Path(place))


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, name: str, data: bytes) -> None:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_bytes(data)
        part.replace(target)

    def get(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            raise KeyError(name) from None

    def names(self, prefix: str) -> Iterator[str]:
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if path.is_file() and name.startswith(prefix) and path.suffix != ".part":
                yield name

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)


class Bucket:
    """A bucket of an object store that speaks S3."""

    def __init__(self, host: str, bucket: str, access: str, secret: str, *, tls: bool) -> None:
        pool = PoolManager(timeout=Timeout(connect=5, read=30), retries=Retry(total=3, backoff_factor=0.5))
        self._client = Minio(
            host, access_key=access or None, secret_key=secret or None, secure=tls, http_client=pool
        )
        self._bucket = bucket
        if not self._client.bucket_exists(bucket):
            self._client.make_bucket(bucket)

    def put(self, name: str, data: bytes) -> None:
        self._client.put_object(self._bucket, name, BytesIO(data), len(data))

    def get(self, name: str) -> bytes:
        try:
            answer = self._client.get_object(self._bucket, name)
        except S3Error as error:
            if error.code == "NoSuchKey":
                raise KeyError(name) from None
            raise
        try:
            return bytes(answer.read())
        finally:
            answer.close()
            answer.release_conn()

    def names(self, prefix: str) -> Iterator[str]:
        for item in self._client.list_objects(self._bucket, prefix=prefix, recursive=True):
            yield str(item.object_name)

    def remove(self, name: str) -> None:
        self._client.remove_object(self._bucket, name)
