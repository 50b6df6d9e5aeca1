"""The web app before anybody signed in, and what pages of other sites can do with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import streamlit
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from rag.settings import UiSettings, load_settings
from ui.app.door import Door, Tried
from ui.app.escaping import label
from ui.app.guard import AppGuard, content_policy
from ui.app.messages import is_asked_by_pages

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path(streamlit.__file__).parent / "static" / "index.html"
HERE = [(b"host", b"127.0.0.1:8501")]
FORM = [(b"content-type", b"multipart/form-data; boundary=x")]


def settings(**ui: Any) -> UiSettings:
    return load_settings(overrides={"ui": ui}, environment={}).ui


class Server:
    """An ASGI application that keeps the uploads it gets, as Streamlit's does, and calls nothing sacred."""

    def __init__(self) -> None:
        self.kept: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size, more = 0, True
        while more and scope["method"] == "PUT":
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        self.kept.append(size)
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"ALLOW")]}
        )
        await send({"type": "http.response.body", "body": b"ok"})


def guarded(server: Server, door: Door, **ui: Any) -> ASGIApp:
    return AppGuard(server, settings(**ui), door, lambda: sum(server.kept), content_policy(PAGE))


def sent(
    application: ASGIApp,
    path: str,
    method: str = "GET",
    headers: list[tuple[bytes, bytes]] = HERE,
    pieces: tuple[bytes, ...] = (),
) -> tuple[int, dict[str, str]]:
    """The status and the headers of the answer to a request."""
    told: list[Message] = []
    left = list(pieces)

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0) if left else b"", "more_body": bool(left)}

    async def send(message: Message) -> None:
        told.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b""}
    try:
        asyncio.run(application(scope, receive, send))
    except Exception as error:  # what a handler of Streamlit's turns into a status
        return getattr(error, "status_code", 500), {}
    return told[0]["status"], {name.decode(): value.decode() for name, value in told[0]["headers"]}


