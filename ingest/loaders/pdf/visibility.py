"""Hidden text: what a reader cannot see must not answer questions, for it may be there to mislead.

Text off the page, tiny or squeezed is told by its boxes. Other text is hidden if it leaves no trace: some
is suspect (its mode, colour, layer or clip, what is drawn before or after it), and a page with suspects is
drawn with and without them. So white text on a dark box stays, and white text on white does not,
whatever paper, clipping, transparency or later picture makes it vanish. Invisible text over a picture
is the text of a scan, where the picture has ink.

Nor does a program's text for what is drawn (`ActualText`) count where it says something else: the same entry
that names a ligature's letters can put any words into the mouth of a page.
"""

from __future__ import annotations

from collections import Counter
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes, Frame, PageCharacters
from ingest.loaders.pdf.drawings import Colours, Drawings, Pointers
from ingest.loaders.pdf.glyphs import unreadable_share
from ingest.loaders.pdf.letterforms import JudgedLetters, Letterforms
from ingest.loaders.pdf.native import address, functions
from ingest.loaders.pdf.traces import has_ink, legible
from ingest.loaders.visible import LEAST_POINTS
from rag.text import without_invisible

__all__ = ["drop_replacements", "feigned_letters", "hidden_characters"]

Mask = NDArray[np.bool_]

_LATIN: Final = 0x24F
_SPACES: Final = (0x09, 0x0A, 0x0D, 0x20, 0xA0)
# text rendering modes, PDF 1.7, table 106
_FILLED: Final = 0
_INVISIBLE: Final = 3
_CLIPPING: Final = 7
_PALE: Final = 225
"""Colours all of whose channels are above this may vanish on white."""
_FAINT: Final = 32
"""Opacity, of 255, below which text may vanish."""
_NEAR_COLOUR: Final = 32
_CELL: Final = 2.0
_HEIGHTS: Final = (0.5, 0.3, 0.7)
_MOST_CELLS: Final = 500
_MOST_PAINTED: Final = 100_000_000
"""Cells that all shapes together cover; where they cover more, cells are larger."""
_SQUEEZED: Final = 0.1
_NARROW: Final = 0.05
_IN_A_ROW: Final = 8
_UNLIKE: Final = 5
"""Of letters in a row, as words that are drawn again and again are not."""
_STACKED: Final = 0.35
"""The share of the sum of their widths that letters take which stand on each other."""
_KEY: Final = b"ActualText"
_MOST_ADDED: Final = 0.05
"""The share of letters that ligatures, broken words and capitals may add."""
_ALWAYS_ALLOWED: Final = 3
_UNREADABLE: Final = 0.1


def hidden_characters(
    page: Any, text_page: Any, characters: PageCharacters, drawings: Drawings, letterforms: Letterforms
) -> tuple[Mask, JudgedLetters]:
    """Which characters of an open `pypdfium2.PdfPage` and its text page cannot be seen, shape (n,).

    Also how their letters look: those that are drawn as other letters are not seen either.
    """
    boxes = characters.boxes
    inked: Mask = np.isfinite(boxes[:, 0]) & ~np.isin(characters.codes, _SPACES)
    hidden = inked & (_off_page(characters) | _too_small(characters, inked))
    hidden |= _of_no_shape(characters) | _on_each_other(characters, inked)
    owners = _owners(text_page, drawings.texts, len(boxes))
    letters = letterforms.judged(page, text_page, characters, drawings, owners)
    hidden |= letters.false
    colours, opacity = drawings.text_colours, drawings.text_opacity
    doubtful = (drawings.text_modes != _FILLED) | (colours.min(axis=1) >= _PALE) | (opacity < _FAINT)
    doubtful |= (colours[:, 0] < 0) | drawings.text_doubts
    shapes = _topmost(drawings.boxes, drawings.orders, boxes, characters.frame, _HEIGHTS)

    def covered(group: Mask) -> Mask:
        return _under_letters(characters, owners, drawings, group)

    under = covered(inked & ~hidden & (owners >= 0)) if _is_colourful(colours) else np.zeros_like(inked)
    is_clipped = bool(np.isfinite(drawings.text_clips).any())
    may_be_hidden = doubtful.any() or is_clipped or letters.blank.any() or under.any()
    if not (may_be_hidden or _may_matter(shapes, colours, drawings)):
        return hidden, letters
    known = inked & ~hidden & (owners >= 0)
    middle, upper, lower = (_over_or_under(found, owners, colours, drawings) for found in shapes)
    suspect = under | known & (doubtful[owners] | middle | upper & lower | letters.blank)
    if is_clipped:
        suspect |= known & _clipped_off(boxes, drawings.text_clips[owners])
    unpainted = np.isin(drawings.text_modes, (_INVISIBLE, _CLIPPING))[owners]
    painted = suspect & ~unpainted
    unpainted &= suspect
    if painted.any():
        inks = letterforms.inks(page, text_page, characters, drawings, owners, painted)
        painted &= ~legible(page, boxes, inks, painted, owners, drawings.texts, covered)
        hidden |= painted & ~letters.blank
        unpainted |= painted & letters.blank
    if unpainted.any():
        shown = _on_picture(boxes, drawings) if (known & ~unpainted).any() else inked
        shown |= (drawings.text_modes == _CLIPPING)[owners]
        hidden |= unpainted & ~(shown & has_ink(page, boxes))
    return hidden, letters


