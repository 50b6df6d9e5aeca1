"""A reranker that reads question and passage together (Nogueira and Cho 2019)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ModelError
from rag.models.devices import choose_device, choose_dtype, prepare_environment, quiet_transformers
from rag.models.tokenizer import encodable
from rag.models.weights import locate
from rag.settings import RerankerSettings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

__all__ = ["CrossEncoderReranker"]


class CrossEncoderReranker:
    """Scores from a sentence-transformers cross-encoder. Safe for several threads."""

    def __init__(self, settings: RerankerSettings, *, offline: bool = True) -> None:
        """Find the model; weights load at the first call.

        Raises:
            ModelNotFoundError: the model is not on this machine.
            ModelError: no model is set, or what is there is not one.
        """
        if settings.model is None:
            raise ModelError("setting reranker.model is not set: name a cross-encoder's folder or hub name")
        prepare_environment(offline)
        self._settings = settings
        self._files = locate(settings.model, offline=offline, setting="reranker.model")
        if not (self._files.path / "config.json").is_file():
            raise ModelError(
                f"{self._files.path} holds no cross-encoder (no config.json): check setting reranker.model"
            )
        self._lock = threading.Lock()
        self._loaded: CrossEncoder | None = None

    @property
    def name(self) -> str:
        """The hub name, or the folder's name."""
        return self._files.name

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """The model's logit for each text, higher is better; longer text than it takes is cut."""
        if not texts:
            return []
        from torch.nn import Identity

        pairs = [(encodable(question), encodable(text)) for text in texts]
        with self._lock:
            model = self._loaded = self._loaded or self._load()
            logits = model.predict(
                pairs,
                batch_size=self._settings.batch_size,
                show_progress_bar=False,
                activation_fn=Identity(),
                convert_to_numpy=True,
            )
        return [float(score) for score in _relevance(np.asarray(logits, np.float32))]

    def _load(self) -> CrossEncoder:
        device = choose_device(self._settings.device)
        dtype = choose_dtype(self._settings.dtype, device)
        quiet_transformers()
        from sentence_transformers import CrossEncoder

        try:
            model = CrossEncoder(
                str(self._files.path),
                device=device,
                local_files_only=True,
                model_kwargs={"dtype": dtype, "use_safetensors": True},
            )
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError(
                f"the reranker {self.name} in {self._files.path} cannot be loaded on {device}: {error}"
            ) from error
        if model.num_labels > 2:
            raise ModelError(
                f"{self.name} is a classifier of {model.num_labels} labels: a reranker has one, or two"
            )
        return model


def _relevance(logits: np.ndarray) -> np.ndarray:
    """One number a pair: the only logit, or how far `relevant` is above `not relevant`."""
    if logits.ndim == 1:
        return logits
    return logits[:, 0] if logits.shape[1] == 1 else logits[:, 1] - logits[:, 0]
