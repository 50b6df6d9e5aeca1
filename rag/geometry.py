"""Where each character of a page stands: compact storage, and the boxes of a span."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.schema import Box

__all__ = ["PageGeometry"]

_UNITS_PER_POINT: Final = 10.0
_MAGIC: Final = b"G1"
_HEADER: Final = struct.Struct("<If")
"""How many characters, and units in a point."""


@dataclass(frozen=True, slots=True, eq=False)
class PageGeometry:
    """Boxes of a page's characters, shape (n, 4): left, top, right, bottom in points.

    Row i belongs to the page's i-th character. A character without ink (a space, a line break,
    the page break) has a row of NaN. Stored as 16-bit tenths of a point, so exact to 0.05 points
    on pages up to 3,276 points; larger pages are scaled.
    """

    boxes: NDArray[np.float32]

    def to_bytes(self) -> bytes:
        """Pack column-wise as differences, which compress to about two bytes a character."""
        finite = self.boxes[np.isfinite(self.boxes)]
        largest = float(np.abs(finite).max()) if finite.size else 1.0
        scale = min(_UNITS_PER_POINT, 32_000.0 / max(largest, 1.0))
        inked = np.isfinite(self.boxes).all(axis=1)
        quantised = np.round(self.boxes[inked] * scale).astype(np.int16)
        deltas = np.diff(quantised, axis=0, prepend=np.zeros((1, 4), np.int16))
        header = _HEADER.pack(len(self.boxes), scale)
        body = np.packbits(inked).tobytes() + deltas.T.astype("<i2").tobytes()
        return _MAGIC + header + zlib.compress(body, 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> PageGeometry:
        """Unpack what `to_bytes` packed.

        Raises:
            ValueError: the bytes are not a page geometry.
        """
        if data[:2] != _MAGIC:
            raise ValueError(f"not a page geometry: starts with {data[:2]!r}")
        try:
            count, scale = _HEADER.unpack_from(data, len(_MAGIC))
            body = zlib.decompress(data[len(_MAGIC) + _HEADER.size :])
        except (struct.error, zlib.error) as error:
            raise ValueError(f"a damaged page geometry: {error}") from None
        mask_bytes = (count + 7) // 8
        if len(body) < mask_bytes:
            raise ValueError(f"a damaged page geometry: {len(body)} bytes for {count} characters")
        inked = np.unpackbits(np.frombuffer(body[:mask_bytes], np.uint8), count=count).astype(bool)
        if len(body) != mask_bytes + 8 * int(inked.sum()):
            raise ValueError(f"a damaged page geometry: {len(body)} bytes for {int(inked.sum())} boxes")
        deltas = np.frombuffer(body, "<i2", offset=mask_bytes).reshape(4, -1).T
        boxes = np.full((count, 4), np.nan, np.float32)
        # int16 addition wraps around in both directions, so the cumulative sum undoes the difference
        boxes[inked] = np.cumsum(deltas, axis=0, dtype=np.int16).astype(np.float32) / scale
        return cls(boxes)

    def span_boxes(self, page: int, start: int, end: int) -> tuple[Box, ...]:
        """One box for each line that characters `start` to `end` (page offsets) touch."""
        rows = self.boxes[max(start, 0) : max(end, 0)]
        rows = rows[np.isfinite(rows).all(axis=1)]
        lines: list[list[float]] = []
        for left, top, right, bottom in rows.tolist():
            if lines and _same_line(lines[-1], top, bottom):
                line = lines[-1]
                line[:] = [min(line[0], left), min(line[1], top), max(line[2], right), max(line[3], bottom)]
            else:
                lines.append([left, top, right, bottom])
        return tuple(Box(page, *(round(value, 2) for value in line)) for line in lines)


def _same_line(line: list[float], top: float, bottom: float) -> bool:
    """Whether a character stands on a line: they overlap by half the smaller height."""
    overlap = min(line[3], bottom) - max(line[1], top)
    return overlap >= 0.5 * min(bottom - top, line[3] - line[1])
