from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageFont

Drawn = Callable[..., Image.Image]


@pytest.fixture
def drawn() -> Drawn:
    """Draws lines of text, each given as left, top and words, on a white picture."""

    def draw(
        *lines: tuple[int, int, str], size: tuple[int, int] = (900, 260), letters: int = 32
    ) -> Image.Image:
        image = Image.new("RGB", size, "white")
        pen = ImageDraw.Draw(image)
        font = ImageFont.load_default(letters)
        for left, top, words in lines:
            pen.text((left, top), words, font=font, fill="black")
        return image

    return draw
