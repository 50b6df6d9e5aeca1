"""mbox files and Maildir folders: each message a document that stays itself, and goes when it is gone."""

from __future__ import annotations

import mailbox
import threading
import tracemalloc
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.files import FoundFile
from ingest.sources import Asking
from ingest.sources.mailboxes import Mailbox, is_mailbox
from rag.store import Store
from tests.ingest.sources.conftest import Fetch, online


def message(subject: str, text: str, message_id: str | None = None) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "ada@example.org", "bob@example.org", subject
    made["Date"] = "Mon, 02 Jun 2025 10:00:00 +0200"
    made["Message-ID"] = message_id or f"<{subject}@example.org>"
    made.set_content(text)
    return made


def with_messages(path: Path, *messages: EmailMessage, maildir: bool = False) -> Path:
    box = mailbox.Maildir(path) if maildir else mailbox.mbox(path)
    for one in messages:
        box.add(one)
    box.close()
    return path


ROOF, PIER = message("roof", "The roof is done."), message("pier", "The pier is closed.\n\nFrom Monday on.")


@pytest.mark.parametrize("maildir", [False, True])
def test_each_message_is_a_document_that_goes_with_it(
    maildir: bool, tmp_path: Path, fetch: Fetch, store: Store
) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    path = with_messages(folder / "all", ROOF, PIER, maildir=maildir)
    roof, pier = f"{path.resolve()}/roof@example.org", f"{path.resolve()}/pier@example.org"
    assert fetch(folder) == {roof: "added", pier: "added"}
    assert [(info.title, info.media_type) for info in store.documents()] == [
        ("pier", "message/rfc822"),
        ("roof", "message/rfc822"),
    ]
    assert "From Monday on." in store.text(store.resolve(pier).document_id)
    quay = message("quay", "The quay is new.")
    box = with_messages(path, quay, maildir=maildir)
    assert fetch(path) == {roof: "unchanged", pier: "unchanged", f"{box.resolve()}/quay@example.org": "added"}
    opened = mailbox.Maildir(path) if maildir else mailbox.mbox(path)
    opened.remove(next(key for key, one in opened.items() if one["Subject"] == "pier"))
    opened.close()
    assert fetch(folder, prune=False).keys() == {roof, f"{path.resolve()}/quay@example.org"}
    assert len(store.documents()) == 3
    assert fetch(folder)[pier] == "gone"
    assert [info.title for info in store.documents()] == ["quay", "roof"]


def test_a_mail_folder_that_vanished_takes_its_messages_along(tmp_path: Path, fetch: Fetch) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    path = with_messages(folder / "all.mbox", ROOF)
    fetch(folder)
    path.unlink()
    assert fetch(folder) == {f"{path.resolve()}/roof@example.org": "gone"}


def test_a_message_stays_itself_when_it_is_read_or_moved_within_its_maildir(
    tmp_path: Path, fetch: Fetch
) -> None:
    path = with_messages(tmp_path / "Maildir", ROOF, maildir=True)
    roof = f"{path.resolve()}/roof@example.org"
    assert fetch(path) == {roof: "added"}
    (new,) = (path / "new").iterdir()
    new.rename(path / "cur" / f"{new.name}:2,RS")
    assert fetch(path) == {roof: "unchanged"}


def test_folders_inside_a_maildir_are_read_and_its_other_files_are_not(tmp_path: Path, fetch: Fetch) -> None:
    path = with_messages(tmp_path / "Maildir", ROOF, maildir=True)
    with_messages(path / ".Sent", PIER, maildir=True)
    (path / "dovecot.index.log").write_text("no mail")
    (path / "cur" / "link").symlink_to("/etc/hostname")
    root = path.resolve()
    assert fetch(tmp_path) == {f"{root}/roof@example.org": "added", f"{root}/.Sent/pier@example.org": "added"}
    assert set(fetch(tmp_path).values()) == {"unchanged"}


def test_names_of_messages(tmp_path: Path, fetch: Fetch, store: Store) -> None:
    same = [message("one", "The first.", "<x@y>"), message("two", "The second.", "<x@y>")]
    nameless = message("three", "The third.")
    del nameless["Message-ID"]
    path = with_messages(tmp_path / "box", *same, nameless)
    with path.open("ab") as file:
        file.write(
            b"From a@b Mon Jun  2 10:00:00 2025\nSubject: four\nMessage-ID: <../../etc/\x1b[31m@y>\n\n4th\n"
        )
    told = fetch(path)
    names = [source.removeprefix(f"{path.resolve()}/") for source in told]
    assert set(told.values()) == {"added"}
    assert {"x@y", "x@y (2)", ".._.._etc_[31m@y"} < set(names)
    assert fetch(path) == dict.fromkeys(told, "unchanged")  # with the same names
    assert store.resolve("x@y (2)").title == "two"


