"""`python -m ingest` and `citewell ingest`: what is printed where, exit codes, bad input of every kind."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.cli import main
from rag.store import Store

KEYS = ["source", "status", "document_id", "pages", "chunks", "warnings", "error", "locked", "seconds"]


@pytest.fixture
def ingest(tmp_path, monkeypatch, capfdbinary, packaged_readers):
    """Run the command in this process with the hashing embedder; returns code, stdout, stderr."""
    from tests.fakes import HashingEmbedder

    monkeypatch.setattr("rag.models.build.build_embedder", lambda settings: HashingEmbedder(max_tokens=256))
    monkeypatch.setattr(
        "rag.models.build._shared", dict(packaged_readers)
    )  # what else is built here is for nobody else

    def run(*arguments, library=tmp_path / "library"):
        with pytest.raises(SystemExit) as stop:
            main(["--library", str(library), "--workers", "1", *map(str, arguments)])
        captured = capfdbinary.readouterr()
        return stop.value.code or 0, captured.out.decode(), captured.err.decode()

    return run


def lines(out: str) -> dict[str, dict]:
    return {Path(json.loads(line)["source"]).name: json.loads(line) for line in out.splitlines()}


def test_json_is_one_object_a_file_and_nothing_else(ingest, folder):
    (folder / "a.txt").write_text("The tide turns at six.")
    (folder / "b.txt").touch()
    code, out, _ = ingest(folder, folder / "c.txt", "--json")
    results = lines(out)
    assert code == 1
    assert all(list(result) == KEYS for result in results.values())
    a, b, c = results["a.txt"], results["b.txt"], results["c.txt"]
    assert (a["status"], a["pages"], a["chunks"], a["warnings"], a["error"]) == ("added", 1, 1, [], None)
    assert a["seconds"] > 0
    assert (b["status"], b["document_id"], c["status"]) == ("failed", None, "failed")
    assert "empty" in b["error"]
    assert "no such file" in c["error"]


def test_a_name_with_a_newline_is_told_on_one_line(ingest, folder):
    (folder / "line\nbreak\x1b[31m.txt").write_text("The seahorse is called Leopold.")
    code, out, _ = ingest(folder)
    assert code == 0
    assert len(out.splitlines()) == 2
    assert "line⟨U+000A⟩break⟨U+001B⟩[31m.txt" in out
    _, out, _ = ingest(folder, "--json")
    assert json.loads(out)["source"].endswith("line⟨U+000A⟩break⟨U+001B⟩[31m.txt")


def test_people_get_a_line_a_file_and_a_summary(ingest, folder):
    (folder / "a.txt").write_text("The tide turns at six.")
    (folder / "b.txt").touch()
    code, out, _ = ingest(folder)
    assert code == 1
    assert f"added      {folder.resolve() / 'a.txt'}  (1 page, 1 chunk" in out
    assert "2 files: 1 added, 1 failed; 1 page, 1 chunk in" in out
    assert out.splitlines()[-1].startswith("2 files: ")  # what was told of each is still to be seen


def test_a_second_run_says_unchanged_and_leaves_with_0(ingest, folder):
    (folder / "a.txt").write_text("The tide turns at six.")
    assert ingest(folder)[0] == 0
    code, out, _ = ingest(folder, "--json")
    assert (code, lines(out)["a.txt"]["status"]) == (0, "unchanged")


def test_prune_removes_documents_whose_files_are_gone_under_the_given_folders_only(ingest, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for path in (folder / "stays.txt", folder / "goes.txt", other / "elsewhere.txt"):
        path.write_text(f"This is {path.name}.")
    ingest(folder, other)
    (folder / "goes.txt").unlink()
    (other / "elsewhere.txt").unlink()
    code, out, err = ingest(folder, "--prune", "--json")
    assert (code, list(lines(out))) == (0, ["stays.txt"])
    assert "goes.txt" in err
    with Store.open(tmp_path / "library") as store:
        assert {info.name for info in store.documents()} == {"elsewhere.txt", "stays.txt"}


def test_a_folder_that_is_not_there_prunes_nothing(ingest, folder, tmp_path):
    (folder / "a.txt").write_text("This stays.")
    ingest(folder)
    folder.rename(tmp_path / "unmounted")
    code, _, _ = ingest(folder, "--prune")
    assert code == 1
    with Store.open(tmp_path / "library") as store:
        assert [info.name for info in store.documents()] == ["a.txt"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "PATH"),
        (["a.txt", "--config", "nonsense"], "no preset 'nonsense'"),
        (["a.txt", "--set", "chunking.max_tokens=3"], "chunking.max_tokens"),
        (["a.txt", "--set", "chunking.maxtokens=30"], "did you mean 'chunking.max_tokens'"),
        (["a.txt", "--set", "nonsense"], "KEY=VALUE"),
        (["a.txt", "--workers", "0"], "workers"),
        (["a.txt", "--nonsense"], "nonsense"),
    ],
)
def test_wrong_use_leaves_with_2_and_says_why(ingest, arguments, says):
    code, out, err = ingest(*arguments)
    assert (code, out) == (2, "")
    assert says in err


def test_settings_come_from_set_and_the_environment(ingest, folder, monkeypatch):
    (folder / "a.txt").write_text("A sentence of seven words stands here. " * 40)
    monkeypatch.setenv("CITEWELL_CHUNKING__MAX_TOKENS", "16")
    many = lines(ingest(folder, "--json")[1])["a.txt"]["chunks"]
    few = lines(ingest(folder, "--json", "--set", "chunking.max_tokens=100", library=folder / "l")[1])
    assert many > 2 * few["a.txt"]["chunks"]


def test_bad_files_fail_one_by_one_with_a_reason(ingest, folder, tmp_path):
    make_bad_files(folder)
    (folder / "good.txt").write_text("The one good file.")
    code, out, _ = ingest(folder, "--json", "--set", "ingest.max_file_megabytes=1")
    results = lines(out)
    assert code == 1
    assert results.pop("good.txt")["status"] == "added"
    assert results.pop("renamed.pdf")["status"] == "added"  # kinds are told by content, not by name
    said = {name: result["error"] for name, result in results.items()}
    assert all(result["status"] == "failed" for result in results.values())
    assert "0 bytes" in said["empty.txt"]
    assert "password" in said["encrypted.pdf"]
    assert "no text" in said["scan.pdf"]
    assert "ingest.max_file_megabytes" in said["large.txt"]
    assert set(said) == {"empty.txt", "encrypted.pdf", "scan.pdf", "large.txt", "noise.bin", "cut.pdf"}
    with Store.open(tmp_path / "library") as store:
        assert all(check.ok for check in store.check())


def test_a_folder_without_documents(ingest, folder):
    code, out, _ = ingest(folder)
    assert (code, out.startswith("0 files: nothing to do")) == (0, True)
    assert ingest(folder, "--json")[:2] == (0, "")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_and_a_folder_that_may_not_be_read(ingest, folder):
    (folder / "secret.txt").write_text("Nobody reads this.")
    (folder / "secret.txt").chmod(0)
    (folder / "closed").mkdir(mode=0)
    code, out, _ = ingest(folder, "--json")
    (folder / "closed").chmod(0o700)
    errors = [result["error"] for result in lines(out).values()]
    assert code == 1
    assert len(errors) == 2
    assert all("Permission denied" in error for error in errors)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_file_that_cannot_be_read_says_so(ingest):
    code, out, _ = ingest("/proc/self/mem", "--json")
    (result,) = lines(out).values()
    assert (code, result["status"]) == (1, "failed")
    assert result["error"]


def test_help_needs_no_model():
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "--help"], capture_output=True, text=True, check=True
    )
    assert "--prune" in done.stdout
    heavy = {"torch", "numpy", "faiss", "pydantic", "rich.progress"}
    code = f"import sys, ingest.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_ctrl_c_keeps_what_is_done_and_says_so(folder, tmp_path):
    for number in range(400):
        (folder / f"{number:03}.txt").write_text(f"Note {number} tells of pump {number}. " * 20)
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", str(folder), "--library", str(tmp_path / "library"), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CITEWELL_INGEST__BATCH_CHUNKS": "1", "CITEWELL_EMBEDDER__BATCH_SIZE": "1"},
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    done = lines(first + out)
    assert process.returncode == 1
    assert 1 <= len(done) < 400
    assert "stopped, with" in err
    assert "Traceback" not in err
    with Store.open(tmp_path / "library") as store:
        assert {info.name for info in store.documents()} >= set(done)
        assert all(check.ok for check in store.check())


def make_bad_files(folder: Path) -> None:
    from io import BytesIO

    from pypdf import PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    (folder / "empty.txt").touch()
    (folder / "renamed.pdf").write_text("A text that someone gave the name of a PDF.")
    (folder / "large.txt").write_text("A very long text. " * 80_000)
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 40)
    pdf = BytesIO()
    canvas = Canvas(pdf)
    canvas.drawString(72, 720, "A page of a PDF that is whole.")
    canvas.save()
    (folder / "cut.pdf").write_bytes(pdf.getvalue()[:300])
    writer = PdfWriter(clone_from=PdfReader(pdf))
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(folder / "encrypted.pdf")
    scan = Canvas(str(folder / "scan.pdf"))
    scan.rect(72, 72, 300, 300, fill=1)
    scan.save()


def make_protected_files(folder: Path) -> None:
    """A PDF that `apricot` opens, and a Word document that `quince` opens."""
    import docx
    from msoffcrypto.format.ooxml import OOXMLFile
    from pypdf import PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(folder / "plan.pdf"))
    canvas.drawString(72, 700, "The vault closes at nine.")
    canvas.save()
    writer = PdfWriter(clone_from=folder / "plan.pdf")
    writer.encrypt("apricot", "owner", algorithm="AES-256")
    writer.write(folder / "plan.pdf")
    plain, document = io.BytesIO(), docx.Document()
    document.add_paragraph("The vault opens at seven.")
    document.save(plain)
    with (folder / "rules.docx").open("wb") as sink:
        OOXMLFile(plain).encrypt("quince", sink)


def test_protected_files_are_opened_with_passwords_that_nobody_keeps(ingest, folder, tmp_path):
    make_protected_files(folder)
    locked = lines(ingest(folder, "--json")[1])
    assert all(result["locked"] and "--password" in result["error"] for result in locked.values())
    wrong = lines(ingest(folder, "--json", "--password", "medlar")[1])
    assert all(result["locked"] and "does not open it" in result["error"] for result in wrong.values())
    assert "medlar" not in str(wrong)
    code, out, err = ingest(folder, "--json", "--password", "quince", "--password", "apricot")
    assert code == 0
    assert {result["status"] for result in lines(out).values()} == {"added"}
    with Store.open(tmp_path / "library") as store:
        texts = {info.name: store.document(info.document_id).text for info in store.documents()}
        assert texts == {"plan.pdf": "The vault closes at nine.", "rules.docx": "The vault opens at seven."}
        assert all(check.ok for check in store.check())
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(word in kept or word.decode() in out + err for word in (b"quince", b"apricot"))
    code, out, _ = ingest(folder, "--json")
    assert {result["status"] for result in lines(out).values()} == {"unchanged"}


def test_an_error_and_the_name_in_it_are_told_once(ingest, folder):
    (folder / "good.txt").write_text("The tide turns at six.")
    (folder / "empty.txt").touch()
    code, out, err = ingest(folder, folder / "nothere.txt")
    assert code == 1
    for name in ("empty.txt", "nothere.txt"):
        assert (out + err).count(name) == 1
    assert "3 files: 1 added, 2 failed" in out


def test_after_many_files_the_errors_are_told_again(ingest, folder):
    for number in range(25):
        (folder / f"{number}.txt").write_text(f"The tide turns at {number}.")
    (folder / "empty.txt").touch()
    _, out, _ = ingest(folder)
    assert out.count("empty.txt") == 2
    assert out.splitlines()[-1].startswith("  failed: ")
