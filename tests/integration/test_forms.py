"""Forms, sheets and properties of documents, from the question to the cited answer, with the real parts."""

from __future__ import annotations

import io

import docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest import ingest_paths
from rag.library import Library
from rag.settings import load_settings
from tests.ingest.loaders.test_xlsx_controls import workbook
from tests.ingest.test_places import xlsx


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    report = docx.Document()
    report.core_properties.author = "Ingrid Solberg"
    report.core_properties.title = "Crane inspection report"
    report.add_heading("Next inspection", 1)
    report.add_paragraph("The next inspection takes place in October.")
    report.save(folder / "crane.docx")
    (folder / "order.pdf").write_bytes(_order())
    (folder / "form.xlsx").write_bytes(workbook("both"))
    (folder / "sales.xlsx").write_bytes(xlsx())
    (folder / "visit.txt").write_text("Site visit\n\n[x] Doors locked\n[ ] Emergency light works\n")
    settings = load_settings(overrides={"library": str(folder / "library")}, environment={})
    with Library.open(settings=settings) as opened:
        assert all(
            r.status == "added" for r in ingest_paths([folder], opened.store, opened.embedder, settings)
        )
        yield opened


def _order() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 740, "Order of the canteen")
    canvas.drawString(72, 700, "Delivery:")
    for x, name in ((150, "Standard"), (250, "Express")):
        canvas.rect(x, 700, 10, 10)
        canvas.drawString(x + 14, 700, name)
    canvas.line(250, 700, 260, 710)
    canvas.line(250, 710, 260, 700)
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("question", "answer", "place"),
    [
        ("Who wrote the crane inspection report?", "Ingrid Solberg", "Document properties"),
        ("When is the next inspection?", "October", "Next inspection"),
        (
            "Which delivery was chosen in the order of the canteen?",
            "☒ Express (not chosen: Standard)",
            "page 1",
        ),
        ("Does the emergency light work?", "☐ Emergency light works: no", "Site visit"),
        ("Which fuel was chosen?", "diesel", "Form!B5"),
        ("What was the sum in July?", "60", "Sales!C6"),
    ],
)
def test_what_a_form_says_is_answered_and_its_place_told(library, question, answer, place) -> None:
    found = library.ask(question)
    assert answer in found.text
    told = {citation.place.told() for citation in found.citations if citation.place is not None}
    assert place in told
