"""Weights from a hub: a server of the test that redirects, breaks off, and lies as real ones may."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rag.errors import ConfigurationError, ModelError, ModelNotFoundError
from rag.models import downloads
from rag.models.downloads import fetch
from rag.models.offered import OfferedModel, models_folder, offered_model, offered_models
from tests.http_servers import dripping

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CONTENT = b"GGUF" + bytes(range(256)) * 20_000
MODEL = OfferedModel(
    name="tiny",
    says="for tests",
    repository="owner/tiny-GGUF",
    revision="0123456789abcdef0123456789abcdef01234567",
    file="tiny-Q4_K_M.gguf",
    bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="Apache-2.0",
    licence_at="https://licence.example",
)
PATH = f"/{MODEL.repository}/resolve/{MODEL.revision}/{MODEL.file}"
CDN = "/cdn/some/blob"


class Hub(ThreadingHTTPServer):
    """Redirects to its CDN, which serves `content` in ranges and breaks off after the bytes in `breaks`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.content = CONTENT
        self.tells_length = self.takes_ranges = True
        self.breaks: list[int] = []
        self.busy = 0
        self.leads_to = CDN
        self.asked: list[tuple[str, str | None]] = []

    def handle_error(self, *_: Any) -> None:
        """Whoever has seen enough hangs up."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        hub = self.server
        wanted = self.headers.get("Range")
        hub.asked.append((self.path, wanted))
        if hub.busy:
            hub.busy -= 1
            self._head(503, {"Content-Length": "0"})
        elif self.path == PATH:
            etag = f'"{hashlib.sha256(hub.content).hexdigest()}"'
            self._head(302, {"Location": hub.leads_to, "X-Linked-ETag": etag, "Content-Length": "0"})
        elif self.path == CDN:
            self._content(wanted)
        else:
            self._head(404, {"Content-Length": "0"})

    def _content(self, wanted: str | None) -> None:
        hub, first = self.server, 0
        told: dict[str, str] = {}
        if wanted and hub.takes_ranges:
            first = int(wanted.removeprefix("bytes=").removesuffix("-"))
            told["Content-Range"] = f"bytes {first}-{len(hub.content) - 1}/{len(hub.content)}"
        rest = hub.content[first:]
        if hub.tells_length:
            told["Content-Length"] = str(len(rest))
        self._head(206 if "Content-Range" in told else 200, told)
        self.wfile.write(rest[: hub.breaks.pop(0)] if hub.breaks else rest)

    def _head(self, status: int, told: dict[str, str]) -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        monkeypatch.setattr(downloads, "_SPARE", 0)
        yield server
        server.shutdown()


def fetched(folder: Path, model: OfferedModel = MODEL, progress: Callable[[int], None] | None = None) -> Path:
    return fetch(model, folder, progress, pause_seconds=0.0)


def test_a_file_comes_over_a_redirect_and_is_checked(hub: Hub, tmp_path: Path) -> None:
    done: list[int] = []
    path = fetched(tmp_path / "new" / "folder", progress=done.append)
    assert path == tmp_path / "new" / "folder" / MODEL.file
    assert path.read_bytes() == CONTENT
    assert done == sorted(done)
    assert done[-1] == len(CONTENT)
    assert [path for path, _ in hub.asked] == [PATH, CDN]
    assert fetched(path.parent) == path  # is there, and only checked
    assert len(hub.asked) == 2


def test_a_connection_that_breaks_is_gone_on_with(hub: Hub, tmp_path: Path) -> None:
    hub.breaks = [1_500_000, 0, 2_000_000]
    assert fetched(tmp_path).read_bytes() == CONTENT
    ranges = [wanted for path, wanted in hub.asked if path == CDN]
    assert ranges == [None, "bytes=1500000-", "bytes=1500000-", "bytes=3500000-"]
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_call_goes_on_where_the_last_one_ended(hub: Hub, tmp_path: Path) -> None:
    hub.breaks = [1_500_000, *[0] * 5]
    with pytest.raises(
        ModelError, match=r"1,500,000 of 5,120,004 bytes are there: run the same command again"
    ):
        fetched(tmp_path)
    assert not (tmp_path / MODEL.file).exists()
    hub.asked.clear()
    done: list[int] = []
    assert fetched(tmp_path, progress=done.append).read_bytes() == CONTENT
    assert hub.asked == [(PATH, "bytes=1500000-"), (CDN, "bytes=1500000-")]
    assert done[0] == 1_500_000


@pytest.mark.parametrize("breaks", [[900_000, 1_800_000] * 20, [1] * 20], ids=["to and fro", "drops"])
def test_a_server_that_gets_nowhere_is_left(hub: Hub, tmp_path: Path, breaks: list[int]) -> None:
    hub.takes_ranges = len(set(breaks)) == 1
    hub.breaks = breaks
    with pytest.raises(ModelError, match="run the same command again"):
        fetched(tmp_path)
    assert len(hub.breaks) > 10


def test_a_server_without_ranges_is_begun_with_anew(hub: Hub, tmp_path: Path) -> None:
    hub.takes_ranges = False
    (tmp_path / f"{MODEL.file}.part").write_bytes(CONTENT[:700_000])
    assert fetched(tmp_path).read_bytes() == CONTENT


def test_a_busy_server_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.busy = 3
    assert fetched(tmp_path).read_bytes() == CONTENT
    hub.busy = 99
    (tmp_path / MODEL.file).unlink()
    hub.asked.clear()
    with pytest.raises(ModelError, match="HTTP 503"):
        fetched(tmp_path)
    assert len(hub.asked) == 5


def test_what_was_fetched_whole_is_only_checked(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / f"{MODEL.file}.part").write_bytes(CONTENT)
    assert fetched(tmp_path).read_bytes() == CONTENT
    assert hub.asked == []


@pytest.mark.parametrize("left", [b"", b"x" * 700_000], ids=["whole", "rest"])
def test_other_bytes_are_not_used(hub: Hub, tmp_path: Path, left: bytes) -> None:
    part = tmp_path / f"{MODEL.file}.part"
    part.write_bytes(left)
    if not left:
        hub.content = CONTENT[:-1] + b"!"
    with pytest.raises(
        ModelError, match=rf"has SHA-256 [0-9a-f]{{12}}…, not {MODEL.sha256[:12]}…: it was deleted"
    ):
        fetched(tmp_path)
    assert not part.exists()
    assert not (tmp_path / MODEL.file).exists()
    hub.content = CONTENT
    assert fetched(tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("tells_length", [True, False])
@pytest.mark.parametrize("there", [0, 700_000, len(CONTENT) + 9])
def test_a_file_that_grows_beyond_its_size_is_not_read(
    hub: Hub, tmp_path: Path, tells_length: bool, there: int
) -> None:
    hub.content = CONTENT + b"more" * 1_000_000
    hub.tells_length = tells_length
    part = tmp_path / f"{MODEL.file}.part"
    part.write_bytes(hub.content[:there])
    with pytest.raises(ModelError, match=r"has (9,120,004|more than its 5,120,004) bytes"):
        fetched(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f".{MODEL.file}.lock"]


def test_a_file_that_ends_early_without_a_length_is_asked_for_again(hub: Hub, tmp_path: Path) -> None:
    hub.tells_length = False
    hub.breaks = [700_000]
    assert fetched(tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("leads_to", "says"),
    [
        ("http://elsewhere.example/blob", "sends on to http://elsewhere.example, which is not https"),
        ("ftp://127.0.0.1/blob", "which is not https"),
        ("file:///etc/passwd", "which is not https"),
        ("https://[elsewhere/blob", "what is no address"),
        ("https://elsewhere.example:port/blob", "could not be fetched .*Invalid port"),
        (PATH, "leads from one place to the next"),
        ("/nothing", r"refuses tiny-Q4_K_M\.gguf \(HTTP 404\)"),
    ],
)
def test_redirects_go_to_safe_places_only(hub: Hub, tmp_path: Path, leads_to: str, says: str) -> None:
    hub.leads_to = leads_to
    with pytest.raises(ModelError, match=says):
        fetched(tmp_path)
    assert len(hub.asked) <= 5


def test_a_full_disk_is_told_before_anything_is_fetched(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=len(CONTENT) - 700_001)
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda folder: usage)  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match=r"needs 0\.0 GB in .*, and 0\.0 GB are free: make room"):
        fetched(tmp_path)
    assert hub.asked == []
    (tmp_path / f"{MODEL.file}.part").write_bytes(CONTENT[:700_001])  # what is there needs no room
    assert fetched(tmp_path).read_bytes() == CONTENT


def test_folders_that_cannot_be_written_and_files_of_that_name(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelError, match=r"cannot be written into .*name another folder \(--folder\)"):
        fetched(tmp_path / "file")
    (tmp_path / MODEL.file).write_bytes(b"another model")
    with pytest.raises(ModelError, match="move it away, and fetch again"):
        fetched(tmp_path)
    assert (tmp_path / MODEL.file).read_bytes() == b"another model"


def test_a_link_in_the_place_of_what_was_begun_is_not_written_through(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"mine")
    (tmp_path / f"{MODEL.file}.part").symlink_to(tmp_path / "precious")
    assert fetched(tmp_path).read_bytes() == CONTENT
    assert (tmp_path / "precious").read_bytes() == b"mine"


def test_one_process_fetches_a_file_at_a_time(hub: Hub, tmp_path: Path) -> None:
    with (
        FileLock(tmp_path / f".{MODEL.file}.lock", is_singleton=False),
        pytest.raises(ModelError, match="another process is fetching"),
    ):
        fetched(tmp_path)
    assert hub.asked == []


def test_a_head_that_drips_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "_HEAD_SECONDS", 0.2)
    with dripping() as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(ModelError, match="did not end in time"):
            fetched(tmp_path)


def test_a_hub_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(
        ModelError, match=r"could not be fetched from 127\.0\.0\.1.*0 of 5,120,004 bytes are there"
    ):
        fetched(tmp_path)


def test_a_mirror_is_reached_by_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert MODEL.address == f"https://huggingface.co{PATH}"
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    assert MODEL.address == f"https://mirror.example{PATH}"
    for hub in ("http://mirror.example", "mirror.example", "ftp://127.0.0.1"):
        monkeypatch.setenv("HF_ENDPOINT", hub)
        with pytest.raises(ConfigurationError, match="HF_ENDPOINT"):
            _ = MODEL.address


@pytest.mark.parametrize(
    "wrong",
    [
        {"repository": "../.."},
        {"repository": "owner/.."},
        {"repository": "./tiny"},
        {"file": "../tiny.gguf"},
        {"file": ".tiny.gguf"},
        {"file": "a/b.gguf"},
        {"file": "tiny.gguf\n"},
        {"file": "tiny.safetensors"},
        {"repository": "owner/../tiny"},
        {"repository": "owner/x?y"},
        {"revision": "main"},
        {"sha256": "ab"},
        {"sha256": "Z" * 64},
    ],
)
def test_names_that_are_no_names_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"data/models\.toml: .* of 'tiny' is not accepted"):
        replace(MODEL, **wrong)


def test_what_is_offered_may_be_used_and_is_pinned() -> None:
    models = offered_models()
    assert {model.licence for model in models.values()} <= {"Apache-2.0", "MIT"}
    assert all(model.licence_at.startswith("https://") and model.bytes > 1e9 for model in models.values())
    assert len({model.sha256 for model in models.values()}) == len(models)
    assert [name for name in models if name.startswith(("qwen2.5-7b", "qwen3-4b"))] == [
        "qwen3-4b",
        "qwen2.5-7b",
    ]
    with pytest.raises(ModelNotFoundError, match="choose one of granite-4-micro, qwen3-4b, qwen2"):
        offered_model("gpt-9")


def test_the_folder_of_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert models_folder(None) == tmp_path / "citewell" / "models"
    monkeypatch.delenv("XDG_DATA_HOME")
    assert models_folder(None) == Path.home() / ".local" / "share" / "citewell" / "models"
    assert models_folder(Path("~/gguf")) == Path.home() / "gguf"
