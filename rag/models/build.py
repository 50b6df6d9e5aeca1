"""From settings to models: which class serves which name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from rag.errors import ConfigurationError, ModelNotFoundError
from rag.models.model_protocol import Embedder, Reranker
from rag.models.packaged import PREFIX
from rag.resources import resource
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag.models.causal import CausalModel
    from rag.models.label_likelihood import LabelLikelihood
    from rag.models.llama_cpp import LlamaCppWeights
    from rag.models.reader import Reader

__all__ = [
    "PACKAGED_READERS",
    "build_embedder",
    "build_generator",
    "build_label_scorer",
    "build_reranker",
    "build_second_embedder",
    "load_readers",
]

PACKAGED_READERS = ("reader", "reader_multilingual")
"""The folders of the readers that ship, that of fewer languages first."""
T = TypeVar("T")
_OF_ONE_MODEL = ("max_tokens", "query_prefix", "passage_prefix")
_UNIVERSAL = "packaged:universal-sentence-encoder-multilingual"


def build_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; its weights load when they are first needed.

    Raises:
        ConfigurationError: it is at an endpoint whose address is not set.
        ModelNotFoundError: the model is not on this machine; the message says what to do.
    """
    if settings.embedder.provider == "openai":
        from rag.models.endpoint_embedder import EndpointEmbedder

        return EndpointEmbedder(settings.embedder)
    if settings.embedder.model == _UNIVERSAL:
        from rag.models.universal import UniversalSentenceEncoder

        return UniversalSentenceEncoder(settings.embedder)
    from rag.models.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(settings.embedder, offline=settings.offline)


def build_second_embedder(settings: Settings, first: Embedder | None) -> Embedder | None:
    """The embedder that judges sentences in languages which `first` does not know.

    None where the settings name none, where it is `first` itself, and where the default is not installed.

    Raises:
        ModelNotFoundError: the settings themselves name a model that is not on this machine.
    """
    answering, own = settings.answering, settings.embedder
    model = answering.second_embedder
    if not model or (first is not None and model.removeprefix(PREFIX) == first.name):
        return None
    apart = {"model": model, "provider": "local", **dict.fromkeys(_OF_ONE_MODEL)}
    chosen = settings.model_copy(update={"embedder": own.model_copy(update=apart)})
    key = repr(("embedder", chosen.embedder, settings.offline))
    try:
        return _once(key, lambda: build_embedder(chosen))
    except ModelNotFoundError:
        if "second_embedder" in answering.model_fields_set:
            raise
        return None


def build_reranker(settings: Settings) -> Reranker | None:
    """The reranker that the settings name, if any.

    Raises:
        ConfigurationError: it is at an endpoint whose address is not set.
        ModelNotFoundError: the model is not on this machine; the message says what to do.
    """
    if settings.reranker.provider == "endpoint":
        from rag.models.endpoint_reranker import EndpointReranker

        return EndpointReranker(settings.reranker)
    if settings.reranker.model is None:
        return None
    from rag.models.cross_encoder import CrossEncoderReranker

    reranker = settings.reranker
    key = repr(("reranker", reranker.model_copy(update={"candidates": 1}), settings.offline))
    return _once(key, lambda: CrossEncoderReranker(reranker, offline=settings.offline))


def load_readers(settings: Settings) -> tuple[Reader, ...]:
    """The readers that the settings name, those of fewer languages first; none for `none`.

    Their weights load when they are first needed.

    Raises:
        ModelNotFoundError: there is no reader in the folder.
    """
    model, threads = settings.reader.model, settings.reader.threads
    if model == "none":
        return ()
    from rag.models.openvino_reader import OpenVinoReader

    folders = [Path(model).expanduser()]
    if model == "packaged":
        folders = [resource("data", name) for name in PACKAGED_READERS]
    return tuple(
        _once(repr(("reader", str(folder), threads)), partial(OpenVinoReader, folder, threads))
        for folder in folders
    )


def build_generator(settings: Settings) -> BaseChatModel | None:
    """The chat model that the settings name; None for provider `none`. Local weights load at first use.

    Raises:
        ConfigurationError: a remote provider lacks its package or its key.
    """
    provider = settings.generator.provider
    if provider == "none":
        return None
    if provider == "local":
        from rag.models.local_chat import LocalChatModel

        return LocalChatModel(settings.generator, _causal_model(settings))
    if provider == "llama_cpp":
        from rag.models.llama_cpp import LlamaCppChatModel

        return LlamaCppChatModel(settings.generator, _gguf_weights(settings))
    from rag.models.endpoint import EndpointChatModel

    return EndpointChatModel(settings.generator)


def build_label_scorer(settings: Settings) -> LabelLikelihood:
    """Classification by likelihood under the local model; it shares its weights with the generator.

    Raises:
        ConfigurationError: the provider is not `local`, so that there are no weights to score with.
    """
    if settings.generator.provider != "local":
        raise ConfigurationError(
            f"labels are scored by a local model, and generator.provider is {settings.generator.provider!r}"
        )
    from rag.models.label_likelihood import LabelLikelihood

    return LabelLikelihood(_causal_model(settings))


def _causal_model(settings: Settings) -> CausalModel:
    from rag.models.causal import CausalModel

    generator = settings.generator
    shape = (generator.model, generator.device, generator.dtype, generator.quantization)
    key = repr(("causal", *shape, generator.idle_minutes, settings.offline))
    return _once(key, lambda: CausalModel(generator, offline=settings.offline))


def _gguf_weights(settings: Settings) -> LlamaCppWeights:
    from rag.models.llama_cpp import LlamaCppWeights

    generator = settings.generator
    shape = (generator.model, generator.context_tokens, generator.threads)
    key = repr(("gguf", *shape, generator.idle_minutes, settings.offline))
    return _once(key, lambda: LlamaCppWeights(generator, offline=settings.offline))


_shared: WeakValueDictionary[str, Any] = WeakValueDictionary()
_sharing = threading.Lock()


def _once(key: str, make: Callable[[], T]) -> T:
    """One set of weights for all who use the same model while any of them lives: it may be gigabytes.

    How a model is sampled is no part of a key: who changes the temperature loads nothing.
    """
    with _sharing:
        found: T | None = _shared.get(key)
        if found is None:
            found = _shared[key] = make()
        return found
