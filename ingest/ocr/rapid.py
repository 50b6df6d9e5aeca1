"""OCR by RapidOCR: PP-OCRv6 on onnxruntime, English and Chinese, with its weights in the package.

It is taken because `pip install` brings its models (Apache-2.0, 31 MB), because it needs no system
library (Tesseract does), and because it reads Chinese as well as English. Its models are named by
their paths: RapidOCR downloads what it is asked for by name only. The model that turns lines by
180 degrees stays off: it turns short upright lines (`ingest.ocr.turning` tells whole pages instead).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ingest.ocr.ocr_protocol import OcrLine, PixelBox
from rag.errors import ConfigurationError, DocumentError
from rag.models.devices import no_telemetry
from rag.models.packaged import verify

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["DIGESTS", "RapidEngine"]

_DETECTION: Final = "PP-OCRv6_det_small.onnx"
_RECOGNITION: Final = "PP-OCRv6_rec_small.onnx"
DIGESTS: Final = {
    _DETECTION: "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    _RECOGNITION: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
}
_DETECTION_SIDE: Final = 1_600
"""Lines are looked for on a picture of this size at most, and read from the whole one."""
_LARGEST_SIDE: Final = 4_000
_SMALLEST_SIDE: Final = 8
"""Nothing can be read on a picture that is lower or narrower."""


class RapidEngine:
    """Reads pictures on one thread; loading takes about a second and 150 MB."""

    def __init__(self) -> None:
        """Load the models.

        Raises:
            ConfigurationError: RapidOCR or its models are not installed.
        ModelError: its models are others than those that Citewell was tested with.
        """
        models = _models()
        verify(models, DIGESTS, "pip install --force-reinstall --no-deps rapidocr==3.10.0")
        no_telemetry()
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(1)
        self._engine: Any = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "critical",
                "Global.max_side_len": _LARGEST_SIDE,
                "Global.return_word_box": True,
                "Global.return_single_char_box": True,
                "Det.model_path": str(models / _DETECTION),
                "Det.limit_type": "max",
                "Det.limit_side_len": _DETECTION_SIDE,
                "Rec.model_path": str(models / _RECOGNITION),
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, image: Image) -> list[OcrLine]:
        """The lines of an upright RGB picture, in no particular order.

        Raises:
            DocumentError: the engine fails on this picture.
        """
        if min(image.size) < _SMALLEST_SIDE:
            return []
        try:
            found = self._engine(image)
        except Exception as error:  # whatever OpenCV and onnxruntime raise
            size = f"{image.width} x {image.height}"
            raise DocumentError(f"OCR failed on a picture of {size} pixels ({error})") from error
        if found.txts is None or found.boxes is None:
            return []
        cells = found.word_results
        if len(cells) != len(
            found.txts
        ):  # the engine leaves lines out there whose characters it cannot place
            cells = [()] * len(found.txts)
        rows = zip(found.txts, found.boxes, found.scores, cells, strict=True)
        return [_line(text, quad, float(score), placed) for text, quad, score, placed in rows if text.strip()]


def _models() -> Path:
    """The folder of the weights, found without importing the package."""
    spec = importlib.util.find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec is not None and spec.origin else None
    if folder is None or not all((folder / name).is_file() for name in (_DETECTION, _RECOGNITION)):
        raise ConfigurationError(
            "pictures and scanned pages cannot be read: the package rapidocr (3.10 or newer) with its models "
            "is not installed. Run `pip install 'rapidocr>=3.10,<4'`, or set ingest.ocr to off"
        )
    return folder


def _line(text: str, quad: NDArray[np.float32], score: float, cells: Any) -> OcrLine:
    left, top = quad.min(axis=0).tolist()
    right, bottom = quad.max(axis=0).tolist()
    box = PixelBox(left, top, right, bottom)
    inked = [i for i, character in enumerate(text) if not character.isspace()]
    characters = np.full((len(text), 4), np.nan, np.float32)
    boxes = [np.array(corners, np.float32) for _, _, corners in cells or ()]
    if len(boxes) == len(inked):
        for i, corners in zip(inked, boxes, strict=True):
            characters[i] = (*corners.min(axis=0), *corners.max(axis=0))
    else:
        characters[inked] = _even_boxes(box, len(text))[inked]
    return OcrLine(text, box, score, characters)


def _even_boxes(box: PixelBox, count: int) -> NDArray[np.float32]:
    """Boxes of equal width, for a line whose characters the engine did not place."""
    edges = np.linspace(box.left, box.right, count + 1, dtype=np.float32)
    top, bottom = np.full(count, box.top, np.float32), np.full(count, box.bottom, np.float32)
    return np.stack([edges[:-1], top, edges[1:], bottom], axis=1)
