"""Questions with gold pages or gold spans, asked of a library that is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UsageError
from ui.cli.evaluate.counter import Counter
from ui.cli.options import open_library

if TYPE_CHECKING:
    from rag.evaluation import PlaceEvaluation
    from rag.settings import Settings

__all__ = ["measured_places"]


def measured_places(path: Path, settings: Settings, first_page: int) -> PlaceEvaluation:
    """Measure `gold_pages` where the file's questions have them, else `gold_spans`.

    Raises:
        UsageError: no question has either.
        LibraryNotFoundError: there is no library.
    """
    from rag.evaluation import evaluate_pages, evaluate_spans, read_pages, read_spans

    text = path.read_text("utf-8", errors="replace")
    with open_library(settings) as library, Counter("questions") as progress:
        if '"gold_pages"' in text:
            pages = read_pages(path, first_page)
            return evaluate_pages(library.store, library.retriever, pages, progress)
        if '"gold_spans"' in text:
            return evaluate_spans(library.retriever, read_spans(path), progress=progress)
    raise UsageError(
        f"{str(path)!r} holds no question with gold_pages or gold_spans; for judged passages give a folder "
        "in BEIR layout"
    )
