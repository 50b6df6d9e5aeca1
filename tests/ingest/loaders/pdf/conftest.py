"""PDF files drawn on the spot, and pages rendered to look at their ink."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.loaders import load_document
from rag.schema import Document
from rag.settings import IngestSettings

Draw = Callable[[Any], None]


@pytest.fixture
def pdf(tmp_path: Path) -> Callable[..., Path]:
    """Draws a PDF with reportlab; `after` changes each page with pypdf."""

    def drawn(
        *pages: Draw,
        name: str = "drawn.pdf",
        size: tuple[float, float] = (612, 792),
        prepare: Draw | None = None,
        after: Callable[[Any], None] | None = None,
    ) -> Path:
        from pypdf import PdfReader, PdfWriter
        from reportlab.pdfgen.canvas import Canvas

        path = tmp_path / name
        canvas = Canvas(str(path), pagesize=size, invariant=1)
        if prepare:
            prepare(canvas)
        for page in pages:
            page(canvas)
            canvas.showPage()
        canvas.save()
        if after:
            writer = PdfWriter(clone_from=PdfReader(path))
            for made in writer.pages:
                after(made)
            writer.write(path)
        return path

    return drawn


@pytest.fixture
def load_pdf(check: Callable[[Document], None]) -> Callable[..., Document]:
    def loaded(path: Path, **settings: Any) -> Document:
        document = load_document(path, IngestSettings(**settings))
        check(document)
        return document

    return loaded


@pytest.fixture
def lines() -> Callable[..., Draw]:
    """Draws lines of text from a point downwards."""

    def drawn(
        *texts: str,
        x: float = 72,
        y: float = 700,
        size: float = 10,
        font: str = "Helvetica",
        leading: float = 12,
    ) -> Draw:
        def draw(canvas: Any) -> None:
            canvas.setFont(font, size)
            for i, text in enumerate(texts):
                canvas.drawString(x, y - i * leading, text)

        return draw

    return drawn


@pytest.fixture
def ink() -> Callable[..., NDArray[np.bool_]]:
    """The dark pixels of a page at four pixels a point."""

    def dark(path: Path, page: int = 0, scale: float = 4.0) -> NDArray[np.bool_]:
        import pypdfium2

        document = pypdfium2.PdfDocument(path)
        try:
            return np.asarray(document[page].render(scale=scale, grayscale=True).to_numpy()).squeeze() < 128
        finally:
            document.close()

    return dark
