"""How long a grid of 100 documents and 10 questions takes to fill, and how many of its cells are right.

    python -m benchmarks.grid [--documents 100] [--folder PLACE]

The documents are leases of about two pages, made here in five formats: each says what is asked in one of
several ways, or not at all, among clauses that speak of other sums, days and persons. So what each cell
should hold is known. The grid is filled twice: the second time tells how long it takes to read what was kept.
Results: `benchmarks/results/grid.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.tables import RESULTS
from ingest import ingest_paths
from rag.grid import AskedColumn, Cell, ColumnType, Grid, read_columns
from rag.library import Library
from rag.schema import Verdict
from rag.settings import load_settings

__all__ = ["QUESTIONS", "Lease", "judge", "leases", "measure", "write_leases"]

QUESTIONS: Final[tuple[dict[str, Any], ...]] = (
    {"column": "tenant", "question": "Who is the tenant?"},
    {"column": "landlord", "question": "Who is the landlord?"},
    {"column": "rent", "question": "How much is the monthly rent?", "type": "number"},
    {"column": "deposit", "question": "How much is the deposit?", "type": "number"},
    {"column": "area", "question": "How large is the flat in square metres?", "type": "number"},
    {"column": "begins", "question": "On which day does the lease begin?", "type": "date"},
    {"column": "signed", "question": "When was the lease signed?", "type": "date"},
    {"column": "pets", "question": "Are pets allowed?", "type": "yes_no"},
    {
        "column": "heating",
        "question": "How is the flat heated?",
        "type": "one_of",
        "choices": ["gas", "district heating", "heat pump"],
    },
    {"column": "caretaker", "question": "What is the telephone number of the caretaker?"},
)
_FIRST: Final = ("Anna", "Bruno", "Clara", "David", "Edda", "Filip", "Greta", "Hugo", "Ines", "Jakob")
_LAST: Final = (
    "Aalto",
    "Brandt",
    "Castell",
    "Dvorak",
    "Ekman",
    "Farkas",
    "Gallo",
    "Hruby",
    "Iversen",
    "Jansen",
)
_STREETS: Final = ("Mill Lane", "Harbour Street", "Orchard Road", "Station Square", "Quarry Hill")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_SAID: Final[dict[str, tuple[str, ...]]] = {
    "tenant": ("The tenant is {}.", "The flat is let to {} (the “Tenant”).", "Tenant: {}"),
    "landlord": ("The landlord is {}.", "The house is owned by {} (the “Landlord”).", "Landlord: {}"),
    "rent": (
        "The monthly rent is {} euros, without heating.",
        "For the flat a rent of {} euros a month is due.",
        "Monthly rent: €{}",
    ),
    "deposit": (
        "The tenant pays a deposit of {} euros before moving in.",
        "A security deposit of €{} is held on a separate account.",
        "Deposit: €{}",
    ),
    "area": (
        "The flat has a living area of {} square metres.",
        "Its three rooms measure {} m² in all.",
        "Living area: {} m²",
    ),
    "begins": (
        "The lease begins on {}.",
        "The tenancy starts on {} and has no fixed end.",
        "Lease begins: {}",
    ),
    "signed": ("This lease was signed on {}.", "Signed by both parties on {}.", "Date of signature: {}"),
    "pets": ("Pets are {}allowed in the flat.", "The keeping of pets is {}allowed."),
    "heating": (
        "The flat is heated by {}.",
        "Heat is supplied by {}; the meters are read every January.",
        "Heating: {}",
    ),
    "caretaker": (
        "The caretaker can be reached by telephone at {}.",
        "Telephone of the caretaker: {}",
    ),
}
_CLAUSES: Final = (
    "The staircase is cleaned by the residents in turn, each for one week, by the list in the hall.",
    "Bicycles are kept in the cellar and not on the stairs; its key is handed over with those of the flat.",
    "Small repairs up to 110 euros each, and up to 6 % of a year's rent in all, are paid by the tenant.",
    "Water is charged by consumption. An advance of 45 euros a month is settled once a year, by 30 June.",
    "The landlord may enter the flat after notice of 24 hours, and at once where there is danger.",
    "Noise is to be avoided between 22:00 and 6:00, and on Sundays all day.",
    "The windows were replaced in 2011. Their frames may not be painted from outside.",
    "Each party may end the lease by notice in writing, three months before the end of a quarter.",
    "Rubbish is separated into four bins, which are emptied on Tuesdays; bulky waste is fetched on demand.",
    "The insurance of the house covers fire, storm and water, and not the tenant's own belongings.",
    "Satellite dishes need the written consent of the owners' assembly, which meets every spring.",
    "When moving out, the walls are handed over in a light colour, and all keys are returned.",
    "The laundry in the cellar is open from 7:00 to 21:00; the machines take coins of 1 and 2 euros.",
    "Parking space number 14 in the yard belongs to the shop on the ground floor.",
    "The electrician Otto Lind checked the wiring on 12 May 2019 and found it in order.",
    "A late payment is charged with 5 euros for each reminder after the first.",
)
_SECTIONS: Final = ("Parties", "The flat", "Money", "Time", "House rules", "Other")
_SECTION_OF: Final = {
    "tenant": 0, "landlord": 0, "area": 1, "heating": 1, "rent": 2, "deposit": 2,
    "begins": 3, "signed": 5, "pets": 4, "caretaker": 4,
}  # fmt: skip
FORMATS: Final = ("txt", "md", "html", "docx", "pdf")
_LEFT_OUT: Final = 0.12
"""How often a lease does not say what is asked."""


@dataclass(frozen=True)
class Lease:
    """A lease: its sections, each of a heading and paragraphs, and what each cell should hold."""

    name: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    cells: dict[str, str | float | None]


def leases(count: int, seed: int = 0) -> list[Lease]:
    """As many leases, the same for the same seed."""
    return [_lease(number, random.Random(f"{seed}-{number}")) for number in range(count)]


def _lease(number: int, chance: random.Random) -> Lease:
    told, cells = _facts(chance)
    paragraphs = defaultdict(list)
    for column, sentence in told.items():
        paragraphs[_SECTION_OF[column]].append(sentence)
    for clause in chance.sample(_CLAUSES, 12):
        paragraphs[chance.randrange(1, len(_SECTIONS))].append(clause)
    for said in paragraphs.values():
        chance.shuffle(said)
    street = f"{chance.randint(1, 90)} {chance.choice(_STREETS)}"
    sections = [(f"Lease of a flat at {street}", (f"Contract number L-{number + 1:04}.",))]
    sections += [(name, tuple(paragraphs[i])) for i, name in enumerate(_SECTIONS) if paragraphs[i]]
    return Lease(f"lease-{number + 1:03}.{FORMATS[number % len(FORMATS)]}", tuple(sections), cells)


def _facts(chance: random.Random) -> tuple[dict[str, str], dict[str, str | float | None]]:
    """The sentence for each column, and what its cell should hold: None where it is not told."""
    rent = chance.randint(400, 2400)
    values: dict[str, tuple[str, str | float]] = {
        "rent": (f"{rent:,}", float(rent)),
        "deposit": (f"{3 * rent:,}", 3.0 * rent),
        "caretaker": (told := f"0{chance.randint(20, 89)} {chance.randint(100_000, 999_999)}", told),
    }
    area = chance.randint(30, 140) + chance.choice((0.0, 0.5))
    values["area"] = (f"{area:g}", area)
    for column in ("tenant", "landlord"):
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        values[column] = (name, name)
    for column in ("begins", "signed"):
        year, month, day = chance.randint(2015, 2025), chance.randint(1, 12), chance.randint(1, 28)
        forms = (
            f"{day} {_MONTHS[month - 1]} {year}",
            f"{_MONTHS[month - 1]} {day}, {year}",
            f"{day}.{month}.{year}",
        )
        values[column] = (chance.choice(forms), f"{year}-{month:02}-{day:02}")
    allowed = chance.random() < 0.5
    values["pets"] = ("" if allowed else "not ", "yes" if allowed else "no")
    heating = chance.choice(("gas", "district heating", "a heat pump"))
    values["heating"] = (heating, heating.removeprefix("a "))
    told_columns = [c["column"] for c in QUESTIONS if chance.random() >= _LEFT_OUT]
    sentences = {c: chance.choice(_SAID[c]).format(values[c][0]) for c in told_columns}
    return sentences, {
        c["column"]: values[c["column"]][1] if c["column"] in told_columns else None for c in QUESTIONS
    }


def write_leases(made: Sequence[Lease], folder: Path) -> None:
    """Write each as the file that its name says."""
    folder.mkdir(parents=True, exist_ok=True)
    for lease in made:
        path = folder / lease.name
        match path.suffix:
            case ".docx":
                _write_docx(lease, path)
            case ".pdf":
                _write_pdf(lease, path)
            case ".html":
                body = "".join(
                    f"<h2>{h}</h2>" + "".join(f"<p>{p}</p>" for p in ps) for h, ps in lease.sections
                )
                path.write_text(f"<!doctype html><meta charset=utf-8><body>{body}</body>", "utf-8")
            case ending:
                mark = "## " if ending == ".md" else ""
                path.write_text(
                    "\n\n".join("\n\n".join((mark + h, *ps)) for h, ps in lease.sections), "utf-8"
                )


def _write_docx(lease: Lease, path: Path) -> None:
    from docx import Document

    document = Document()
    for heading, paragraphs in lease.sections:
        document.add_heading(heading, 2)
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
    document.save(str(path))


def _write_pdf(lease: Lease, path: Path) -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()
    parts = [
        part
        for heading, paragraphs in lease.sections
        for part in (
            Paragraph(heading, styles["Heading2"]),
            *(Paragraph(paragraph, styles["BodyText"]) for paragraph in paragraphs),
        )
    ]
    SimpleDocTemplate(str(path), invariant=1).build(parts)


def main() -> None:
    """Make the documents, fill, judge, store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="where files and library are made, and stay")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="grid-"))
    try:
        found = measure(arguments.documents, folder)
    finally:
        if arguments.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(found, indent=1, ensure_ascii=False))
    (RESULTS / "grid.json").write_text(json.dumps(_table(found), indent=1, ensure_ascii=False) + "\n")


