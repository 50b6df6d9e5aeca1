"""How fast PDFs are parsed beside other readers: pages per second of one CPU core, text alone for the others.

`python -m benchmarks.parsing --data FOLDER_OF_PDFS --environments FOLDER` makes a virtual environment for the
peers where there is none, reads the same files with each, one process after the other, and stores
`benchmarks/results/parsing.json`. What is imported, and a first file, are not counted. `--against CHECKOUT`
reads them with another version of this program too, in turn with this one, and prints the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.ingestion import ROOT, environment_of
from benchmarks.tables import RESULTS

SCRIPT: Final = ROOT / "benchmarks" / "peers" / "pdf_text.py"
PEERS: Final = ("pypdf", "pdfplumber", "docling-parse")
_GIVES: Final = {
    "Citewell": "text with a box for each character, headings, paragraphs, tables with the names of rows and "
    "columns, running heads and hidden text told apart",
    "pypdf": "text",
    "pdfplumber": "text",
    "docling-parse": "lines with boxes",
}


def run(
    reader: str, files: list[Path], python: Path | str = sys.executable, root: Path = ROOT
) -> dict[str, Any]:
    """What a reader's process tells of itself; `root` is the version of this program that it may import.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    command = [str(python), str(SCRIPT), reader, *map(str, files)]
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def row(name: str, told: dict[str, Any]) -> list[str]:
    """A row of the table."""
    speed = told["pages"] / told["cpu_seconds"]
    return [name, f"{speed:.1f}", f"{told['cpu_seconds']:.1f}", f"{told['characters']:,}", _GIVES[name]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of PDFs")
    parser.add_argument("--environments", type=Path, help="where virtual environments lie")
    parser.add_argument("--against", type=Path, help="a checkout of another version of this program")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    files = sorted(path.resolve() for path in arguments.data.glob("*.pdf"))
    if arguments.against:
        pairs = [
            (run("Citewell", files), run("Citewell", files, root=arguments.against.resolve()))
            for _ in range(arguments.repeats)
        ]
        now, then = (median(pair[i]["cpu_seconds"] for pair in pairs) for i in (0, 1))
        print(json.dumps({"now": now, "then": then, "ratio": round(now / then, 3)}))
    if arguments.environments:
        python = environment_of(SCRIPT, arguments.environments)
        own = run("Citewell", files)
        pages, rows = own["pages"], [row("Citewell", own)]
        rows += [row(name, run(name, files, python)) for name in PEERS]
        result = {
            "columns": ["reader", "pages per CPU second", "CPU seconds", "characters", "what it gives"],
            "rows": rows,
            "note": f"{len(files)} PDFs of {pages} pages, one process each, one thread; "
            "imports and a first file not counted. Docling itself fetches models from a hub, "
            "so only its text reader is here.",
        }
        (RESULTS / "parsing.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
