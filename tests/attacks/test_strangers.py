"""Sessions of those who have not signed in: bounded in sum, ended when they are still, and told why."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.attacks.test_web_app import message, serving, told_session, upload_to
from ui.app.door import Door
from ui.app.strangers import SentAway, Strangers

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]
MOST = 3


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    variables = {"CITEWELL_UI__PASSWORD": "x", "CITEWELL_UI__MAX_STRANGERS": str(MOST)}
    with serving(tmp_path_factory.mktemp("served"), **variables) as address:
        yield address


Opener = Callable[..., ClientConnection]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens a connection as a browser does, also one that goes on with a session; closed with the test."""
    with contextlib.ExitStack() as stack:

        def open_page(address: str, comes_from: str = "127.0.0.1", goes_on: str = "") -> ClientConnection:
            protocols = ["streamlit", "no-token", goes_on] if goes_on else ["streamlit"]
            place = f"ws://{address}/_stcore/stream"
            return stack.enter_context(
                connect(
                    place,
                    origin=f"http://{address}",  # type: ignore[arg-type]
                    subprotocols=protocols,  # type: ignore[arg-type]
                    source_address=(comes_from, 0),
                    max_size=None,
                )
            )

        yield open_page


def heard(page: ClientConnection, kind: str) -> list[ForwardMsg]:
    """What the server says up to the first message of a kind."""
    told = []
    for data in page:
        told.append(ForwardMsg())
        told[-1].ParseFromString(bytes(data))
        if told[-1].WhichOneof("type") == kind:
            return told
    raise AssertionError([one.WhichOneof("type") for one in told])


def signed_in(page: ClientConnection) -> str:
    """Give the password as the form does; the session's id."""
    page.send(message("rerun_script", query_string=""))
    session_id = told_session(page)
    elements = [one.delta.new_element for one in heard(page, "script_finished")]
    filled = BackMsg()
    field = filled.rerun_script.widget_states.widgets.add()
    field.id = next(one.text_input.id for one in elements if one.text_input.id)
    field.string_value = "x"
    button = filled.rerun_script.widget_states.widgets.add()
    button.id = next(one.button.id for one in elements if one.button.is_form_submitter)
    button.trigger_value = True
    page.send(filled.SerializeToString())
    heard(page, "navigation")  # which only those see who are inside
    return session_id


def sent_away(page: ClientConnection) -> str:
    """Where a connection is led before it is closed."""
    place = heard(page, "auth_redirect")[-1].auth_redirect.url
    with pytest.raises(ConnectionClosed):
        page.recv(timeout=60)
    return place


def works(page: ClientConnection) -> bool:
    page.send(message("rerun_script", query_string=""))
    return bool(told_session(page))


def test_the_real_server_opens_no_more_sessions_than_the_door_has_room_for(
    served: str, opened: Opener
) -> None:
    inside = opened(served)
    session_id = signed_in(inside)
    waiting = [opened(served) for _ in range(MOST)]
    for _ in range(5):
        assert sent_away(opened(served)) == "door/full"
    told = httpx.get(f"http://{served}/door/full", headers={"Accept-Language": "zh-CN"})
    assert (told.status_code, told.headers["retry-after"]) == (503, "60")
    assert "未登录" in told.text
    # those inside are neither counted nor held up, also where their connection breaks
    assert works(inside)
    inside.close()
    inside = opened(served, goes_on=session_id)
    assert works(inside)
    assert upload_to(served, session_id).is_success
    # one address gives way to another that holds less, and to none that holds as much
    other = opened(served, "127.0.0.2")
    assert sent_away(waiting[0]) == "door/full"
    assert works(waiting[1])
    assert works(other)
    second = opened(served, "127.0.0.3")
    assert sent_away(waiting[1]) == "door/full"
    assert sent_away(opened(served, "127.0.0.2")) == "door/full"
    assert sent_away(opened(served)) == "door/full"
    # who goes leaves room
    for page in (second, other, waiting[2]):
        page.close()
    last = [opened(served) for _ in range(MOST)]
    assert all(map(works, last))


def test_sessions_of_strangers_who_went_keep_no_others_from_going_on(served: str, opened: Opener) -> None:
    """Streamlit keeps 128 of those that hung up, the newest."""
    inside = opened(served)
    session_id = signed_in(inside)
    inside.close()
    for number in range(150):
        opened(served, f"127.0.1.{number + 1}").close()
    again = opened(served, goes_on=session_id)
    again.send(message("rerun_script", query_string=""))
    assert told_session(again) == session_id