def test_many_messages_of_one_name_are_numbered_without_counting_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0

    def counted(*given: object) -> FoundFile:
        nonlocal made
        made += 1
        return FoundFile(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("ingest.sources.mailboxes.FoundFile", counted)
    path = with_messages(tmp_path / "box", *[message("same", "x")] * 50)
    asking = Asking(online(), None, threading.Event())  # type: ignore[arg-type]
    found = list(Mailbox(FoundFile(path, "box"), asking).files(tmp_path))
    assert [file.source for file in found][-2:] == ["box/same@example.org (49)", "box/same@example.org (50)"]
    assert made == 50


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"\nFrom a@b Mon Jun  2 10:00:00 2025\nSubject: quay\n\nNew.\n"]
)
def test_an_mbox_that_is_being_written_loses_nothing(
    text: bytes, tmp_path: Path, fetch: Fetch, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    path = with_messages(folder / "box", ROOF, PIER)
    fetch(folder)
    whole = path.read_bytes()
    path.write_bytes(text)
    fetch(folder)
    assert {"roof", "pier"} <= {info.title for info in store.documents()}
    path.write_bytes(whole[: whole.index(b"From ", 9)])
    plain = Mailbox._message

    def writing(self: Mailbox, saved: Path, size: int) -> FoundFile | None:
        path.write_bytes(whole)
        return plain(self, saved, size)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Mailbox, "_message", writing)
        fetch(folder)
    assert {"roof", "pier"} <= {info.title for info in store.documents()}


def test_what_its_reader_has_deleted_is_passed_over(tmp_path: Path, fetch: Fetch) -> None:
    deleted = message("pier", "The pier is closed.")
    deleted["X-Mozilla-Status"] = "0009"
    sent = message("quay", "A sender may write that, too.")
    sent["X-Mozilla-Status"] = "0009"
    deleted["X-Mozilla-Keys"] = ""
    path = with_messages(tmp_path / "Inbox", ROOF, deleted, sent)
    assert fetch(path) == {f"{path.resolve()}/{name}@example.org": "added" for name in ("roof", "quay")}


def test_attachments_come_with_their_message(tmp_path: Path, fetch: Fetch, store: Store) -> None:
    made = message("prices", "See the table.")
    made.add_attachment(
        b"item,price,unit\nslate,12,piece\n", maintype="text", subtype="csv", filename="p.csv"
    )
    fetch(with_messages(tmp_path / "box", made))
    (info,) = store.documents()
    assert "slate" in store.text(info.document_id)


def test_a_mailbox_of_once_one_document_gives_way_to_its_messages(
    tmp_path: Path, fetch: Fetch, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_messages(tmp_path / "all.mbox", ROOF, PIER)
    with monkeypatch.context() as before:
        before.setattr("ingest.sources.mailboxes.is_mailbox", lambda path: False)
        assert fetch(path, prune=False) == {str(path.resolve()): "added"}
    assert fetch(tmp_path / "*.mbox", prune=False).keys() == {
        f"{path.resolve()}/{name}@example.org" for name in ("roof", "pier")
    }
    path.rename(tmp_path / "library" / "x.mbox")  # out of sight
    (tmp_path / "library" / "x.mbox").rename(path)
    assert fetch(tmp_path)[str(path.resolve())] == "gone"
    assert len(store.documents()) == 2


def test_limits(tmp_path: Path, fetch: Fetch) -> None:
    large = message("large", "x " * 20_000)
    few = online(messages=2)
    few = few.model_copy(update={"ingest": few.ingest.model_copy(update={"max_file_megabytes": 0.01})})
    path = with_messages(tmp_path / "box", ROOF)
    fetch(path)
    with_messages(path, large, PIER)
    told = fetch(path, settings=few)
    assert told.pop(f"{path.resolve()}/roof@example.org") == "unchanged"
    assert "ingest.max_file_megabytes" in told.pop(f"{path.resolve()}/large@example.org")
    assert "more than 2 messages (sources.messages)" in told.pop(str(path.resolve()))
    assert told == {}


def test_a_large_mbox_of_endless_lines_is_not_held_in_memory(tmp_path: Path) -> None:
    class Nobody:
        settings = online()
        file_bytes = 1_000_000
        stop = type("Never", (), {"is_set": staticmethod(lambda: False)})
        held = staticmethod(lambda prefix: [])

    path = tmp_path / "box"
    with path.open("wb") as file:
        for number in range(3):
            file.write(b"From a@b Mon Jun  2 10:00:00 2025\nFrom: a@b\nSubject: %d\n\n" % number)
            for _ in range(20):
                file.write(b"x" * 1_000_000)
            file.write(b"\n\n")
    tracemalloc.start()
    try:
        found = list(Mailbox(FoundFile(path, "box"), Nobody()).files(tmp_path))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found) == 3
    assert all("20.0 MB" in file.error for file in found)
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("letter.txt", "From Anna, written in 2019\nDear Bob: hello"),
        ("letter.txt", "From Anna, in 2019\n\nSubject: hello"),
        ("saved.eml", "From a@b Mon Jun  2 10:00:00 2025\nFrom: a@b\n\nhello"),
        ("empty", ""),
    ],
)
def test_what_is_no_mailbox(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert not is_mailbox(tmp_path / name)
