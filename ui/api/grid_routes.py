"""Grids: each document is asked each question, and a row comes as soon as it is filled."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from rag.errors import CitewellError
from rag.grid import Grid, columns_of, row_json
from rag.library import Library
from ui.api.bodies import GridBody, read_body
from ui.api.deadlines import stop_when_gone
from ui.api.error_responses import TookTooLongError, error_json

__all__ = ["ROUTES"]


async def fill(request: Request) -> Response:
    """`POST /v1/grid`: a JSON line a document; what is filled is kept, also when the caller hangs up."""
    body = await read_body(request, GridBody)
    library: Library = request.app.state.library
    asked = [{"question": c} if isinstance(c, str) else c.model_dump() for c in body.columns]
    columns = columns_of(enumerate(asked, 1), "columns")
    grid = await run_in_threadpool(Grid, library, columns, body.documents)
    rows = _rows(request, grid, again=not body.use_cache)
    return StreamingResponse(rows, media_type="application/x-ndjson")


async def _rows(request: Request, grid: Grid, *, again: bool) -> AsyncIterator[str]:
    async with stop_when_gone(request) as stop:
        try:
            async for row in iterate_in_threadpool(grid.fill(stop, again=again)):
                if stop.is_set():
                    raise TookTooLongError("the server is stopping: what is filled is kept, ask again")
                yield json.dumps(row_json(row), ensure_ascii=False) + "\n"
        except CitewellError as error:
            yield json.dumps(error_json(error), ensure_ascii=False) + "\n"


ROUTES = [Route("/v1/grid", fill, methods=["POST"])]
