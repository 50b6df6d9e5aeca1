"""What OpenAI's clients call models: the library, each of its collections, and its embedder."""

from __future__ import annotations

import base64
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rag.errors import NotFoundError
from rag.library import Library
from rag.models import Embedder
from rag.models.model_protocol import Vectors
from ui.api.error_responses import InvalidFieldError, ModelNameError
from ui.api.openai_bodies import CitewellField, EmbeddingsBody, read_openai_body
from ui.api.request_work import gone, within_time

__all__ = ["ROUTES", "documents_asked"]

_WHOLE: Final = "citewell"
_OF_COLLECTION: Final = f"{_WHOLE}/"
_SHOWN: Final = "GET /v1/models"
_SPECIAL_TOKENS: Final = 2
"""What a model puts before and behind a text."""
_BATCH: Final = 32
"""Texts that are embedded before it is asked whether anybody still waits."""


async def list_models(request: Request) -> Response:
    """`GET /v1/models`: the library, its collections, its embedder."""
    models = await run_in_threadpool(_models, request.app.state.library)
    return JSONResponse({"object": "list", "data": models})


async def show_model(request: Request) -> Response:
    """`GET /v1/models/ID`: one of them."""
    name = request.path_params["model"]
    for model in await run_in_threadpool(_models, request.app.state.library):
        if model["id"] == name:
            return JSONResponse(model)
    raise ModelNameError(f"there is no model {name!r}", _SHOWN)


async def embed(request: Request) -> Response:
    """`POST /v1/embeddings`: vectors of length 1 by the library's embedder."""
    body = await read_openai_body(request, EmbeddingsBody)
    library: Library = request.app.state.library
    embedder = await run_in_threadpool(lambda: library.embedder)
    if body.model != embedder.name:
        raise ModelNameError(f"there is no model {body.model!r} that embeds", _SHOWN)
    if body.dimensions not in (None, embedder.dimension):
        raise InvalidFieldError(
            f"dimensions: the vectors of {embedder.name} have {embedder.dimension} numbers, "
            f"not {body.dimensions}: leave it out",
            "dimensions",
        )
    made = await within_time(request, lambda stop: _embedded(embedder, body, stop))
    if made is None:
        return gone()
    vectors, tokens = made
    told = (_base64 if body.encoding_format == "base64" else _floats)(vectors)
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(told)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return JSONResponse({"object": "list", "data": data, "model": embedder.name, "usage": usage})


ROUTES = [
    Route("/v1/models", list_models, methods=["GET"]),
    Route("/v1/models/{model:path}", show_model, methods=["GET"]),
    Route("/v1/embeddings", embed, methods=["POST"]),
]


def documents_asked(library: Library, model: str, field: CitewellField) -> list[str] | None:
    """The ids of the documents that a model and the field `citewell` limit a question to; None for all.

    Empty lists limit nothing: clients fill them in unasked. The ids are all that the model's collection, the
    field's collections and its documents hold together.

    Raises:
        ModelNameError: the model is none that answers.
        NotFoundError: a document or a collection is not in the library, or the collections are empty.
    """
    groups = {group.name: group.document_ids for group in library.store.collections.all()}
    named = model.removeprefix(_OF_COLLECTION)
    is_collection = model.startswith(_OF_COLLECTION) and named in groups
    if model != _WHOLE and not is_collection:
        raise ModelNameError(f"there is no model {model!r} that answers questions", _SHOWN)
    collections = [*([named] if is_collection else []), *(field.collections or [])]
    if not field.documents and not field.collections and not is_collection:
        return None
    missing = [name for name in collections if name not in groups]
    if missing:
        raise NotFoundError(f"there is no collection {missing[0]!r} in the library", _SHOWN)
    ids = library.document_ids(field.documents) or []
    asked = list(dict.fromkeys([*ids, *(i for name in collections for i in groups[name])]))
    if not asked:
        raise NotFoundError(f"the collection {collections[0]!r} holds no document", _SHOWN)
    return asked


def _models(library: Library) -> list[dict[str, Any]]:
    """All models; one that answers was `created` when the newest of its documents was added, or at 0."""
    added = {item.document_id: item.added_at for item in library.documents()}
    groups = library.store.collections.all()
    return [
        _model(_WHOLE, list(added.values())),
        *(
            _model(_OF_COLLECTION + group.name, [added.get(i, "") for i in group.document_ids])
            for group in groups
        ),
        _model(library.embedder.name, []),
    ]


def _model(name: str, added: Sequence[str]) -> dict[str, Any]:
    latest = max(added, default="")
    created = int(datetime.fromisoformat(latest).timestamp()) if latest else 0
    return {"id": name, "object": "model", "created": created, "owned_by": "citewell"}


def _embedded(embedder: Embedder, body: EmbeddingsBody, stop: threading.Event) -> tuple[Vectors, int] | None:
    """The vectors and how many tokens were read; None where nobody waits for them any more.

    Raises:
        InvalidFieldError: a text is longer than the embedder reads, and may not be cut.
    """
    most = embedder.max_tokens - _SPECIAL_TOKENS
    lengths = [len(embedder.token_spans(text)) for text in body.input]
    for number, length in enumerate(lengths):
        if length > most and not body.truncate:
            raise InvalidFieldError(
                f"input.{number}: {embedder.name} reads {most} tokens of a text, and this one has {length}: "
                "send shorter texts, or `truncate` true to have only the first tokens read",
                "input",
                "context_length_exceeded",
            )
    run = embedder.embed_questions if body.input_type == "query" else embedder.embed_passages
    made = []
    for first in range(0, len(body.input), _BATCH):
        if stop.is_set():
            return None
        made.append(run(body.input[first : first + _BATCH]))
    return np.concatenate(made), sum(min(length, most) for length in lengths)


def _floats(vectors: Vectors) -> list[Any]:
    numbers: list[Any] = vectors.tolist()
    return numbers


def _base64(vectors: Vectors) -> list[Any]:
    """Each vector as the bytes of its 32-bit numbers, least significant byte first."""
    return [base64.b64encode(vector.astype("<f4").tobytes()).decode() for vector in vectors]
