"""Documents: what is in the library, their text, pages and originals; more of them, or fewer."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ingest import FileResult, ingest_paths
from rag.errors import CitewellError, NotFoundError, UsageError
from rag.library import Library
from rag.schema import Box
from rag.temporary import TemporaryFolder
from rag.wire import check_json, document_json
from ui.api.bodies import number
from ui.api.deadlines import told_to_stop
from ui.api.error_responses import error_json
from ui.api.guards import most_bytes
from ui.uploads import distinct, names_are_text, safe_name, save_upload

__all__ = ["ROUTES"]

_FORM = "send a multipart form with one field `file` for each file"
_PASSWORD = "Document-Password"
"""The header with an original's password: unlike the address of a page it stands in no log."""
_MOST_FILES = 1_000
_MOST_HIGHLIGHTS = 200
_MOST_POINTS = 100_000.0
_HIGHLIGHT = "highlight is LEFT,TOP,RIGHT,BOTTOM in points from the page's top left corner, not {!r}"


async def list_documents(request: Request) -> Response:
    """`GET /v1/documents`: all documents, by source."""
    library: Library = request.app.state.library
    documents = await run_in_threadpool(library.documents)
    return JSONResponse({"documents": [document_json(document) for document in documents]})


async def add_documents(request: Request) -> Response:
    """`POST /v1/documents` (multipart form, fields `file`): a JSON line a file, as each is done.

    Passwords for protected files come in fields `password`; they are not kept.
    """
    library: Library = request.app.state.library
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UsageError(_FORM)
    form = await _form(request)
    try:
        files = [item for item in form.getlist("file") if isinstance(item, UploadFile)]
        passwords = [item for item in form.getlist("password") if isinstance(item, str)]
        if not files:
            raise UsageError(_FORM)
        folder = TemporaryFolder()
        try:
            saved = await run_in_threadpool(_save, files, folder.path, most_bytes(library.settings.serve))
        except BaseException:
            folder.remove()
            raise
    finally:
        await form.close()
    lines = _ingested(library, *saved, folder, passwords)
    return StreamingResponse(lines, media_type="application/x-ndjson")


async def _form(request: Request) -> FormData:
    """A request's form.

    Raises:
        UsageError: its names are in no encoding of text.
    """
    if not names_are_text(request.headers.get("content-type", "")):
        raise UsageError(f"{_FORM}, with no charset or UTF-8")
    try:
        return await request.form(max_files=_MOST_FILES)
    except ValueError as error:  # "undefined" decodes nothing
        raise UsageError(f"{_FORM}, with no charset or UTF-8") from error


async def remove_document(request: Request) -> Response:
    """`DELETE /v1/documents/ID`: nothing later can cite it."""
    library: Library = request.app.state.library
    removed = await run_in_threadpool(library.remove, [request.path_params["document_id"]])
    return JSONResponse({"removed": [document_json(document) for document in removed]})


async def show_document(request: Request) -> Response:
    """`GET /v1/documents/ID?start=N&end=N`: the text that citations slice, with where its pages start."""
    library: Library = request.app.state.library
    document = await run_in_threadpool(library.store.resolve, request.path_params["document_id"])
    last = document.characters
    start, end = (
        min(number(request.query_params.get(name, str(default)), name), last)
        for name, default in (("start", 0), ("end", last))
    )
    text = await run_in_threadpool(library.store.text, document.document_id, start, max(start, end))
    pages = await run_in_threadpool(library.store.pages, document.document_id)
    spans = [{"page": page.number, "start": page.start, "end": page.end} for page in pages]
    told = {"start": start, "end": start + len(text), "page_spans": spans, "text": text}
    return JSONResponse(document_json(document) | told)


