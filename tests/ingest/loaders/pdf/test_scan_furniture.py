"""Headers and footers of pages that OCR read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ingest.loaders.pdf.page_writing import WrittenPage
from ingest.loaders.pdf.scans import with_scan_furniture
from rag.schema import Block, BlockKind

HEIGHT = 800.0


def scanned(*blocks: tuple[float, str]) -> WrittenPage:
    """A page of blocks, each with the points from the page's top at which it stands."""
    text, boxes, found = "", [], []
    for top, words in blocks:
        if text:
            text += "\n\n"
            boxes += [[np.nan] * 4] * 2
        found.append(Block(len(text), len(text) + len(words), BlockKind.PARAGRAPH))
        text += words
        boxes += [[10.0 * i, top, 10.0 * i + 9, top + 12] for i in range(len(words))]
    return WrittenPage(text, np.array(boxes, np.float32).reshape(-1, 4), tuple(found))


def kinds(pages: list[WrittenPage]) -> list[list[str]]:
    numbered = dict(enumerate(pages, 1))
    marked = with_scan_furniture(numbered, dict.fromkeys(numbered, HEIGHT))
    return [[block.kind.value for block in page.blocks] for page in marked.values()]


def report(number: int, header: str = "Annual report of the harbour") -> WrittenPage:
    body = f"Paragraph {number} is about {['cranes', 'ships', 'quays', 'storms'][number % 4]}."
    return scanned((30, header), (200, body), (760, f"- {number} -"))


def test_what_stands_in_the_margins_of_many_pages_is_header_or_footer() -> None:
    headers = [
        "Annual report of the harbour",
        "Annual report of the harbour.",
        "ANNUAL REPORT OF THE HARBOUR",
    ]
    pages = [report(number, header) for number, header in enumerate(headers, 1)]
    assert kinds(pages) == [["header", "paragraph", "footer"]] * 3


@pytest.mark.parametrize("top", [200.0, 400.0])
def test_what_stands_in_the_body_stays(top: float) -> None:
    assert kinds([scanned((top, "The same words again"))] * 5) == [["paragraph"]] * 5


def test_two_pages_alike_are_not_enough() -> None:
    pages = [report(1), report(2), scanned((30, "A letter begins here"), (200, "and goes on."))]
    assert kinds(pages)[0][0] == "paragraph"


def test_a_heading_that_is_furniture_has_no_level() -> None:
    page = report(1)
    page = replace(page, blocks=(replace(page.blocks[0], kind=BlockKind.HEADING, level=1), *page.blocks[1:]))
    marked = with_scan_furniture({1: page, 2: page, 3: page}, dict.fromkeys((1, 2, 3), HEIGHT))
    assert (marked[2].blocks[0].kind, marked[2].blocks[0].level) == (BlockKind.HEADER, 0)
    assert marked[2].text == page.text
