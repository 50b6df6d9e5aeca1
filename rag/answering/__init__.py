"""From a question to an answer that can be checked."""

from rag.answering.answerer import Answerer
from rag.answering.calibration import Calibrator, load_calibrator
from rag.answering.confidence import CONFIDENCE_FEATURES, confidence_features
from rag.answering.events import AnswerEvent, Finished, PassagesFound, Searching, SentenceReady, TokenWritten

__all__ = [
    "CONFIDENCE_FEATURES",
    "AnswerEvent",
    "Answerer",
    "Calibrator",
    "Finished",
    "PassagesFound",
    "Searching",
    "SentenceReady",
    "TokenWritten",
    "confidence_features",
    "load_calibrator",
]
