"""Grids: each document is asked each question, and a row comes as soon as it is filled."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from rag.errors import CitewellError
from rag.grid import Grid, read_columns, row_json
from rag.library import Library
from ui.api.bodies import GridBody, read_body
from ui.api.deadlines import told_to_stop
from ui.api.error_responses import error_json

__all__ = ["ROUTES"]


async def fill(request: Request) -> Response:
    """`POST /v1/grid`: a JSON line a document; what is filled is kept, also when the caller hangs up."""
    body = await read_body(request, GridBody)
    library: Library = request.app.state.library
    asked = [{"question": column} if isinstance(column, str) else column for column in body.columns]
    columns = read_columns("\n".join(map(json.dumps, asked)), "columns")
    grid = await run_in_threadpool(Grid, library, columns, body.documents)
    return StreamingResponse(_rows(grid, again=not body.use_cache), media_type="application/x-ndjson")


async def _rows(grid: Grid, *, again: bool) -> AsyncIterator[str]:
    with told_to_stop() as stop:
        try:
            async for row in iterate_in_threadpool(grid.fill(stop, again=again)):
                yield json.dumps(row_json(row), ensure_ascii=False) + "\n"
        except CitewellError as error:
            yield json.dumps(error_json(error), ensure_ascii=False) + "\n"


ROUTES = [Route("/v1/grid", fill, methods=["POST"])]