def measure(count: int, folder: Path) -> dict[str, Any]:
    """Seconds of the first and the second filling, and how many cells of each column are right."""
    made = leases(count)
    write_leases(made, folder / "files")
    settings = load_settings(overrides={"library": str(folder / "library")}, environment={})
    columns = read_columns("".join(json.dumps(column) + "\n" for column in QUESTIONS), "benchmarks.grid")
    seconds, rows = [], []
    with Library.open(settings=settings) as library:
        list(ingest_paths([str(folder / "files")], library.store, library.embedder, settings))
        busy = time.process_time()
        for again in (True, False):
            started = time.perf_counter()
            rows = list(Grid(library, columns).fill(again=again))
            seconds.append(time.perf_counter() - started)
            busy = time.process_time() - busy if again else busy
    wanted = {lease.name: lease.cells for lease in made}
    judged = {
        column.name: Counter(
            judge(row.cells[column.name], wanted[row.document.name][column.name], column) for row in rows
        )
        for column in columns
    }
    return {
        "documents": count,
        "cells": count * len(columns),
        "seconds": seconds[0],
        "processor seconds": busy,
        "seconds again": seconds[1],
        "load": os.getloadavg()[0],
        "processor": _processor(),
        "columns": judged,
    }


def judge(cell: Cell, wanted: str | float | None, column: AskedColumn) -> str:
    """`right`, `wrong` or `empty` (told by the document, and not found) of one cell.

    Of a typed column its value is judged, of one of texts whether it says what is wanted. What is not in the
    document is right where the cell is empty; `doubtful` are wrong ones that say themselves that they are
    perhaps no answer.
    """
    told = cell.told if column.type is ColumnType.TEXT else cell.value
    if not told:
        return "empty" if wanted is not None else "right"
    is_right = str(wanted) in cell.told if column.type is ColumnType.TEXT else told == wanted
    if is_right and wanted is not None:
        return "right"
    return "doubtful" if cell.verdict is Verdict.NEAR else "wrong"