def uploaded(application: ASGIApp, session: str = "s1", size: int = 10) -> int:
    pieces = (b"x" * 100_000,) * (size // 100_000) + (b"x" * (size % 100_000),)
    return sent(application, f"/_stcore/upload_file/{session}/f1", "PUT", [*HERE, *FORM], pieces)[0]


def test_no_file_is_taken_before_the_password() -> None:
    server, door = Server(), Door()
    application = guarded(server, door, password="open sesame")
    assert uploaded(application) == 403
    assert server.kept == []
    door.let_in("s1")
    assert uploaded(application) == 200
    assert uploaded(application, "s2") == 403
    door.shut_out("s1")
    assert uploaded(application) == 403


@pytest.mark.parametrize("path", ["/_stcore/upload_file/s2/f", "/base/_stcore/upload_file/s2/../s1/f"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_no_other_way_of_writing_the_address_helps(path: str, method: str) -> None:
    server, door = Server(), Door()
    door.let_in("s1")
    application = guarded(server, door, oidc=True)
    assert sent(application, path, method, [*HERE, *FORM])[0] == 403
    assert server.kept == []


def test_uploads_are_bounded_in_sum_over_all_sessions() -> None:
    server = Server()
    application = guarded(server, Door(), max_waiting_megabytes=1)
    assert uploaded(application, "s1", 600_000) == 200
    assert uploaded(application, "s2", 600_000) == 413
    server.kept.clear()  # the app has taken them over
    assert uploaded(application, "s2", 600_000) == 200


@pytest.mark.parametrize("charset", [b"utf-7", b"undefined", b"base64", b"UTF-16", b"punycode"])
def test_an_upload_in_a_charset_that_no_browser_sends_is_refused(charset: bytes) -> None:
    server = Server()
    kind = (b"content-type", b'multipart/form-data; boundary=x; charset="' + charset + b'"')
    path = "/_stcore/upload_file/s/f"
    assert sent(guarded(server, Door()), path, "PUT", [*HERE, kind])[0] == 403
    assert server.kept == []


def test_an_upload_that_stops_is_not_waited_for_and_is_forgotten() -> None:
    server = Server()
    application = AppGuard(server, settings(), Door(), lambda: 0, content_policy(PAGE), patience=0.2)
    left = [{"type": "http.request", "body": b"x" * 100, "more_body": True}]

    async def receive() -> Message:
        if not left:
            await asyncio.sleep(600)
        return left.pop()

    async def send(message: Message) -> None:
        pass

    scope = {"type": "http", "method": "PUT", "path": "/_stcore/upload_file/s/f", "headers": [*HERE, *FORM]}
    with pytest.raises(HTTPException, match="in time") as told:
        asyncio.run(application(scope, receive, send))
    assert told.value.status_code == 408
    assert (server.kept, application._arriving) == ([], 0)


def test_uploads_that_arrive_at_the_same_time_count_together() -> None:
    server = Server()
    application = guarded(server, Door(), max_waiting_megabytes=1)
    sizes: list[int] = []

    async def one(number: int) -> None:
        async def receive() -> Message:
            await asyncio.sleep(0)
            sizes.append(100_000)
            return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

        async def send(message: Message) -> None:
            pass

        path = f"/_stcore/upload_file/s{number}/f"
        scope = {
            "type": "http",
            "method": "PUT",
            "path": path,
            "headers": [*HERE, *FORM],
            "query_string": b"",
        }
        await application(scope, receive, send)

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(one(number) for number in range(5)), return_exceptions=True)

    assert [getattr(error, "status_code", None) for error in asyncio.run(all_at_once())] == [413] * 5
    assert sum(sizes) < 5 * 1_000_000  # what each might have sent alone
    assert uploaded(application) == 200  # what was refused is forgotten


@pytest.mark.parametrize("path", ["/", "/static/js/x.js", "/media/a.png", "/_stcore/upload_file/s/f"])
def test_every_answer_is_framed_by_nobody_and_guessed_at_by_no_browser(path: str) -> None:
    method = "PUT" if "upload" in path else "GET"
    headers = sent(guarded(Server(), Door(), password="a"), path, method)[1]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["frame-ancestors"] == policy["default-src"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & set(policy["script-src"].split())
    assert set(policy["connect-src"].split()) == {"'self'"}


@pytest.mark.parametrize(
    "headers",
    [
        [(b"host", b"evil.example")],
        [(b"host", b"127.0.0.1.evil.example:8501")],
        [(b"host", b"evil@127.0.0.1")],
        [(b"host", b"[")],
        [*HERE, (b"origin", b"https://evil.example")],
        [*HERE, (b"origin", b"https://share.streamlit.io")],
        [*HERE, (b"origin", b"null")],
        [*HERE, (b"origin", b"http://127.0.0.1:8501"), (b"origin", b"https://evil.example")],
        [*HERE, (b"origin", b"http://127.0.0.1:9999")],
        [*HERE, (b"origin", b"http://127.0.0.1:8501@evil.example")],
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_pages_of_other_sites_are_refused(headers: list[tuple[bytes, bytes]], method: str) -> None:
    server = Server()
    assert sent(guarded(server, Door()), "/_stcore/upload_file/s/f", method, headers)[0] == 403
    assert server.kept == []


def test_guesses_are_counted_over_all_sessions_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    door = Door(tries=5, seconds=300.0, clock=lambda: now[0])
    with caplog.at_level(logging.WARNING):
        tried = [door.try_password(f"guess {number}", "open sesame", "192.0.2.1") for number in range(50)]
    assert tried == [Tried.WRONG] * 5 + [Tried.CLOSED] * 45
    assert door.try_password("open sesame", "open sesame") is Tried.CLOSED
    assert 0 < len(caplog.records) <= 6
    assert "192.0.2.1" in caplog.text
    assert "guess" not in caplog.text
    assert "sesame" not in caplog.text
    now[0] = door.closed_for() + 1
    assert door.try_password("open sesame", "open sesame") is Tried.RIGHT
    now[0] = 10_000.0
    assert door.try_password("guess", "open sesame") is Tried.WRONG


@pytest.mark.parametrize("given", ["", "\ud800", "\x00", "ö" * 1_000_000])
def test_no_password_breaks_the_door(given: str) -> None:
    assert Door().try_password(given, "öpen") is Tried.WRONG


def message(kind: str, **fields: str) -> bytes:
    """A message of a browser, of any kind that there is."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    made = BackMsg()
    field = BackMsg.DESCRIPTOR.fields_by_name[kind]
    if field.message_type is None:
        setattr(made, kind, True)
    else:
        getattr(made, kind).SetInParent()
    for name, value in fields.items():
        part = getattr(made, kind)
        is_text = part.DESCRIPTOR.fields_by_name[name].message_type is None
        setattr(part, name, value) if is_text else getattr(part, name).SetInParent()
    return made.SerializeToString()


def test_no_session_reaches_what_all_share() -> None:
    from streamlit.proto.BackMsg_pb2 import BackMsg

    kinds = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert {kind for kind in kinds if is_asked_by_pages(message(kind))} == {
        *("rerun_script", "stop_script", "app_heartbeat", "file_urls_request")
    }
    operation = BackMsg.DESCRIPTOR.fields_by_name["backend_operation_request"].message_type
    payloads = {field.name for field in operation.oneofs_by_name["payload"].fields}
    asked = {one for one in payloads if is_asked_by_pages(message("backend_operation_request", **{one: ""}))}
    assert asked == {"deferred_file", "dataframe_chunk"}
    assert not is_asked_by_pages(b"")
    long = {"deferred_file": "", "request_id": "x" * 1_000_000}
    assert not is_asked_by_pages(message("backend_operation_request", **long))


LITERALS = re.compile(r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+", re.IGNORECASE)
"""What GitHub's Markdown makes a link of in text that is read already (mdast-util-gfm-autolink-literal)."""


@pytest.mark.parametrize(
    "text",
    [
        "see https://evil.example/a?b=c now",
        "HTTP://EVIL.EXAMPLE",
        "www.evil.example",
        "WwW.evil.example",
        "write to eve@evil.example",
        "https://https://www.www.evil.example",
        "a@b@evil.example www.www.evil.example",
        "<https://evil.example>",
        "[here](https://evil.example)",
        "mailto:eve@evil.example",
        "http\u202e://evil.example",
    ],
)
def test_document_text_makes_no_link_in_a_tooltip(text: str) -> None:
    from markdown_it import MarkdownIt

    assert LITERALS.search(text) or "\u202e" in text
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parseInline(label(text))[0].children or []
    assert {token.type for token in tokens} <= {"text", "text_special"}
    assert not LITERALS.search("".join(token.content for token in tokens))


@contextlib.contextmanager
def serving(folder: Path, **variables: str) -> Iterator[str]:
    """The app as it is started in a folder; its host and port."""
    start = "import sys; from pathlib import Path; from ui.app.launch import launch; "
    start += "launch(Path(sys.argv[1]), port=0, open_browser=False)"
    process = subprocess.Popen(
        [sys.executable, "-c", start, str(folder / "library")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = re.search(r"127\.0\.0\.1:\d+", process.stdout.readline())
    assert address is not None
    try:
        yield address[0]
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app behind a password."""
    variables = {"CITEWELL_UI__PASSWORD": "x", "CITEWELL_SERVE__IDLE_SECONDS": "3"}
    with serving(tmp_path_factory.mktemp("served"), **variables) as address:
        yield address


@pytest.fixture
def session(served: str) -> Iterator[Callable[[], str]]:
    """Opens a session as a browser does, and tells its id; nobody signed in."""
    with connect(f"ws://{served}/_stcore/stream", origin=f"http://{served}", max_size=None) as page:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        asked = BackMsg()
        asked.rerun_script.query_string = ""
        page.send(asked.SerializeToString())

        yield lambda: told_session(page)


def told_session(page: ClientConnection) -> str:
    """The id of the session that a connection opened."""
    for data in page:
        message = ForwardMsg()
        message.ParseFromString(data)
        if message.WhichOneof("type") == "new_session":
            return message.new_session.initialize.session_id
    raise AssertionError("no session")


def upload_to(address: str, session_id: str) -> httpx.Response:
    """What the real server says to a file for a session."""
    with httpx.Client(base_url=f"http://{address}") as client:
        token = client.get("/_stcore/health").cookies["_streamlit_xsrf"]
        return client.put(
            f"/_stcore/upload_file/{session_id}/a-file",
            files={"file": ("a.txt", b"x" * 1_000_000)},
            headers={"X-Xsrftoken": token},
        )


@pytest.mark.server
@pytest.mark.enable_socket
def test_no_file_of_the_folder_lets_others_in(tmp_path: Path) -> None:
    """A folder of documents from others may hold settings of Streamlit, which it reads where it starts."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text(
        '[server]\ncorsAllowedOrigins = ["https://evil.example"]\nenableCORS = false\n'
        '[server.trustedUserHeaders]\nX-In = "is_logged_in"\nX-Mail = "email"\n'
    )
    with serving(tmp_path, CITEWELL_UI__OIDC="true") as address:
        forged = {"X-In": "1", "X-Mail": "eve@evil.example"}
        place = f"ws://{address}/_stcore/stream"
        with connect(place, origin=f"http://{address}", max_size=None, additional_headers=forged) as page:
            asked = BackMsg()
            asked.rerun_script.query_string = ""
            page.send(asked.SerializeToString())
            session_id = told_session(page)
            for data in page:
                message = ForwardMsg()
                message.ParseFromString(data)
                if message.WhichOneof("type") == "script_finished":
                    break
            assert upload_to(address, session_id).status_code == 403
        with pytest.raises(InvalidStatus, match="403"), connect(place, origin="https://evil.example"):
            pass


@pytest.mark.server
@pytest.mark.enable_socket
def test_the_real_server_takes_no_upload_of_a_session_that_has_not_signed_in(
    served: str, session: Callable[[], str]
) -> None:
    told = upload_to(served, session())
    assert told.status_code == 403
    assert told.text == "sign in first"
    with httpx.Client(base_url=f"http://{served}") as client:
        assert "UploadedFileManager" not in client.get("/_stcore/metrics").text
        assert client.get("/_stcore/host-config").json()["allowedOrigins"] == []
        page = client.get("/")
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def send_and_hear(page: ClientConnection, message: bytes) -> None:
    """Until the server closes the connection, or says nothing for a minute."""
    page.send(message)
    while True:
        page.recv(timeout=60)


@pytest.mark.server
@pytest.mark.enable_socket
@pytest.mark.parametrize("megabytes", [2, 60])
def test_the_real_server_keeps_no_message_of_megabytes(served: str, megabytes: int) -> None:
    """What a page says of its fields stays in memory for as long as the session, signed in or not."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    with connect(f"ws://{served}/_stcore/stream", origin=f"http://{served}", max_size=None) as page:
        filled = BackMsg()
        for number in range(2):
            field = filled.rerun_script.widget_states.widgets.add()
            field.id = f"$$ID-{number}"
            field.string_value = "x" * (megabytes * 500_000)
        with pytest.raises(ConnectionClosedError):
            send_and_hear(page, filled.SerializeToString())


@pytest.mark.server
@pytest.mark.enable_socket
def test_the_real_server_does_for_no_stranger_what_its_pages_do_not_ask(served: str) -> None:
    """Who clears the caches closes the library that others ask, and their sessions' uploads."""
    with connect(f"ws://{served}/_stcore/stream", origin=f"http://{served}", max_size=None) as page:
        page.send(message("rerun_script", query_string=""))
        told_session(page)
        for kind in ("load_git_info", "clear_cache", "debug_shutdown_runtime", "debug_disconnect_websocket"):
            page.send(message(kind))
        page.send(message("backend_operation_request", install_skills="", request_id="a"))
        page.send(message("app_heartbeat"))
        heard = []
        while "heartbeat_ack" not in heard:
            told = ForwardMsg()
            told.ParseFromString(bytes(page.recv(timeout=60)))
            heard.append(told.WhichOneof("type"))
        assert not {"git_info_changed", "backend_operation_response"} & set(heard)


@pytest.mark.server
@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "begun", [b"", b"G", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"GET / HTTP/1.1\r\nX: "]
)
def test_the_real_server_waits_for_no_head_without_end(served: str, begun: bytes) -> None:
    host, _, port = served.partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as silent:
        silent.sendall(begun)
        assert silent.recv(100) == b""


@pytest.mark.server
@pytest.mark.enable_socket
def test_the_real_server_keeps_a_session_that_is_silent(served: str) -> None:
    with connect(f"ws://{served}/_stcore/stream", origin=f"http://{served}", max_size=None) as page:
        time.sleep(5)  # longer than a head may take
        page.send(message("rerun_script", query_string=""))
        assert told_session(page)


@pytest.mark.server
@pytest.mark.enable_socket
@pytest.mark.parametrize("origin", ["https://evil.example", "https://share.streamlit.io", "null"])
def test_the_real_server_opens_no_session_for_a_page_of_another_site(served: str, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"), connect(f"ws://{served}/_stcore/stream", origin=origin):
        pass
