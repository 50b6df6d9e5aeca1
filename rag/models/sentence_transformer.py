"""The general embedder: any sentence-transformers model by package, folder or hub name."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import ConfigurationError, ModelError
from rag.models.devices import (
    accelerator_likely,
    choose_device,
    choose_dtype,
    prepare_environment,
    quiet_transformers,
    set_threads,
)
from rag.models.embedder_config import EmbedderConfig, read_embedder_config
from rag.models.model_protocol import Vectors
from rag.models.openvino_encoder import OpenVinoEncoder
from rag.models.tokenizer import SpanTokenizer, encodable
from rag.models.weights import locate
from rag.schema import Span
from rag.settings import EmbedderSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["SentenceTransformerEmbedder"]

_QUESTIONS = 256
"""Questions remembered: half a megabyte."""


class SentenceTransformerEmbedder:
    """Unit vectors from a sentence-transformers model. Safe for several threads.

    Example:
        >>> embedder = SentenceTransformerEmbedder(EmbedderSettings())
        >>> embedder.embed_questions(["What is a library?"]).shape
        (1, 384)
    """

    def __init__(self, settings: EmbedderSettings, *, offline: bool = True) -> None:
        """Find the model and read its configs; weights load at the first call that needs them.

        Raises:
            ModelNotFoundError: the model is not on this machine.
            ModelError: what is there is not an embedding model.
        """
        prepare_environment(offline)
        self._settings = settings
        self._config = read_embedder_config(
            locate(settings.model, offline=offline, setting="embedder.model"), settings
        )
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None
        self._compiled: tuple[int, OpenVinoEncoder] | None = None

    @property
    def name(self) -> str:
        """The model's name without `packaged:`, or its folder's name."""
        return self._config.name

    @property
    def fingerprint(self) -> str:
        """Name and hash of weights, tokenizer, configs, prefixes and input limit; not of device or dtype."""
        return self._config.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._config.dimension

    @property
    def max_tokens(self) -> int:
        """Input limit in tokens, special tokens included."""
        return self._config.max_tokens

    @property
    def config(self) -> EmbedderConfig:
        """What the model's folder and the settings say."""
        return self._config

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of shape (len(texts), dimension); `progress` gets the number done so far.

        Texts are batched by length over the whole call, which halves the padding of mixed lengths:
        give many at once.
        """
        encoder = None if self._has_accelerator else self._encoder()
        return self._embed(texts, self._config.passage_prefix, progress, encoder)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), with the model's question prefix.

        A single question is remembered for a while: it is embedded to search, and asked for again to
        choose the evidence.
        """
        if len(texts) == 1:
            return self._question(texts[0]).copy()
        return self._embed(texts, self._config.query_prefix, None, self._encoder())

    @cached_property
    def _question(self) -> Callable[[str], Vectors]:
        """The vector of one question, shape (1, dimension)."""

        def embedded(text: str) -> Vectors:
            return self._embed([text], self._config.query_prefix, None, self._encoder())

        return lru_cache(maxsize=_QUESTIONS)(embedded)

    def load(self) -> None:
        """Load the weights now rather than at the first long call; a server does so while it starts."""
        if self._has_accelerator or self._encoder() is None:
            with self._lock:
                self._loaded = self._loaded or self._load()

    def token_spans(self, text: str) -> list[Span]:
        """The character span of each token of a text, without special tokens and without a limit."""
        return self._tokenizer.spans(text)

    @cached_property
    def _tokenizer(self) -> SpanTokenizer:
        return SpanTokenizer(self._config.folder)

    @cached_property
    def _has_accelerator(self) -> bool:
        """Whether passages go to a GPU, of which questions, a dozen tokens each, have no gain."""
        likely = self._settings.device == "auto" and accelerator_likely()
        return likely and choose_device() != "cpu"

    def _encoder(self) -> OpenVinoEncoder | None:
        """The model on OpenVINO; None where it runs on torch, which alone works in a forked child."""
        with self._lock:
            if self._compiled is None and self._on_openvino:
                made = OpenVinoEncoder(self._config, self._settings.dtype, self._settings.threads)
                self._compiled = os.getpid(), made
        return self._compiled[1] if self._compiled is not None and self._compiled[0] == os.getpid() else None

    @cached_property
    def _on_openvino(self) -> bool:
        settings = self._settings
        wanted = settings.runtime != "torch" and settings.device in {"auto", "cpu"}
        fits = wanted and OpenVinoEncoder.fits(self._config, settings.dtype)
        if settings.runtime == "openvino" and not fits:
            raise ConfigurationError(
                f"setting embedder.runtime: OpenVINO cannot run {self.name} with device {settings.device!r} "
                f"and dtype {settings.dtype!r} (it runs BERT and RoBERTa from float32 files): set 'auto'"
            )
        return fits

    def _embed(
        self,
        texts: Sequence[str],
        prefix: str,
        progress: Callable[[int], None] | None,
        encoder: OpenVinoEncoder | None,
    ) -> Vectors:
        if encoder is not None:
            ids = self._tokenizer.ids([prefix + text for text in texts], self.max_tokens)
            return encoder.encode(ids, progress)
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        size = self._settings.batch_size
        longest_first = self._longest_first(texts, prefix) if len(texts) > size else list(range(len(texts)))
        for start in range(0, len(texts), size):
            rows = longest_first[start : start + size]
            vectors[rows] = self._encode([encodable(texts[row]) for row in rows], prefix)
            if progress is not None:
                progress(start + len(rows))
        return vectors

    def _longest_first(self, texts: Sequence[str], prefix: str) -> list[int]:
        """Rows by their length in tokens, which is what is padded.

        In reports with many numbers, batches of 32 sorted by characters are padded by 23 %, by tokens 6 %.
        """
        lengths = list(map(len, self._tokenizer.ids([prefix + text for text in texts], self.max_tokens)))
        return sorted(range(len(texts)), key=lambda row: -lengths[row])

    def _encode(self, texts: list[str], prefix: str) -> Vectors:
        """One batch through the model."""
        with self._lock:
            model = self._loaded = self._loaded or self._load()
            vectors = model.encode(
                texts,
                prompt=prefix,
                batch_size=len(texts),
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return _unit(np.asarray(vectors, np.float32))

    def _load(self) -> SentenceTransformer:
        device = choose_device(self._settings.device)
        dtype = choose_dtype(self._settings.dtype, device)
        set_threads(self._settings.threads)
        quiet_transformers()
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(
                str(self._config.folder),
                device=device,
                local_files_only=True,
                model_kwargs={"dtype": dtype, "use_safetensors": True},
            )
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError(
                f"the embedding model {self.name} in {self._config.folder} cannot be loaded "
                f"on {device}: {error}"
            ) from error
        model.max_seq_length = self.max_tokens
        if model.get_embedding_dimension() != self.dimension:
            raise ModelError(
                f"the embedding model {self.name} gives vectors of {model.get_embedding_dimension()} numbers "
                f"where its configs say {self.dimension}: fetch the model again"
            )
        return model


def _unit(vectors: Vectors) -> Vectors:
    """Exactly normalised rows: in bfloat16 the model's own normalisation is good to three digits."""
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
    unit: Vectors = vectors / lengths
    return unit
