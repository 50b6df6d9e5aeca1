"""Running headers and footers of scanned pages: what stands in the margin of many pages alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from ingest.loaders.pdf.writing import WrittenPage
from rag.schema import Block, BlockKind

__all__ = ["with_scan_furniture"]

_MARGIN: Final = 0.12
"""Share of a page's height at its top and bottom in which headers and footers stand."""
_OUTERMOST: Final = 3
_LONGEST: Final = 120
_LEAST_PAGES: Final = 3
_ENOUGH_PAGES: Final = 8
_LEAST_SHARE: Final = 0.3
_NUMBER: Final = re.compile(r"\d+")
_SIGN: Final = re.compile(r"[\W_]+")

Key = tuple[BlockKind, str]


def with_scan_furniture(
    scans: Mapping[int, WrittenPage], heights: Mapping[int, float]
) -> dict[int, WrittenPage]:
    """The scanned pages with the blocks marked that are header or footer.

    The words of a block have to stand in the same margin of three pages and a third of all, or of
    eight; numbers count as alike, and signs and spaces, which OCR sees or misses, do not count.

    Args:
        scans: what OCR read, by page number.
        heights: the pages' heights in points.
    """
    found = {number: dict(_candidates(page, heights[number])) for number, page in scans.items()}
    seen = Counter(key for keys in found.values() for key in set(keys.values()))
    enough = max(_LEAST_PAGES, min(_ENOUGH_PAGES, round(_LEAST_SHARE * len(scans))))
    marked = {}
    for number, page in scans.items():
        kinds = {index: key[0] for index, key in found[number].items() if seen[key] >= enough}
        blocks = [
            replace(block, kind=kinds[index], level=0, header=None) if index in kinds else block
            for index, block in enumerate(page.blocks)
        ]
        marked[number] = replace(page, blocks=tuple(blocks))
    return marked


def _candidates(page: WrittenPage, height: float) -> Iterator[tuple[int, Key]]:
    """The outermost blocks in the margins, by index, with what is compared of them."""
    indexes = range(len(page.blocks))
    for index in indexes[:_OUTERMOST]:
        key = _key(page, page.blocks[index], BlockKind.HEADER)
        if _edges(page, page.blocks[index])[1] <= _MARGIN * height and key:
            yield index, key
    for index in indexes[-_OUTERMOST:]:
        key = _key(page, page.blocks[index], BlockKind.FOOTER)
        if _edges(page, page.blocks[index])[0] >= (1 - _MARGIN) * height and key:
            yield index, key


def _edges(page: WrittenPage, block: Block) -> tuple[float, float]:
    """Top and bottom of a block in points; outside of every margin where it has no boxes."""
    boxes = page.boxes[block.start : block.end]
    boxes = boxes[np.isfinite(boxes[:, 0])]
    return (float(boxes[:, 1].min()), float(boxes[:, 3].max())) if len(boxes) else (-np.inf, np.inf)


def _key(page: WrittenPage, block: Block, kind: BlockKind) -> Key | None:
    text = page.text[block.start : block.end]
    folded = _SIGN.sub("", _NUMBER.sub("0", text.casefold()))
    return (kind, folded) if folded and len(text) <= _LONGEST else None
