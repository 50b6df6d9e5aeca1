"""Tables: which there are, and one SELECT over them."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rag.library import Library
from rag.wire import query_json, query_table_json
from ui.api.bodies import SqlBody, read_body

__all__ = ["ROUTES"]


async def list_tables(request: Request) -> Response:
    """`GET /v1/tables?document=`: the tables of all documents, or of those that are named."""
    library: Library = request.app.state.library
    tables = await run_in_threadpool(library.tables, request.query_params.getlist("document") or None)
    return JSONResponse({"tables": [query_table_json(table) for table in tables]})


async def run_sql(request: Request) -> Response:
    """`POST /v1/sql`: the rows that a statement finds, with citations."""
    body = await read_body(request, SqlBody)
    library: Library = request.app.state.library
    return JSONResponse(query_json(await run_in_threadpool(library.sql, body.statement)))


ROUTES = (
    Route("/v1/tables", list_tables, methods=["GET"]),
    Route("/v1/sql", run_sql, methods=["POST"]),
)