def _processor() -> str:
    """Cores, model and the instructions that matter for models."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else ""
    name = next(
        (line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")), ""
    )
    flags = [
        flag for flag in ("avx2", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16") if f" {flag}" in info
    ]
    return f"{os.cpu_count()} cores, {name} ({', '.join(flags)})"


def _table(found: dict[str, Any]) -> dict[str, Any]:
    outcomes = ("right", "empty", "doubtful", "wrong")
    rows = [
        [name, *(str(counts[outcome]) for outcome in outcomes)] for name, counts in found["columns"].items()
    ]
    totals = [str(sum(counts[outcome] for counts in found["columns"].values())) for outcome in outcomes]
    return {
        "columns": ["column", *outcomes],
        "rows": [*rows, ["all", *totals]],
        "seconds": round(found["seconds"], 1),
        "seconds again": round(found["seconds again"], 2),
        "note": (
            f"{found['documents']} leases in five formats, 10 questions, {found['cells']:,} cells, default "
            f"preset: {found['seconds']:.0f} s at first with {found['processor seconds']:.0f} s of processor "
            f"time (models loaded meanwhile), {found['seconds again']:.1f} s again, on {found['processor']}, "
            f"shared with other work (load {found['load']:.1f} at the end). `empty` is told by the document "
            "and not found, `doubtful` is wrong and says itself that it is perhaps none; an empty cell of "
            "what a document does not tell counts as right (benchmarks/grid.py, seed 0)."
        ),
    }


if __name__ == "__main__":
    main()
