"""Grids as files and fields, pictures on transparent or nearly white paper, labels that read Markdown."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image, ImageDraw, ImageFont

from ingest.ocr import OcrReader
from rag.answering import typed_values
from rag.answering.typed_values import Piece, one_of_value
from rag.errors import UsageError
from rag.grid import AskedColumn, Cell, asked_columns, grid_csv, grid_xlsx, read_columns
from rag.grid.filling import Row
from rag.schema import Verdict
from rag.settings import load_settings
from ui.app.escaping import label

COLUMN = [AskedColumn("tenant", "Who is the tenant?")]


def row(told: str, source: str = "mill.txt") -> Row:
    cell = Cell(told, told, next(iter(Verdict)), 0.9)
    document: Any = SimpleNamespace(source=source, name=source, document_id="d")
    return Row(document, {"tenant": cell})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a ZIP that broke off
@pytest.mark.parametrize("sign", ["\ufffe", "\uffff", "\ud800"], ids=ascii)
def test_no_name_of_a_file_keeps_the_workbook_from_being_written(sign: str) -> None:
    """XML takes neither U+FFFE, U+FFFF nor halves of characters, file systems and uploads all of them."""
    made = grid_xlsx(COLUMN, [row("Ines Okafor", f"barn{sign}.txt"), row("Nils Berg")])
    sheet = load_workbook(io.BytesIO(made)).active
    assert sheet is not None
    assert [line[1].value for line in sheet.iter_rows(min_row=2)] == ["Ines Okafor", "Nils Berg"]


@pytest.mark.parametrize("sign", "＝＋－＠")
def test_full_width_signs_begin_formulas_as_well(sign: str) -> None:
    """OWASP, "CSV injection": spreadsheets in East Asian locales take them for the plain ones."""
    line = grid_csv(COLUMN, [row(f"{sign}1+1")]).splitlines()[1]
    assert line.split(",")[1] == f"'{sign}1+1"


def test_a_file_of_questions_is_not_read_far_past_what_a_grid_has(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    one = asked_columns._column

    def counted(*given: Any) -> AskedColumn:
        nonlocal read
        read += 1
        return one(*given)

    monkeypatch.setattr(asked_columns, "_column", counted)
    with pytest.raises(UsageError):
        read_columns("".join(f"Who is tenant {number}?\n" for number in range(20_000)), "mine.txt")
    assert read <= 1_000


def test_choices_cost_in_step_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each choice that a quote says is held against each other one; nothing stops a cell meanwhile."""
    calls = 0
    words = typed_values.words

    def counted(text: str) -> Any:
        nonlocal calls
        calls += 1
        return words(text)

    monkeypatch.setattr(typed_values, "words", counted)
    said = [f"w{number}" for number in range(60)]
    choices = [" ".join(said[i:j]) for i in range(60) for j in range(i + 1, 61)][:400]
    text = " ".join(said)
    one_of_value(choices, [Piece(text, 0, len(text))], "en")
    assert calls <= 20 * len(choices)


@pytest.mark.parametrize("count", [100_000])
def test_no_column_has_more_choices_than_a_request_has_values(count: int) -> None:
    import json

    line = json.dumps({"question": "b", "choices": [f"c{number}" for number in range(count)]})
    with pytest.raises(UsageError):
        read_columns(f"a?\n{line}", "mine.jsonl")


@pytest.mark.parametrize("text", ["a -> b", "a <- b", "x >= 3", "x <= 3", "a -- b", "a :streamlit: b"])
def test_no_label_holds_what_streamlit_draws_as_something_else(text: str) -> None:
    """Its plugins look for these in text that is read already, where no sign is escaped any more."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("gfm-like", {"linkify": False}).parseInline(label(text))[0].children or []
    read = "".join(token.content for token in tokens)
    assert not any(sign in read for sign in (" -> ", " <- ", " >= ", " <= ", " -- ", ":streamlit:"))


RENT, SECRET = "The rent of the barn is 900 euros.", "The secret price of the barn is 12345."


@pytest.fixture
def reader() -> OcrReader:
    pytest.importorskip("rapidocr")
    return OcrReader(load_settings(environment={}).ingest)


def drawn(reader: OcrReader, picture: Image.Image) -> str:
    read = reader.read(picture)
    assert read is not None
    return read.text


@pytest.mark.parametrize("grey", [240, 236])
def test_ocr_reads_no_letters_that_differ_from_their_paper_by_twenty_or_less(
    reader: OcrReader, grey: int
) -> None:
    """`ingest.loaders.visible.LEAST_DIFFERENCE`, which every other format keeps to."""
    picture = Image.new("RGB", (1000, 300), "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(28)
    pen.text((30, 30), RENT, "black", font)
    pen.text((30, 120), SECRET, (grey, grey, grey), font)
    text = drawn(reader, picture)
    assert "900" in text
    assert "12345" not in text


def test_white_letters_on_nothing_do_not_take_the_place_of_black_ones(reader: OcrReader) -> None:
    """Whoever looks at the picture on a white page sees the black line, and not that the rest is there."""
    picture = Image.new("RGBA", (1000, 400), (255, 255, 255, 0))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(28)
    pen.text((30, 30), RENT, (0, 0, 0, 255), font)
    for number in range(4):
        pen.text((30, 100 + 60 * number), SECRET, (255, 255, 255, 255), font)
    assert "900" in drawn(reader, picture)


def test_steps_of_sixteen_bits_that_no_screen_shows_are_not_read(reader: OcrReader) -> None:
    """Values of 65,000 to 65,003 of 65,535 are one white; stretched to 0 to 255 they are black on white."""
    import numpy as np

    page = Image.new("L", (1000, 200), 255)
    ImageDraw.Draw(page).text((30, 30), SECRET, 0, ImageFont.load_default(28))
    deep = (65_000 + np.asarray(page).astype(np.uint16) // 64).astype(np.uint16)
    assert "12345" not in drawn(reader, Image.fromarray(deep))


def test_a_conversation_that_another_session_deleted_breaks_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people have the same list before them; the second one's click finds nothing any more."""
    from rag.errors import NotFoundError
    from ui.app.components import conversation_list

    def gone(*_: Any, **__: Any) -> Any:
        raise NotFoundError("no conversation")

    talk = SimpleNamespace(conversation_id=None)
    kept = SimpleNamespace(conversation=talk, opened=None, asking=None, deleted=None)
    monkeypatch.setattr(conversation_list, "session", lambda: kept)
    monkeypatch.setattr(conversation_list.st, "session_state", {"title": "another"})
    ways = ("turns", "delete_conversation", "change_conversation", "restore_conversation")
    library: Any = SimpleNamespace(store=SimpleNamespace(**dict.fromkeys(ways, gone)))
    item: Any = SimpleNamespace(conversation_id="gone", title="It")
    conversation_list._load(library, "gone")
    conversation_list._rename(library, "gone", "title")
    conversation_list._pin(library, "gone", True)
    conversation_list._delete(library, item)
    conversation_list._restore(library, "gone")
    assert kept.conversation is talk
