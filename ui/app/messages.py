"""What a browser may say to a session: what the app's own pages say, and nothing that reaches others.

Streamlit takes more of every session, also of one that has not signed in: clearing the caches of all
sessions, which closes the library that others ask; what the folder's repository is called; installing files.
"""

from __future__ import annotations

from typing import Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import Message, Receive
from streamlit.proto.BackMsg_pb2 import BackMsg

__all__ = ["is_asked_by_pages", "only_asked_by_pages"]

_KINDS: Final = frozenset(
    ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request")
)
_OPERATIONS: Final = frozenset(("deferred_file", "dataframe_chunk"))
_LONGEST_NAME: Final = 200
"""Names of operations are told in the log where they are refused."""
_MOST_BYTES: Final = 2_000_000
"""What is larger, Streamlit refuses by `server.maxWidgetStateSize` before it is read."""


def is_asked_by_pages(data: bytes) -> bool:
    """Whether a message is of a kind that the app's pages send; what is none is Streamlit's to refuse."""
    if len(data) > _MOST_BYTES:
        return True
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind != "backend_operation_request":
        return kind in _KINDS
    operation = message.backend_operation_request
    is_short = max(len(operation.request_id), len(operation.session_id)) <= _LONGEST_NAME
    return is_short and operation.WhichOneof("payload") in _OPERATIONS


def only_asked_by_pages(receive: Receive) -> Receive:
    """The messages of a WebSocket without those that no page of the app sends."""

    async def receive_asked() -> Message:
        while True:
            message = await receive()
            data = message.get("bytes")
            if message["type"] != "websocket.receive" or data is None or is_asked_by_pages(data):
                return message

    return receive_asked
