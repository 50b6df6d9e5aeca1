"""Write reports of companies that do not exist, and questions on them.

`python -m benchmarks.reports --out FOLDER --part dev` writes `pdfs/` and `questions.jsonl` for
`benchmarks.pages`. With `--notes corpus.jsonl` (lines with a `text`, such as TAT-QA's contexts) the notes
to the statements are those texts, as they stand in real reports.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from benchmarks.reports.asking import asked
from benchmarks.reports.companies import COMPANIES, Company, figures
from benchmarks.reports.report import Period, Report
from benchmarks.reports.writing import written

_YEARS = (2020, 2021, 2022)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", choices=("dev", "final"), required=True)
    parser.add_argument("--notes", type=Path, help="corpus.jsonl with texts for the notes")
    options = parser.parse_args(arguments)
    texts = (
        []
        if options.notes is None
        else [json.loads(line)["text"] for line in options.notes.read_text("utf-8").splitlines()]
    )
    reports = [r for c in COMPANIES if c.part == options.part for r in _reports(c, texts)]
    (options.out / "pdfs").mkdir(parents=True, exist_ok=True)
    for report in reports:
        _print(report, options.out / "pdfs" / f"{report.name}.pdf")
    lines = (json.dumps(question) for question in asked(reports, random.Random(options.part)))
    (options.out / "questions.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def _reports(company: Company, texts: Sequence[str]) -> Iterator[Report]:
    chance = random.Random(company.seed)
    years = figures(company, len(_YEARS) + 1)
    quarters = figures(company, 4, 0.25)

    def notes() -> list[str]:
        return chance.sample(texts, 8) if texts else []

    for i, year in enumerate(_YEARS, 1):
        yield written(company, Period("10-K", year, 0, company.month), years[i], years[i - 1], notes())
    last = _YEARS[-1]
    for quarter in (1, 2, 3):
        period = Period("10-Q", last, quarter, company.month)
        yield written(company, period, quarters[quarter], quarters[quarter - 1], notes())
    yield written(company, Period("8-K", last, 0, company.month), years[-1], years[-2], ())


def _print(report: Report, path: Path) -> None:
    styles = getSampleStyleSheet()
    flow = []
    for page in report.pages:
        flow.append(Paragraph(escape(page.heading), styles["Heading2"]))
        for text in page.paragraphs:
            flow += [Paragraph(escape(text[:700]), styles["BodyText"]), Spacer(1, 6)]
        if page.rows:
            width = max(map(len, page.rows))
            rows = [[cell[:48] for cell in row] + [""] * (width - len(row)) for row in page.rows]
            flow.append(Table(rows, style=[("FONTSIZE", (0, 0), (-1, -1), 7)], rowHeights=14))
        flow.append(PageBreak())
    SimpleDocTemplate(str(path), pagesize=letter, invariant=1).build(flow)


if __name__ == "__main__":
    main()