def _owners(text_page: Any, texts: Pointers, count: int) -> NDArray[np.intp]:
    """For each character the index of its text object; -1 for pdfium's own spaces."""
    get_object = functions()["FPDFText_GetTextObject"]
    found = np.fromiter(map(get_object, repeat(address(text_page)), range(count)), np.uint64, count)
    by_address = np.argsort(texts)
    ordered = texts[by_address]
    places = np.minimum(np.searchsorted(ordered, found), len(texts) - 1)
    return np.where(ordered[places] == found, by_address[places], -1)


def _of_no_shape(characters: PageCharacters) -> Mask:
    """Characters that no font draws, such as controls of direction and those of no width."""
    codes = np.unique(characters.codes[characters.codes > _LATIN])
    found = [code for code in codes.tolist() if without_invisible(f"\u4e00{chr(code)}") == "\u4e00"]
    unseen: Mask = np.isin(characters.codes, found)
    return unseen


def _off_page(characters: PageCharacters) -> Mask:
    left, top, right, bottom = characters.boxes.T
    frame = characters.frame
    with np.errstate(invalid="ignore"):
        off: Mask = (right <= 0) | (bottom <= 0) | (left >= frame.width) | (top >= frame.height)
    return off


def _too_small(characters: PageCharacters, inked: Mask) -> Mask:
    """Characters that are tiny, or squeezed to a line, by box and font: fonts may lie about their boxes."""
    boxes, fonts = characters.boxes, characters.fonts
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    longer = np.maximum(width, height)
    with np.errstate(invalid="ignore"):
        small: Mask = inked & ((longer < LEAST_POINTS) | (np.minimum(width, height) < _NARROW * longer))
    judged: dict[int, bool] = {}
    for index in np.flatnonzero(small).tolist():
        owner = fonts.text_object(index)
        if owner not in judged:
            across, along = fonts.extents(index)
            judged[owner] = min(across, along) < max(LEAST_POINTS, _SQUEEZED * max(across, along))
        small[index] = judged[owner]
    return small


