"""Grids are filled once: what is kept is not asked again, a changed document refills its row only."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from rag.errors import NotFoundError, StoreError
from rag.grid import Grid, Row, filling, read_columns, row_json
from rag.library import Library
from rag.schema import Verdict
from rag.settings import load_settings
from rag.store import Store, stored_cells
from rag.store.stored_cells import GridCells
from tests.fakes import HashingEmbedder, add_to_store, document

COLUMNS = read_columns(
    '{"column": "rent", "question": "How much is the rent of the mill?", "type": "number"}\n'
    '{"column": "tenant", "question": "Who is the tenant of the mill?"}\n',
    "mine",
)


def mill(rent: int, tenant: str, name: str) -> Any:
    return document(f"The rent of the mill is {rent} euros. The tenant of the mill is {tenant}.", name)


@pytest.fixture
def library(store: Store, embedder: HashingEmbedder) -> Library:
    add_to_store(store, mill(900, "Ines Okafor", "a.txt"), embedder)
    add_to_store(store, mill(750, "Ruta Halvorsen", "b.txt"), embedder)
    settings = load_settings(overrides={"answering": {"abstain_below": 0.0}}, environment={})
    return Library(store, settings, embedder)


def filled(library: Library, columns: Any = COLUMNS, **options: Any) -> tuple[list[Row], int]:
    """The rows, and how many cells were asked for them."""
    before = len(library.runs(1_000))
    rows = list(Grid(library, columns).fill(**options))
    return rows, len(library.runs(1_000)) - before


def test_each_cell_is_asked_of_its_document_alone_and_cites_it(library: Library) -> None:
    rows, asked = filled(library)
    assert asked == 4
    assert [(row.document.source, row.cells["rent"].value) for row in rows] == [
        ("a.txt", 900),
        ("b.txt", 750),
    ]
    for row in rows:
        text = library.text(row.document.document_id)
        citations = [citation for cell in row.cells.values() for citation in cell.citations]
        assert citations
        assert {citation.document_id for citation in citations} == {row.document.document_id}
        assert all(text[c.start : c.end] == c.quote for c in citations)
    assert "Ruta Halvorsen" in rows[1].cells["tenant"].told


def test_a_second_run_asks_nothing_and_tells_the_same(library: Library) -> None:
    first, _ = filled(library)
    counted: list[tuple[int, int]] = []
    again, asked = filled(library, progress=lambda done, total: counted.append((done, total)))
    assert (asked, counted) == (0, [(4, 4)])
    assert [row_json(row) for row in again] == [row_json(row) for row in first]
    assert [row_json(row) for row in Grid(library, COLUMNS).kept()] == [row_json(row) for row in first]


def test_a_changed_document_refills_its_row_only(library: Library, embedder: HashingEmbedder) -> None:
    filled(library)
    add_to_store(library.store, mill(800, "Ruta Halvorsen", "b.txt"), embedder)
    add_to_store(library.store, mill(600, "Nils Berg", "c.txt"), embedder)
    rows, asked = filled(library)
    assert asked == 4  # two of b.txt, two of c.txt
    assert [row.cells["rent"].value for row in rows] == [900, 800, 600]
    library.remove(["a.txt", "b.txt"])
    with sqlite3.connect(library.store.path / "catalog.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM grid_cells").fetchone() == (2,)
    connection.close()


def test_another_type_or_setting_is_another_cell(library: Library) -> None:
    filled(library)
    texts = [type(column)(column.name, column.question) for column in COLUMNS]
    rows, asked = filled(library, texts)
    assert asked == 2  # the tenant was a text before
    assert rows[0].cells["rent"].value is None
    other = library.settings.answering.model_copy(update={"max_sentences": 1})
    assert filled(library.answering(other))[1] == 4


def test_all_is_asked_again_where_that_is_wanted_or_answers_are_not_kept(library: Library) -> None:
    filled(library)
    assert filled(library, again=True)[1] == 4
    other = library.settings.answering.model_copy(update={"cache": False})
    assert filled(library.answering(other))[1] == 4


def test_a_grid_leaves_the_answers_that_people_got(library: Library) -> None:
    answer = library.ask("Who is the tenant of the mill?")
    filled(library)
    assert library.ask("Who is the tenant of the mill?").run_id == answer.run_id


def test_after_a_stop_the_rest_is_filled_the_next_time(library: Library) -> None:
    stop = threading.Event()

    def progress(done: int, total: int) -> None:
        if done == 1:
            stop.set()

    rows, _ = filled(library, stop=stop, progress=progress)
    done = sum(len(row.cells) for row in rows)
    assert 1 <= done < 4
    rows, asked = filled(library)
    assert asked == 4 - done
    assert all(len(row.cells) == 2 for row in rows)


def test_a_cell_that_fails_stops_no_other_and_is_asked_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = GridCells.keep

    def fails(cells: GridCells, key: bytes, document_id: str, cell: str) -> None:
        if "Ines" in cell:
            raise StoreError("the disk is full")
        keep(cells, key, document_id, cell)

    monkeypatch.setattr(GridCells, "keep", fails)
    first, second = filled(library)[0]
    assert (first.error, second.error) == ("the disk is full", "")
    assert first.cells["tenant"].verdict is Verdict.NOT_FOUND
    assert row_json(first)["error"] == "the disk is full"
    monkeypatch.undo()
    (first, _), asked = filled(library)
    assert (first.error, asked) == ("", 1)


def test_a_cell_that_was_damaged_is_filled_again(library: Library) -> None:
    filled(library)
    with sqlite3.connect(library.store.path / "catalog.sqlite") as connection:
        connection.execute("UPDATE grid_cells SET cell = '{}' WHERE id = 1")
    connection.close()
    assert filled(library)[1] == 1


def test_the_oldest_cells_make_room(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_cells, "_MOST", 3)
    filled(library)
    assert sum(len(row.cells) for row in Grid(library, COLUMNS).kept()) == 3


def test_only_some_documents_are_asked_by_any_of_their_names(library: Library) -> None:
    (row,) = Grid(library, COLUMNS, ["b.txt"]).fill()
    assert row.document.source == "b.txt"
    with pytest.raises(NotFoundError):
        Grid(library, COLUMNS, ["nowhere.txt"])


def test_grids_that_overlap_give_the_threads_back() -> None:
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(limits=2):
        before = threads()
        filling._SINGLE.__enter__()
        filling._SINGLE.__enter__()  # another grid, which ends last
        assert threads() == {1}
        filling._SINGLE.__exit__(None, None, None)
        assert threads() == {1}
        filling._SINGLE.__exit__(None, None, None)
        assert threads() == before
