"""SQL over the tables of a library's documents: read-only, bounded, and every row with its citations."""

from __future__ import annotations

import difflib
import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

from rag.child_process import cause, command, environment
from rag.errors import QueryError
from rag.places import place_of
from rag.queries.names import DIVIDER, document_names
from rag.queries.query_tables import ReadTable, read_tables
from rag.reading import CitationBook
from rag.schema import Citation, QueryResult, QueryRow, QueryTable, ResultColumn
from rag.store import Store

__all__ = ["LONGEST_STATEMENT", "list_tables", "run_query"]

LONGEST_STATEMENT: Final = 10_000
"""Characters."""
_MOST_ROWS: Final = 1_000
_MOST_CITED: Final = 2_000
"""Cells of one result: each is looked up in its document."""
_SECONDS: Final = 10.0
_GRACE: Final = 5.0
"""Seconds over that until the process is ended that does not stop by itself, and for it to start."""
_MEGABYTES: Final = 256
_LONGEST_RESULT: Final = 20_000_000
"""Characters that a process may tell."""
_RUNNING: Final = threading.BoundedSemaphore(2)
"""Statements at a time: each may take memory of its own."""
_NUMBERS: Final = re.compile(r"([0-9]{1,9}):([0-9]{1,9})")
_PASSED_ON: Final = ("PYTHONPATH", "PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "LANG")


def list_tables(store: Store, documents: Sequence[str] | None = None) -> list[QueryTable]:
    """The tables of all documents, or of those of some ids, in the order of the documents' sources."""
    names = {document_id: name for name, document_id in document_names(store.documents()).items()}
    return [
        table.told
        for info in store.documents()
        if documents is None or info.document_id in documents
        for table in read_tables(store, info, names[info.document_id])
    ]


def run_query(store: Store, statement: str, seconds: float = _SECONDS) -> QueryResult:
    """The rows that one SELECT finds in the tables that `list_tables` names, at most a thousand.

    It runs in a process of its own that holds these tables alone: 256 MB, no file, no network.

    Raises:
        QueryError: it is no such statement, takes too long or too much, or is wrong; with DuckDB's message.
    """
    if len(statement) > LONGEST_STATEMENT:
        raise QueryError(f"a statement may have {LONGEST_STATEMENT:,} characters, not {len(statement):,}")
    brief = {"statement": statement, "seconds": seconds, "megabytes": _MEGABYTES, "rows": _MOST_ROWS}
    with _RUNNING, _process(seconds) as ask:
        tables = _named(store, ask(brief)["tables"])
        told = ask([_handed(name, table) for name, table in tables.items()])
    return _result(store, statement, told, tables)


@contextmanager
def _process(seconds: float) -> Iterator[Callable[[Any], dict[str, Any]]]:
    """A process for one statement, which is ended with it or when an answer of it takes too long."""
    own = environment()
    process = subprocess.Popen(
        command("rag.queries.query_process"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: own[name] for name in _PASSED_ON if name in own},
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        yield lambda told: _asked(process, told, seconds)
    except (BrokenPipeError, EOFError):
        raise QueryError(
            f"the statement was stopped ({cause(process.wait())}): too long or too much memory, ask for less"
        ) from None
    finally:
        process.kill()
        with suppress(BrokenPipeError):  # what it was not told any more
            process.communicate()


def _asked(process: subprocess.Popen[str], told: Any, seconds: float) -> dict[str, Any]:
    """What the process says to what it is told."""
    assert process.stdin is not None
    assert process.stdout is not None
    ending = threading.Timer(seconds + _GRACE, process.kill)
    ending.start()
    try:
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.flush()
        line = process.stdout.readline(_LONGEST_RESULT)
    finally:
        ending.cancel()
    if not line:
        raise EOFError
    if not line.endswith("\n"):
        raise QueryError("the result is too long to be told: ask for fewer rows or columns")
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise QueryError(answer["error"])
    return answer


def _named(store: Store, names: Sequence[str]) -> dict[str, ReadTable]:
    """The tables of some names; only the documents are read to which they belong.

    Raises:
        QueryError: there is no table of a name.
    """
    documents = store.documents()
    by_name, by_id = document_names(documents), {info.document_id: info for info in documents}
    found: dict[str, ReadTable] = {}
    read: dict[str, dict[str, ReadTable]] = {}
    for name in names:
        own = name.lower()
        document = own.split(DIVIDER)[0]
        if document not in by_name:
            raise _unknown(name, list(by_name))
        if document not in read:
            tables = read_tables(store, by_id[by_name[document]], document)
            read[document] = {table.told.name: table for table in tables}
        if own not in read[document]:
            raise _unknown(name, list(read[document]))
        found[name] = read[document][own]
    return found


def _unknown(name: str, known: Sequence[str]) -> QueryError:
    near = difflib.get_close_matches(name.lower(), known, 3, 0.5) or list(known[:3])
    told = f" (near: {', '.join(near)})" if near else ""
    return QueryError(f"there is no table {name[:80]!r}{told}: `citewell tables` shows what there is")


def _handed(name: str, table: ReadTable) -> dict[str, Any]:
    columns = [(column.name, column.type) for column in table.told.columns]
    values = list(map(list, zip(*table.rows, strict=True))) if table.rows else [[] for _ in columns]
    return {"name": name, "columns": columns, "values": values}


def _result(
    store: Store, statement: str, told: Mapping[str, Any], tables: Mapping[str, ReadTable]
) -> QueryResult:
    read = list(tables.values())
    sources = _known(told["sources"], read)
    cited = _Cited(store, read, told["named"])
    rows = [
        QueryRow(tuple(values), cited.row(sources[i]) if sources is not None else ())
        for i, values in enumerate(told["rows"])
    ]
    notes = []
    if not told["complete"]:
        notes.append(f"only the first {len(rows):,} rows are told")
    if sources is None:
        notes.append("from which rows of the tables these come cannot be told: they have no citations")
    elif told["looks_aside"]:
        notes.append("what a SELECT inside an expression reads has no citations")
    if cited.left_out:
        notes.append(f"{cited.left_out:,} cells more were read than the {_MOST_CITED:,} that are cited")
    return QueryResult(
        statement,
        tuple(ResultColumn(*column) for column in told["columns"]),
        tuple(rows),
        tuple(table.told.name for table in tables.values()),
        bool(told["complete"]),
        "; ".join(notes),
    )


def _known(
    told: Sequence[Sequence[str]] | None, tables: Sequence[ReadTable]
) -> list[list[tuple[int, int]]] | None:
    """The table and row numbers that each row comes from; None where one of them is not there."""
    found = []
    for row in told or ():
        numbers = [_NUMBERS.fullmatch(str(source)) for source in row]
        places = [(int(match[1]), int(match[2])) for match in numbers if match is not None]
        if len(places) < len(row) or any(t >= len(tables) or r >= len(tables[t].rows) for t, r in places):
            return None
        found.append(places)
    return None if told is None else found


class _Cited:
    """Citations of the cells that a statement names, in the rows that a row of its result comes from."""

    def __init__(self, store: Store, tables: Sequence[ReadTable], named: Sequence[str] | None) -> None:
        self._store = store
        self._tables = tables
        self._named = None if named is None else set(named)
        self._book = CitationBook(store, {t.told.document_id: t.told.source for t in tables})
        self._placed: dict[int, Citation] = {}
        self.left_out = 0

    def row(self, sources: Sequence[tuple[int, int]]) -> tuple[Citation, ...]:
        """The citations of a row of the result, in the order of its sources, each once."""
        found: dict[int, Citation] = {}
        for number, row in sources:
            for start, end in self._cells(self._tables[number], row):
                if len(self._book.citations) >= _MOST_CITED:
                    self.left_out += 1
                    continue
                citation = self._cite(self._tables[number].told.document_id, start, end)
                found[citation.number] = citation
        return tuple(found.values())

    def _cells(self, table: ReadTable, row: int) -> list[tuple[int, int]]:
        """Where the cells stand of the columns that are named; of a row that only counts, its first."""
        places = table.places[row]
        names = [column.name for column in table.told.columns]
        told = [p for n, p in zip(names, places, strict=True) if self._named is None or n in self._named]
        told = told if any(told) else list(places)[:1]
        return list(dict.fromkeys((place.start, place.end) for place in told if place is not None))

    def _cite(self, document_id: str, start: int, end: int) -> Citation:
        number = self._book.cite(document_id, start, end, self._store.text(document_id, start, end))
        if number not in self._placed:
            citation = self._book.citations[number - 1]
            self._placed[number] = replace(citation, place=place_of(self._store, document_id, start, end))
        return self._placed[number]
