"""docs/sources.md: its commands and its code do what it says, on a site, a bucket and mail here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.models.reader import Reader
from rag.settings import SourceSettings
from rag.store import Store
from tests.fakes import HashingEmbedder
from tests.ingest.sources.test_buckets import bucket, endpoint, keys  # noqa: F401 - fixtures
from tests.ingest.sources.test_mailboxes import PIER, ROOF, with_messages
from tests.sites import Site, serving, sitemap
from ui.cli import main

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "sources.md").read_text("utf-8")
COMMANDS = [
    line for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The reader's home, where the commands run; one for all tests, so that they share parsing processes."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.chdir(home)
        yield home


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packaged_readers: dict[str, Reader]
) -> Iterator[Site]:
    """A site in the place of that of the page, for a library of its own."""
    for name, value in {
        "CITEWELL_LIBRARY": str(tmp_path / "library"),
        "CITEWELL_INGEST__WORKERS": "1",
        "CITEWELL_SOURCES__PRIVATE_HOSTS": '["127.0.0.1"]',
        "CITEWELL_SOURCES__DELAY_SECONDS": "0",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("rag.models.build.build_embedder", lambda settings: HashingEmbedder(max_tokens=256))
    monkeypatch.setattr("rag.models.build._shared", dict(packaged_readers))
    with serving() as site:
        page = site.html("/manual.html", "The tide turns at six.")
        site.pages["/sitemap.xml"] = sitemap(page)
        yield site


def run(beginning: str, site: Site) -> list[str]:
    """Run the commands of the page that begin so; the names of what is in the library then."""
    commands = [command for command in COMMANDS if command.startswith(beginning)]
    assert commands
    for command in commands:
        words = command.replace("https://docs.example.org", site.address).split()[1:]
        with pytest.raises(SystemExit) as stop:
            main([os.path.expanduser(word) for word in words])  # as a shell does
        assert not stop.value.code
    with Store.open(Path(os.environ["CITEWELL_LIBRARY"])) as store:
        return sorted(info.name for info in store.documents())


def test_pages_and_sitemaps(site: Site) -> None:
    assert run("citewell ingest https", site) == ["manual.html"]


def test_mail(site: Site) -> None:
    Path("Mail").mkdir()
    with_messages(Path("Mail/archive.mbox"), ROOF)
    with_messages(Path("Maildir"), PIER, maildir=True)
    assert run("citewell ingest ~/Mail", site) == ["pier@example.org", "roof@example.org"]


def test_a_bucket(site: Site, request: pytest.FixtureRequest) -> None:
    there = request.getfixturevalue("bucket")
    told = {name for command in COMMANDS for name in re.findall(r"\bAWS_\w+", command)}
    assert told == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"}  # the fixture sets them
    there.meta.client.create_bucket(Bucket="reports")
    there.meta.client.put_object(Bucket="reports", Key="2026/may.txt", Body=b"The tide turns at six.")
    assert run("citewell ingest s3:", site) == ["may.txt"]


def test_a_followed_folder(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.watching.changes_in", lambda *_: iter(()))
    folder = Path("Documents/contracts")
    folder.mkdir(parents=True)
    (folder / "lease.txt").write_text("The lease begins on 1 May.")
    assert run("citewell watch", site) == ["lease.txt"]


def test_the_code(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code.replace("https://docs.example.org", site.address), {})
    assert capsys.readouterr().out == f"added {site.address}/manual.html \n"
    del site.pages["/manual.html"]
    exec(code.replace("https://docs.example.org", site.address), {})
    assert capsys.readouterr().out == f"removed {site.address}/manual.html\n"


def test_every_setting_of_sources_is_told() -> None:
    assert [name for name in SourceSettings.model_fields if f"sources.{name}" not in PAGE] == []
