"""Buckets of a real S3 server (moto): what comes in, what is fetched again, what goes, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rag.errors import ConfigurationError, UsageError
from rag.store import Store
from tests.fakes import zipped
from tests.ingest.sources.conftest import Fetch, online

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

SECRET = "a-secret-of-the-environment"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module", autouse=True)
def keys(endpoint: str) -> Iterator[None]:
    """The environment that leads to the server; one for all tests, so that they share parsing processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", "ada")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield


@pytest.fixture
def bucket(keys: None) -> Iterator[Any]:
    """An empty bucket called `tides`."""
    import boto3

    made = boto3.resource("s3").create_bucket(Bucket="tides")
    yield made
    made.objects.all().delete()
    made.delete()
    made.meta.client.close()


def put(bucket: Any, **files: str | bytes) -> None:
    for name, text in files.items():
        key = name.replace("__", "/").replace("_", ".")
        bucket.put_object(Key=key, Body=text.encode() if isinstance(text, str) else text)


def test_objects_are_documents_and_go_when_they_are_gone(
    bucket: Any, fetch: Fetch, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        bucket,
        docs__a_txt="The tide turns at six.",
        docs__deep__b_md="# Pier\n\nIt is closed.",
        other_txt="No.",
    )
    a, b = "s3://tides/docs/a.txt", "s3://tides/docs/deep/b.md"
    assert fetch("s3://tides/docs/") == {a: "added", b: "added"}
    assert store.text(store.resolve("b.md").document_id).startswith("Pier")
    put(bucket, docs__a_txt="The tide turns at seven.")
    with monkeypatch.context() as only:  # what is unchanged is not fetched
        only.setattr("s3fs.S3FileSystem.open", opened_only("tides/docs/a.txt"))
        assert fetch("s3://tides/docs") == {a: "updated", b: "unchanged"}
    bucket.Object("docs/a.txt").delete()
    assert fetch("s3://tides/docs", prune=False) == {b: "unchanged"}
    assert fetch("s3://tides") == {"s3://tides/other.txt": "added", b: "unchanged", a: "gone"}
    assert fetch("s3://tides/other.txt") == {"s3://tides/other.txt": "unchanged"}
    assert SECRET not in repr(store.documents())


def opened_only(key: str) -> Any:
    from s3fs import S3FileSystem

    plain = S3FileSystem.open

    def opened(self: Any, path: str, *more: Any, **named: Any) -> Any:
        assert path == key
        return plain(self, path, *more, **named)

    return opened


def test_what_is_passed_over_and_what_is_unpacked(bucket: Any, fetch: Fetch) -> None:
    put(bucket, in__a_txt="Tide.", **{"in__.hidden__b_txt": "No.", "in__.c": "No.", "in__": b""})
    put(bucket, in__all_zip=zipped({"d.txt": "Pier."}))
    told = {"s3://tides/in/a.txt": "added", "s3://tides/in/all.zip/d.txt": "added"}
    assert fetch("s3://tides/in") == told
    assert fetch("s3://tides/in") == dict.fromkeys(told, "unchanged")
    few = online()
    few = few.model_copy(update={"ingest": few.ingest.model_copy(update={"max_file_megabytes": 0.0001})})
    assert "larger than" in fetch("s3://tides/in", settings=few)["s3://tides/in/all.zip"]
    assert fetch("s3://tides/in") == dict.fromkeys(told, "unchanged")  # what lies in it has stayed
    bucket.Object("in/all.zip").delete()
    assert fetch("s3://tides/in")["s3://tides/in/all.zip/d.txt"] == "gone"


def test_limits(bucket: Any, fetch: Fetch) -> None:
    put(bucket, b_txt="Tide.")
    fetch("s3://tides")
    put(bucket, a_txt="x " * 20_000)
    few = online(objects=2)
    few = few.model_copy(update={"ingest": few.ingest.model_copy(update={"max_file_megabytes": 0.01})})
    told = fetch("s3://tides", settings=few)
    assert "larger than 0.01 MB" in told["s3://tides/a.txt"]
    assert told["s3://tides/b.txt"] == "unchanged"
    put(bucket, c_txt="One more.")
    assert "more than 2 objects" in fetch("s3://tides", settings=few)["s3://tides"]


def test_a_bucket_that_is_empty_or_not_there_takes_nothing_along(
    bucket: Any, fetch: Fetch, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, a_txt="Tide.")
    fetch("s3://tides")
    bucket.objects.all().delete()
    assert fetch("s3://tides") == {"s3://tides": "s3://tides holds nothing"}
    assert "cannot be listed" in fetch("s3://no-such-bucket")["s3://no-such-bucket"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    told = fetch("s3://tides")["s3://tides"]
    assert "cannot be listed" in told
    assert SECRET not in told
    assert len(store.documents()) == 1


@pytest.mark.parametrize(
    "address", ["s3://", "s3:///", "s3://tides::file:///etc", "memory://x", "file:///etc"]
)
def test_other_addresses_are_refused(address: str, fetch: Fetch) -> None:
    with pytest.raises(UsageError):
        fetch(address)


def test_another_kind_is_read_where_a_setting_allows_it(fetch: Fetch) -> None:
    import fsspec

    with fsspec.filesystem("memory").open("/shelf/a.txt", "wb") as file:
        file.write(b"The tide turns at six.")
    assert fetch("memory://shelf", settings=online(schemes=["memory"])) == {"memory:///shelf/a.txt": "added"}
    with pytest.raises(ConfigurationError, match=r"citewell\[sources\]"):
        fetch("gcs://shelf", settings=online(schemes=["gcs"]))