def _on_each_other(characters: PageCharacters, inked: Mask) -> Mask:
    """Letters that stand on those before and after them, as no spacing of words to be read puts them.

    Of some letters in a row both the width and the height that they take together are held against the sums
    of their own. A letter that is drawn twice, to look bold, counts once.
    """
    places = np.flatnonzero(inked)
    codes = characters.codes[places]
    once = np.append(True, codes[1:] != codes[:-1])[: len(codes)]
    found: Mask = np.zeros(len(inked), np.bool_)
    places, codes = places[once], codes[once]
    if len(places) < _IN_A_ROW:
        return found
    boxes = sliding_window_view(characters.boxes[places], _IN_A_ROW, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        extents = boxes[:, 2:].max(axis=2) - boxes[:, :2].min(axis=2)
        shares = (extents / (boxes[:, 2:] - boxes[:, :2]).sum(axis=2)).max(axis=1)
    for start in np.flatnonzero(shares < _STACKED).tolist():
        if len(set(codes[start : start + _IN_A_ROW].tolist())) >= _UNLIKE:
            found[places[start] : places[start + _IN_A_ROW - 1] + 1] = True
    return found & inked


def _topmost(
    drawn: Boxes, orders: NDArray[np.float64], boxes: Boxes, frame: Frame, heights: tuple[float, ...]
) -> NDArray[np.intp]:
    """For each box the index of what was drawn last, in an order, about its middle; -1 for none.

    There is a row for each of some heights, as shares of the boxes' own.
    """
    if not len(drawn):
        return np.full((len(heights), len(boxes)), -1, np.intp)
    cell = max(_CELL, max(frame.width, frame.height) / _MOST_CELLS)
    sides = np.clip(np.nan_to_num(drawn), 0, max(frame.width, frame.height))
    painted = float((sides[:, 2:] - sides[:, :2]).prod(axis=1, dtype=np.float64).sum())
    cell = max(cell, (painted / _MOST_PAINTED) ** 0.5)
    columns, rows = int(frame.width / cell) + 1, int(frame.height / cell) + 1
    topmost = np.full((rows, columns), -1, np.intp)
    edges = np.round(sides / cell)
    np.maximum(edges[:, 2:], edges[:, :2] + 1, out=edges[:, 2:])  # thin ones count too, where they are many
    edges = np.clip(edges, 0, max(rows, columns)).astype(np.intp)
    for place in np.argsort(orders, kind="stable").tolist():
        left, top, right, bottom = edges[place].tolist()
        topmost[top:bottom, left:right] = place
    left, top, right, bottom = np.nan_to_num(boxes / cell).T
    x = np.clip((left + right) / 2, 0, columns - 1).astype(np.intp)
    down = np.stack([top + height * (bottom - top) for height in heights])
    y = np.clip(down, 0, rows - 1).astype(np.intp)
    found: NDArray[np.intp] = topmost[y, x]
    return found


def _is_colourful(colours: Colours) -> bool:
    return len(colours) > 0 and bool((colours != colours[0]).any())


def _under_letters(
    characters: PageCharacters, owners: NDArray[np.intp], drawings: Drawings, group: Mask
) -> Mask:
    """Which of some characters stand under later ones of them that are other letters in another colour."""
    places = np.flatnonzero(group)
    boxes, texts = characters.boxes[places], owners[places]
    (over,) = _topmost(boxes, drawings.text_orders[texts], boxes, characters.frame, _HEIGHTS[:1])
    codes, colours = characters.codes[places], drawings.text_colours[texts]
    later = drawings.text_orders[texts[over]] > drawings.text_orders[texts]
    other = (codes[over] != codes) & (colours[over] != colours).any(axis=1)
    found: Mask = np.zeros(len(group), np.bool_)
    found[places] = (over >= 0) & later & other
    return found


def _may_matter(shapes: NDArray[np.intp], colours: Colours, drawings: Drawings) -> bool:
    """Whether some shape with text about it came after some text, or has about the colour of some."""
    found = np.unique(shapes)
    found = found[found >= 0]
    if not len(found) or not len(colours):
        return False
    if drawings.orders[found].max() > drawings.text_orders.min():
        return True
    # np.unique of whole numbers is many times faster than of rows
    _, first = np.unique(colours.astype(np.int64) @ (1 << 20, 1 << 10, 1), return_index=True)
    used = colours[first]
    return bool((np.abs(used[:, None] - drawings.colours[found]).max(axis=2) <= _NEAR_COLOUR).any())


def _over_or_under(
    shapes: NDArray[np.intp], owners: NDArray[np.intp], colours: Colours, drawings: Drawings
) -> Mask:
    """Characters that a later shape may cover, or that stand on a shape of about their colour."""
    if not len(drawings.boxes):
        return np.zeros(len(shapes), np.bool_)
    later = drawings.orders[shapes] > drawings.text_orders[owners]
    difference = np.abs(drawings.colours[shapes] - colours[owners]).max(axis=1)
    found: Mask = (shapes >= 0) & (later | (difference <= _NEAR_COLOUR))
    return found


def _clipped_off(boxes: Boxes, clips: Boxes) -> Mask:
    """Characters less than half of which lies inside of their clips."""
    with np.errstate(invalid="ignore"):
        inside = np.minimum(boxes[:, 2:], clips[:, 2:]) - np.maximum(boxes[:, :2], clips[:, :2])
        off: Mask = np.any(inside < (boxes[:, 2:] - boxes[:, :2]) / 2, axis=1)
    return off


def _on_picture(boxes: Boxes, drawings: Drawings) -> Mask:
    x, y = np.nan_to_num((boxes[:, :2] + boxes[:, 2:]) / 2).T
    found: Mask = np.zeros(len(boxes), np.bool_)
    for left, top, right, bottom in drawings.boxes[drawings.is_picture].tolist():
        found |= (left <= x) & (x <= right) & (top <= y) & (y <= bottom)
    return found


def drop_replacements(replacing: list[tuple[int, int]]) -> None:
    """Take off the text that stands for objects, so that text pages read what is drawn from now on.

    Args:
        replacing: Text objects and the marks that hold the text, by address.
    """
    remove = functions()["FPDFPageObjMark_RemoveParam"]
    for mark, pointer in {mark: pointer for pointer, mark in replacing}.items():
        remove(pointer, mark, _KEY)


def feigned_letters(told: str, drawn: str) -> int:
    """How many letters a page tells that are not drawn.

    It is 0 where the text may stand, for it says what is drawn, or what is drawn cannot be read.
    """
    letters = _letters(drawn)
    added = sum((_letters(told) - letters).values())
    allowed = max(_ALWAYS_ALLOWED, _MOST_ADDED * sum(letters.values()))
    if added <= allowed or not letters or unreadable_share(drawn) > _UNREADABLE:
        return 0
    return added if _share_of_latin(told) - _share_of_latin(drawn) > -0.5 else 0


def _letters(text: str) -> Counter[str]:
    return Counter(filter(str.isalnum, text.casefold()))


def _share_of_latin(text: str) -> float:
    """Fonts of other scripts often hold their signs at the places of Latin letters."""
    letters = [character for character in text if character.isalpha()]
    return sum(character < "\u0250" for character in letters) / max(len(letters), 1)
