"""Store two runs of a field set side by side, as docs/benchmarks.md shows them.

    python -m benchmarks.field_table BEFORE.json AFTER.json [--combined AFTER_COMBINED.json] [--name NAME]
    python -m benchmarks.field_table QUOTES.json WRITTEN.json --writes [--note TEXT]

Each is what `benchmarks/field.py --output` wrote, or a file of the set's own scorer. Writes
`benchmarks/results/NAME.json`: `field` unless another is given, or `field_writing` where the second run is
that of a model that writes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.field_report import SURE, Verdict, totals

RESULTS: Final = Path(__file__).resolve().parent / "results"
MEASURES: Final = ("right", "wrong", "refused")


def columns(first: str, second: str) -> list[str]:
    """The names of the table's columns: of each measure, that of both runs."""
    runs = (first, second)
    return ["kind", "questions", *(f"{name} {run}".rstrip() for name in MEASURES for run in runs)]


def read_verdicts(path: Path, mode: str = "case") -> list[Verdict]:
    """The verdicts of a stored run."""
    tree: dict[str, Any] = json.loads(path.read_text("utf-8"))
    lines = tree["verdicts"] if "verdicts" in tree else tree["modes"][mode]["verdicts"]
    return [
        Verdict(line["id"], line["kind"], line["class"], float(line["confidence"] or 0.0), line["question"])
        for line in lines
    ]


def row(name: str, before: Sequence[Verdict], after: Sequence[Verdict]) -> list[str]:
    """One line of the table: shares of right, wrong and wrongly refused, before and after."""
    was, now = totals(before), totals(after)
    shares = [f"{told[key]:.2f}" for key in ("right", "wrong", "wrongly_abstained") for told in (was, now)]
    return [name, str(now["all"]), *shares]


def main() -> None:
    """Compare, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--combined", type=Path, help="the run of all files in one library")
    parser.add_argument("--writes", action="store_true", help="the second run is that of a model that writes")
    parser.add_argument("--name", help="of the stored table, such as field_unseen")
    parser.add_argument("--note", default="")
    given = parser.parse_args()
    before, after = read_verdicts(given.before), read_verdicts(given.after)
    kinds = sorted({v.kind for v in after})
    rows = [row(k, [v for v in before if v.kind == k], [v for v in after if v.kind == k]) for k in kinds]
    rows.append(row("**all**", before, after))
    if given.combined:
        rows.append(
            row("all, in one library", read_verdicts(given.before, "combined"), read_verdicts(given.combined))
        )
    sure = [totals(verdicts)["wrong_sure"] / max(len(verdicts), 1) for verdicts in (before, after)]
    note = (
        f"Shares of the questions of each kind. Wrong answers with a confidence of {SURE} or more: "
        f"{sure[0]:.3f} of all questions {'quoted' if given.writes else 'before'}, {sure[1]:.3f} "
        f"{'written' if given.writes else 'now'}. {given.note}"
    )
    named = columns("quoted", "written") if given.writes else columns("before", "")
    table = {"columns": named, "rows": rows, "note": note.strip()}
    path = RESULTS / f"{given.name or ('field_writing' if given.writes else 'field')}.json"
    path.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(rows[-2:], ensure_ascii=False))


if __name__ == "__main__":
    main()
