"""Write the tables of two pages in docs from stored runs: `python -m benchmarks.tables`.

A table stands between `<!-- table NAME -->` and `<!-- end NAME -->`, and is made from
`benchmarks/results/NAME.json`, columns, rows and a note; `--check` only compares.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results"
PAGES: Final = (ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "security.md")
_TABLE: Final = re.compile(r"(<!-- table (?P<name>[\w-]+) -->\n).*?(<!-- end (?P=name) -->)", re.S)


Table = dict[str, Any]
"""`columns`, `rows` and perhaps a `note`."""


def markdown(result: Table) -> str:
    """A stored run as a Markdown table with its note below."""
    lines = [result["columns"], ["-"] * len(result["columns"]), *result["rows"]]
    table = "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
    return f"\n{table}\n\n{result['note']}\n" if result.get("note") else f"\n{table}\n"


def stored(name: str) -> Table:
    """The table of a stored run.

    Raises:
        FileNotFoundError: there is none of that name.
    """
    table: Table = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    return table


def filled(text: str, made: Callable[[str], Table] = stored) -> str:
    """A page with each table rebuilt, by its name."""
    return _TABLE.sub(lambda found: f"{found[1]}{markdown(made(found['name']))}\n{found[3]}", text)


def tables(text: str) -> Iterator[str]:
    """The names of the tables of a page."""
    return (match["name"] for match in _TABLE.finditer(text))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a table is not what its run says")
    arguments = parser.parse_args()
    for page in PAGES:
        before = page.read_text("utf-8")
        after = filled(before)
        if arguments.check and before != after:
            sys.exit(f"{page}: a table is not what its stored run says; run `python -m benchmarks.tables`")
        if not arguments.check:
            page.write_text(after, "utf-8")


if __name__ == "__main__":
    main()
