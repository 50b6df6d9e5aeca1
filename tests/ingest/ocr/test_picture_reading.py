"""The engine on drawn text: what it reads, where it says it stands, and what it never does."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ingest.heartbeat import Beat, listening
from ingest.ocr import OcrReader, read_image, read_text
from rag.settings import IngestSettings

WORDS = "The treasurer is Miriam Castellane."


def test_lines_are_read_with_a_box_for_each_character(drawn) -> None:
    (line,) = read_image(drawn((40, 60, WORDS)))
    assert line.text == WORDS
    assert line.confidence > 0.9
    assert len(line.characters) == len(WORDS)
    spaces = [character == " " for character in WORDS]
    assert np.isnan(line.characters).all(axis=1).tolist() == spaces
    inked = line.characters[~np.array(spaces)]
    assert (np.diff(inked[:, 0]) >= 0).all()
    assert (inked[:, 1] >= 40).all()
    assert (inked[:, 3] <= 120).all()


def test_a_word_is_where_it_was_drawn(drawn) -> None:
    image = drawn((40, 60, WORDS))
    pixels = np.asarray(image.convert("L")) < 128
    text = read_text(image)
    start = text.text.index("Castellane")
    boxes = text.boxes[start : start + len("Castellane")]
    left, top, right, bottom = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    ink = np.flatnonzero(pixels[:, int(left) :].any(axis=0)) + int(left)
    assert abs(ink[-1] - right) < 25  # the full stop follows
    assert not pixels[: int(top) - 4].any()
    assert not pixels[int(bottom) + 4 :].any()


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_picture_is_read_and_its_boxes_lie_on_it(drawn, angle: int) -> None:
    image = drawn((40, 60, WORDS), (40, 140, "The roof cost 41,200 pounds in 2025.")).rotate(
        angle, expand=True
    )
    text = read_text(image)
    assert WORDS in text.text
    pixels = np.asarray(image.convert("L"))
    for left, top, right, bottom in text.boxes[np.isfinite(text.boxes).all(axis=1)].astype(int).tolist():
        assert pixels[top : bottom + 1, left : right + 1].min() < 128


def test_nothing_is_read_where_nothing_stands() -> None:
    for size in ((1, 1), (9, 300), (3_000, 10), (400, 400)):
        assert read_image(Image.new("RGB", size, "white")) == []


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I", "F"])
def test_pictures_of_every_kind_are_read(drawn, mode: str) -> None:
    image = drawn((40, 60, "Harrowmere"), size=(400, 150), letters=48)
    assert "Harrowmere" in read_text(image.convert(mode)).text


def test_light_letters_on_nothing_are_read(drawn) -> None:
    page = Image.new("RGBA", (400, 150), (255, 255, 255, 0))
    ink = (
        drawn((40, 60, "Harrowmere"), size=(400, 150), letters=48)
        .convert("L")
        .point(lambda value: 255 - value)
    )
    page.putalpha(ink)
    assert "Harrowmere" in read_text(page).text


def test_a_huge_picture_is_made_smaller_and_boxes_are_its_own(drawn) -> None:
    image = drawn((400, 600, WORDS), size=(8_000, 2_000), letters=300)
    text = read_text(image)
    assert text.text == WORDS
    assert np.nanmax(text.boxes[:, 2]) > 4_000


def test_a_reader_keeps_to_the_settings_and_the_file_alive(drawn) -> None:
    image = drawn((40, 60, "Hull"), size=(300, 150), letters=48)
    off = OcrReader(IngestSettings(ocr="off"))
    assert off.read(image) is None
    assert "ingest.ocr" in off.refusal
    reader = OcrReader(IngestSettings(ocr_pages=1))
    beats: list[Beat] = []
    with listening(beats.append):
        assert reader.read(image) is not None
        assert reader.read(image) is None
    assert beats == [Beat.OCR, Beat.PAGE]
    assert "more than 1 page would need OCR (setting ingest.ocr_pages)" in reader.refusal


def test_nothing_is_downloaded_and_nothing_is_loaded_before_it_is_needed() -> None:
    program = """
import socket, sys
class Forbidden(socket.socket):
    def __init__(self, *a, **k): raise AssertionError("a socket was opened")
socket.socket = Forbidden
socket.getaddrinfo = socket.create_connection = Forbidden
import ingest.ocr
print([name for name in ("cv2", "rapidocr", "onnxruntime", "PIL") if name in sys.modules])
from pathlib import Path
from PIL import Image, ImageDraw, ImageFont
image = Image.new("RGB", (400, 120), "white")
ImageDraw.Draw(image).text((30, 30), "Harrowmere", font=ImageFont.load_default(48), fill="black")
import importlib.util
models = Path(importlib.util.find_spec("rapidocr").origin).parent / "models"
before = sorted(path.name for path in models.iterdir())
print(ingest.ocr.read_text(image).text)
print(before == sorted(path.name for path in models.iterdir()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["[]", "Harrowmere", "True"]
    assert done.stderr == ""
