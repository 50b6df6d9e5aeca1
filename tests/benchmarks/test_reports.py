"""Reports of companies that do not exist: a page is a page, and the questions name pages that are there."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest

from benchmarks.pages import _of_part
from benchmarks.reports.__main__ import main
from rag.evaluation import read_pages

KEPT = Path(__file__).parents[2] / "benchmarks" / "reports"


def test_each_gold_page_is_there_and_tells_of_its_subject(tmp_path):
    notes = tmp_path / "notes.jsonl"
    text = "A note on leases.\n\n| Lease | 2021 |\n| Office | 4.2 |"
    notes.write_text("\n".join(json.dumps({"text": f"{text} {n}"}) for n in range(20)), "utf-8")
    main(["--out", str(tmp_path), "--part", "dev", "--notes", str(notes)])
    pages = {}
    for path in (tmp_path / "pdfs").glob("*.pdf"):
        with pypdfium2.PdfDocument(path) as pdf:
            pages[path.stem] = [page.get_textpage().get_text_range() for page in pdf]
    questions = read_pages(tmp_path / "questions.jsonl")
    assert len(questions) > 20
    for question in questions:
        for name, page in question.pages:
            assert len(pages[name][page - 1]) > 100
    gold = {q.question: q.pages[0] for q in questions if "quick ratio" in q.question}
    assert all("Total current liabilities" in pages[name][page - 1] for name, page in gold.values())


def test_a_report_is_the_same_each_time_it_is_written(tmp_path):
    for folder in ("one", "two"):
        main(["--out", str(tmp_path / folder), "--part", "final"])
    one, two = ((tmp_path / folder / "questions.jsonl").read_text("utf-8") for folder in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("name", ["on_real_reports.jsonl", "on_manuals.jsonl"])
def test_the_parts_have_no_document_in_common(name):
    path = KEPT / name
    dev, final = (_of_part(path, read_pages(path), part) for part in ("dev", "final"))
    documents = [{document for q in part for document, _ in q.pages} for part in (dev, final)]
    assert dev
    assert final
    assert not documents[0] & documents[1]
    assert len(_of_part(path, read_pages(path), None)) == len(dev) + len(final)
