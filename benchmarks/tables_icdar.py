"""Tables found in PDFs against the ICDAR 2013 table competition's ground truth, beside pdfplumber.

`python -m benchmarks.tables_icdar --data /path/to/eval` reads `icdar2013_tables` and writes
`benchmarks/results/tables.json`. The measure is that of the competition (Göbel, Hassan, Oro and Orsi
2012, "A methodology for evaluating algorithms for table understanding in PDF documents"): relations
of neighbouring cells, per document over all its tables, and the mean over documents. Tables are
searched for on whole pages, nothing is told of where they are; cells are compared by their letters
and digits.
"""

from __future__ import annotations

import argparse
import json
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple
from xml.etree import ElementTree

from ingest.loaders.pdf.loader import document_tables

__all__ = ["Cell", "main", "relations", "scored"]

_RESULT: Final = Path(__file__).parent / "results" / "tables.json"


class Cell(NamedTuple):
    """A cell with its first and last row and column."""

    text: str
    top: int
    bottom: int
    left: int
    right: int


Relations = Counter[tuple[str, str, str]]
Finder = Callable[[Path], Iterable[Sequence[Cell]]]


def relations(cells: Sequence[Cell]) -> Relations:
    """The pairs of a table's cells that are nearest neighbours to the right or below, but for empty ones."""
    grid: dict[tuple[int, int], int] = {}
    texts = [_folded(cell.text) for cell in cells]
    for i, cell in enumerate(cells):
        if texts[i]:
            for row in range(cell.top, cell.bottom + 1):
                grid.update(((row, column), i) for column in range(cell.left, cell.right + 1))
    if not grid:
        return Counter()
    rows, columns = max(row for row, _ in grid) + 1, max(column for _, column in grid) + 1
    pairs: set[tuple[int, int, str]] = set()
    for lines, direction in (
        ([[(r, c) for c in range(columns)] for r in range(rows)], "right"),
        ([[(r, c) for r in range(rows)] for c in range(columns)], "below"),
    ):
        for line in lines:
            inked = [grid[place] for place in line if place in grid]
            pairs.update((a, b, direction) for a, b in pairwise(inked) if a != b)
    return Counter((texts[a], texts[b], direction) for a, b, direction in pairs)


def scored(found: Relations, wanted: Relations) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    hits = (found & wanted).total()
    precision = hits / found.total() if found else 0.0
    recall = hits / wanted.total() if wanted else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "".join(filter(str.isalnum, plain)) or "".join(plain.split())


def _truth(path: Path) -> list[list[Cell]]:
    """The tables of a ground-truth file; its parts on several pages come one below the other."""
    tables = []
    for table in ElementTree.parse(path).getroot().iter("table"):
        cells: list[Cell] = []
        for region in table.iter("region"):
            down, along = int(region.get("row-increment", 0)), int(region.get("col-increment", 0))
            for cell in region.iter("cell"):
                top, left = int(cell.attrib["start-row"]) + down, int(cell.attrib["start-col"]) + along
                bottom = int(cell.get("end-row", top - down)) + down
                right = int(cell.get("end-col", left - along)) + along
                cells.append(Cell(cell.findtext("content") or "", top, bottom, left, right))
        tables.append(cells)
    return tables


def _ours(path: Path) -> list[list[Cell]]:
    return [
        [
            Cell(cell.text, row, row + cell.rows - 1, cell.column, cell.end - 1)
            for row, cells in enumerate(grid)
            for cell in cells
        ]
        for grid in document_tables(path)
    ]


def _pdfplumber(path: Path) -> list[list[Cell]]:
    import pdfplumber

    with pdfplumber.open(path) as document:
        tables = [table for page in document.pages for table in page.extract_tables()]
    return [
        [Cell(text or "", r, r, c, c) for r, row in enumerate(table) for c, text in enumerate(row)]
        for table in tables
    ]


def _measured(name: str, find: Finder, files: Sequence[Path]) -> tuple[list[object], dict[str, float]]:
    """A row of the result, and the F1 of each document."""
    scores = {}
    totals = []
    started = time.process_time()
    for path in files:
        found = sum((relations(cells) for cells in find(path)), Relations())
        wanted = sum((relations(cells) for cells in _truth(_truth_file(path))), Relations())
        totals.append(scored(found, wanted))
        scores[path.stem] = round(totals[-1][2], 3)
    seconds = time.process_time() - started
    means = [round(sum(values) / len(totals), 3) for values in zip(*totals, strict=True)]
    return [name, *means, round(seconds, 1)], scores


def _truth_file(path: Path) -> Path:
    return path.with_name(f"{path.stem}-str.xml")


def main() -> None:
    """Measure, and store the table for docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation data")
    parser.add_argument("--only-ours", action="store_true", help="print our scores by document")
    arguments = parser.parse_args()
    files = sorted(arguments.data.glob("icdar2013_tables/**/*.pdf"))
    files = [path for path in files if _truth_file(path).is_file()]
    ours, by_document = _measured("Citewell", _ours, files)
    if arguments.only_ours:
        print(json.dumps({"means": ours, "f1": by_document}, indent=1))
        return
    other, _ = _measured("pdfplumber, lines", _pdfplumber, files)
    result = {
        "columns": ["tables by", "precision", "recall", "F1", "CPU seconds"],
        "rows": [ours, other],
        "note": f"ICDAR 2013 competition, {len(files)} documents, relations of neighbouring cells, mean over "
        "documents; tables searched for on whole pages; one thread.",
    }
    _RESULT.parent.mkdir(exist_ok=True)
    _RESULT.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