async def show_page(request: Request) -> Response:
    """`GET /v1/documents/ID/pages/N.png?highlight=LEFT,TOP,RIGHT,BOTTOM`: a PDF's page as a picture.

    The password of a protected one comes in the header `Document-Password`.
    """
    library: Library = request.app.state.library
    page = number(request.path_params["page"], "a page")
    boxes = [_box(page, text) for text in request.query_params.getlist("highlight")]
    if len(boxes) > _MOST_HIGHLIGHTS:
        raise UsageError(f"at most {_MOST_HIGHLIGHTS} highlights a page, not {len(boxes)}")
    document = await run_in_threadpool(library.store.resolve, request.path_params["document_id"])
    password = request.headers.get(_PASSWORD, "")
    picture = await run_in_threadpool(
        library.page_image, document.document_id, page, boxes, password=password
    )
    return Response(picture, media_type="image/png")


async def original(request: Request) -> Response:
    """`GET /v1/documents/ID/original`: the file as it came, to be saved; a browser does not run it."""
    library: Library = request.app.state.library
    document = await run_in_threadpool(library.store.resolve, request.path_params["document_id"])
    path = await run_in_threadpool(library.store.original, document.document_id)
    if path is None:
        raise NotFoundError(f"the original of {document.name} is not kept (setting ingest.keep_originals)")
    return FileResponse(path, media_type="application/octet-stream", filename=document.name)


async def check(request: Request) -> Response:
    """`GET /v1/check`: every invariant of the library."""
    library: Library = request.app.state.library
    return JSONResponse(check_json(await run_in_threadpool(library.check)))


ROUTES = [
    Route("/v1/documents", list_documents, methods=["GET"]),
    Route("/v1/documents", add_documents, methods=["POST"]),
    Route("/v1/documents/{document_id}", show_document, methods=["GET"]),
    Route("/v1/documents/{document_id}", remove_document, methods=["DELETE"]),
    Route("/v1/documents/{document_id}/pages/{page}.png", show_page, methods=["GET"]),
    Route("/v1/documents/{document_id}/original", original, methods=["GET"]),
    Route("/v1/check", check, methods=["GET"]),
]


def _save(files: Sequence[UploadFile], folder: Path, limit: int) -> tuple[dict[Path, str], list[FileResult]]:
    """Uploads on disk under names that harm nothing, and what became of those that could not be saved."""
    saved: dict[Path, str] = {}
    refused = []
    for file in files:
        name = distinct(safe_name(file.filename or ""), {path.name for path in saved})
        try:
            saved[save_upload(file.file, name, folder, limit)] = name
        except CitewellError as error:
            refused.append(FileResult.failure(name, str(error), 0.0))
    return saved, refused


async def _ingested(
    library: Library,
    saved: dict[Path, str],
    refused: list[FileResult],
    folder: TemporaryFolder,
    passwords: Sequence[str],
) -> AsyncIterator[str]:
    """A caller who goes away stops the work; what is in the library by then stays."""
    try:
        with told_to_stop() as stop:
            async for line in iterate_in_threadpool(_results(library, saved, refused, stop, passwords)):
                yield line
    finally:
        folder.remove()


def _results(
    library: Library,
    saved: dict[Path, str],
    refused: list[FileResult],
    stop: threading.Event,
    passwords: Sequence[str],
) -> Iterator[str]:
    for result in refused:
        yield _line(result.to_json())
    if not saved:
        return
    try:
        for result in ingest_paths(
            list(saved),
            library.store,
            library.embedder,
            library.settings,
            stop=stop,
            sources=saved,
            passwords=passwords,
        ):
            yield _line(result.to_json())
    except CitewellError as error:
        yield _line(error_json(error))


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"


def _box(page: int, text: str) -> Box:
    try:
        left, top, right, bottom = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(_HIGHLIGHT.format(text[:80])) from None
    if not (0 <= left <= right <= _MOST_POINTS and 0 <= top <= bottom <= _MOST_POINTS):
        raise UsageError(_HIGHLIGHT.format(text[:80]))
    return Box(page, left, top, right, bottom)