def test_the_real_server_ends_a_stranger_who_is_still(
    tmp_path_factory: pytest.TempPathFactory, opened: Opener
) -> None:
    variables = {"CITEWELL_UI__PASSWORD": "x", "CITEWELL_UI__STRANGER_SECONDS": "0.5"}
    with serving(tmp_path_factory.mktemp("served"), **variables) as address:
        assert sent_away(opened(address)) == "door/still"
        page = httpx.get(f"http://{address}/door/still")
        assert page.status_code == 200
        assert "closed because nobody signed in" in page.text
        assert "Open it again" in page.text


def test_an_app_without_a_password_counts_nobody(
    tmp_path_factory: pytest.TempPathFactory, opened: Opener
) -> None:
    variables = {"CITEWELL_UI__MAX_STRANGERS": "1", "CITEWELL_UI__STRANGER_SECONDS": "0.1"}
    with serving(tmp_path_factory.mktemp("served"), **variables) as address:
        pages = [opened(address) for _ in range(4)]
        assert all(map(works, pages))


class Connection:
    """One WebSocket of an ASGI server, with an application that keeps it open."""

    def __init__(
        self,
        strangers: Strangers,
        address: str = "192.0.2.1",
        goes_on: str = "",
        send: Send | None = None,
    ) -> None:
        self.coming: asyncio.Queue[Message] = asyncio.Queue()
        self.sent: list[Message] = []
        self.got: list[Message] = []
        protocols = f"streamlit, token, {goes_on}".encode()
        scope = {
            "type": "websocket",
            "path": "/_stcore/stream",
            "client": (address, 1),
            "headers": [(b"sec-websocket-protocol", protocols)],
        }
        self.coming.put_nowait({"type": "websocket.connect"})
        self.served = asyncio.ensure_future(
            strangers.attend(self._application, scope, self.coming.get, send or self._send)
        )

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    async def _application(self, scope: Scope, receive: Receive, send: Send) -> None:
        while not self.got or self.got[-1]["type"] != "websocket.disconnect":
            self.got.append(await receive())
            await send({"type": "websocket.send", "bytes": b""})


def test_who_signed_in_may_be_still_and_who_signs_out_may_not() -> None:
    async def played() -> None:
        door = Door()
        door.let_in("s1")
        strangers = Strangers(door, 1, 0.05)
        inside, outside = Connection(strangers, goes_on="s1"), Connection(strangers)
        await outside.served
        assert outside.got[-1] == {"type": "websocket.disconnect", "code": 1001}
        assert [one["type"] for one in outside.sent[-2:]] == ["websocket.send", "websocket.close"]
        assert SentAway.STILL.value.encode() in outside.sent[-2]["bytes"]
        assert strangers.count() == 0
        assert not inside.served.done()
        door.shut_out("s1")
        assert strangers.count() == 1
        inside.coming.put_nowait({"type": "websocket.receive", "bytes": b"x"})
        await inside.served
        assert inside.got[-1]["type"] == "websocket.disconnect"

    asyncio.run(played())


def test_a_thousand_visitors_of_many_addresses_stay_within_the_bound() -> None:
    async def played() -> None:
        gone = []
        strangers = Strangers(Door(), 10, 600.0, lambda: gone.append(1))
        all_of_them = []
        for number in range(1_000):
            all_of_them.append(Connection(strangers, f"192.0.2.{number % 37}"))
            await asyncio.sleep(0)
            assert strangers.count() <= 10
        await asyncio.sleep(0.05)
        running = [one for one in all_of_them if not one.served.done()]
        assert len(running) == strangers.count() == 10
        for one in running:
            one.coming.put_nowait({"type": "websocket.disconnect"})
        await asyncio.gather(*(one.served for one in all_of_them))
        assert strangers.count() == 0
        assert len(gone) >= 10

    asyncio.run(played())


def test_one_that_takes_nothing_holds_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that reads nothing of what it is told cannot hold up its own end."""
    monkeypatch.setattr("ui.app.strangers._FAREWELL_SECONDS", 0.05)

    async def never(message: Message) -> None:
        if message.get("bytes"):
            await asyncio.Event().wait()

    async def played() -> None:
        strangers = Strangers(Door(), 1, 0.01)
        deaf = Connection(strangers, send=never)
        await deaf.served
        assert strangers.count() == 0

    asyncio.run(played())
