"""A pipe, a socket, a link or a folder where a library has a file: told or mended, never waited for."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.store import UPLOADS
from tests.attacks.test_library import filled

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of POSIX")

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 250
"""After so many, the process that uses all the libraries hangs."""

_USE = """
import contextlib, io, sys
from pathlib import Path
from rag.child_process import limit_memory
from rag.errors import CitewellError
from rag.store import Store
from tests.attacks.test_library import stored, used, written
from ui.app.evaluating import Evaluations
from ui.cli import main
from ui.cli.calibrate import write_calibration

def command(*words):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        main([*words])

def changed(library):
    with Store.open(library) as store:
        stored(store, "number 0 again", original)
        written(store, "one more")
        store.remove_documents([store.documents()[0].document_id])
        store.create_conversation("another")
        store.publish()
        store.rebuild()

def kept_by_the_app(library):
    kept = Evaluations(library / "evaluations")
    for evaluation in kept.all():
        kept.judged(evaluation.evaluation_id)

uses = [
    used,
    lambda library: command("list", "--library", str(library)),
    lambda library: command("check", "--library", str(library)),
    changed,
    kept_by_the_app,
    lambda library: write_calibration(library / "calibration.json", {"about": "nothing"}),
]
original = Path(sys.argv[1])
limit_memory(4_000)
for library in map(Path, sys.stdin.read().splitlines()):
    for number, use in enumerate(uses):
        print(library.name, number, flush=True)
        with contextlib.suppress(CitewellError):
            use(library)
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with all that the command line and the app ever put into one."""
    library = filled(tmp_path_factory.mktemp("whole") / "library")
    (library / "evaluations").mkdir()
    kept = {"evaluation_id": "20250101-000000-000", "name": "a", "started_at": "2025", "questions": 1}
    (library / "evaluations" / "20250101-000000-000.json").write_text(json.dumps(kept))
    for ending in ("judged", "questions"):
        (library / "evaluations" / f"20250101-000000-000.{ending}.jsonl").write_text("")
    (library / UPLOADS).mkdir()
    (library / "calibration.json").write_text("{}")
    return library


def places(library: Path) -> list[Path]:
    """Every file of a library, and those that come and go."""
    [first, *_] = sorted((library / "files").iterdir())
    passing = ["catalog.sqlite-journal", "catalog.sqlite-wal", "catalog.sqlite-shm", "calibration.json.part"]
    passing += [f"files/{first.name}.copy", "files/0.pending", f"{UPLOADS}/a.pdf", "index/a.faiss.0.tmp"]
    passing += [f"calibration.json.{'0' * 32}.tmp", "citewell-temporary-0", "index/citewell-temporary-0"]
    passing += ["index/0.json", "index/lexical/0.segment", "index/publish.lock", "index/lexical/publish.lock"]
    passing += ["evaluations/0.json", "reserve", "files/stray"]
    there = [path.relative_to(library) for path in library.rglob("*") if path.is_file()]
    return sorted({*there, *map(Path, passing)})


def _socket(path: Path, outside: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # an address has 108 bytes at most
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name)
    os.chdir(before)


def _full_folder(path: Path, outside: Path) -> None:
    (path / "inner").mkdir(parents=True)


KINDS: dict[str, Callable[[Path, Path], None]] = {
    "a pipe": lambda path, outside: os.mkfifo(path),
    "a socket": _socket,
    "a link to a pipe": lambda path, outside: path.symlink_to(outside / "pipe"),
    "a link to a device": lambda path, outside: path.symlink_to("/dev/zero"),
    "a link to a file": lambda path, outside: path.symlink_to(outside / "precious.txt"),
    "a link to nothing": lambda path, outside: path.symlink_to(outside / "new.txt"),
    "a link to itself": lambda path, outside: path.symlink_to(path),
    "a folder": _full_folder,
}


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "precious.txt").write_text("keep me")
    (folder / "precious.txt").chmod(0o644)
    os.mkfifo(folder / "pipe")
    yield folder
    assert sorted(path.name for path in folder.iterdir()) == ["pipe", "precious.txt"]
    assert (folder / "precious.txt").read_text() == "keep me"
    assert (folder / "precious.txt").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "share",
    [
        pytest.param(slice(0, None, 7), id="some"),  # 7 and the 8 kinds: each place and kind now and then
        *(pytest.param(slice(n, None, 2), id=f"half {n}", marks=pytest.mark.slow) for n in (0, 1)),
    ],
)
def test_something_else_in_the_place_of_any_file(
    share: slice, whole: Path, tmp_path: Path, outside: Path
) -> None:
    libraries = []
    for place, kind in list(itertools.product(places(whole), KINDS))[share]:
        name = f"{kind} as {place}".replace("/", "+")
        library = Path(shutil.copytree(whole, tmp_path / name))
        (library / place).unlink(missing_ok=True)
        KINDS[kind](library / place, outside)
        libraries.append(library)
    original = tmp_path / "0.source"
    original.write_text("number 0 again")
    try:
        ended = subprocess.run(
            [sys.executable, "-c", _USE, str(original)],
            input="\n".join(map(str, libraries)),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as hung:
        told = (hung.stdout or b"").decode().splitlines()
        pytest.fail(f"hangs: {told[-1] if told else 'at the start'}")
    assert ended.stdout.endswith("done\n"), (ended.stdout.splitlines()[-1:], ended.stderr[-2_000:])
    assert "Traceback" not in ended.stderr


_ASK = """
import sys
from pathlib import Path
from rag.child_process import limit_memory
from rag.errors import ConfigurationError
from rag.library import Library
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder

limit_memory(4_000)
with Store.open(Path(sys.argv[1])) as store:
    for cache in (False, True):
        for path in sys.argv[2:]:
            print(path, flush=True)
            answering = {"calibration": path, "cache": cache}
            settings = load_settings(overrides={"answering": answering}, environment={})
            try:
                Library(store, settings, HashingEmbedder()).ask("What is number 3?")
            except ConfigurationError as error:
                assert path in str(error)
            else:
                raise AssertionError(f"{path} was taken")
"""


def test_something_else_in_the_place_of_a_calibration(whole: Path, tmp_path: Path, outside: Path) -> None:
    paths = [tmp_path / f"{number}.json" for number in range(len(KINDS))]
    for path, put in zip(paths, KINDS.values(), strict=True):
        put(path, outside)
    (tmp_path / "nested.json").write_text("[" * 100_000)
    library = shutil.copytree(whole, tmp_path / "library")
    ended = subprocess.run(
        [sys.executable, "-c", _ASK, str(library), *map(str, paths), str(tmp_path / "nested.json")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, (ended.stdout.splitlines()[-1:], ended.stderr[-2_000:])
