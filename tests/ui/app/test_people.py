"""A browser keeps who it belongs to where several people come, and only there."""

from __future__ import annotations

import re

import pytest
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.testclient import TestClient

from rag.settings import UiSettings
from ui.app.door import Door
from ui.app.guard import AppGuard
from ui.app.people import new_cookie, tells_people_apart

SECRET = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("given", "apart"),
    [({}, False), ({"password": "x"}, True), ({"oidc": True}, True), ({"host": "0.0.0.0"}, True)],
)
def test_people_are_told_apart_where_others_may_come(given, apart):
    settings = UiSettings(**given)
    assert tells_people_apart(settings) == apart

    async def application(scope, receive, send):
        kind = HTMLResponse if scope["path"] == "/" else PlainTextResponse
        await kind("it")(scope, receive, send)

    client = TestClient(
        AppGuard(application, settings, Door(), lambda: 0, "default-src 'none'"), "http://127.0.0.1"
    )
    assert ("set-cookie" in client.get("/").headers) == apart
    assert "set-cookie" not in client.get("/a.js").headers
    assert "set-cookie" not in client.get("/").headers  # it is kept


def test_a_page_says_which_language_it_speaks():
    async def application(scope, receive, send):
        await HTMLResponse('<!doctype html><html lang="en"><body>lang="en"</body></html>')(
            scope, receive, send
        )

    client = TestClient(
        AppGuard(application, UiSettings(), Door(), lambda: 0, "default-src 'none'"), "http://127.0.0.1"
    )
    for address, accepts, spoken in (
        ("/", "", "en"),
        ("/", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("/library?lang=zh", "en-GB", "zh"),
        ("/?lang=en", "zh-CN", "en"),
        ("/?lang=xx", "zh-CN", "en"),
    ):
        body = client.get(address, headers={"Accept-Language": accepts}).text
        assert body == f'<!doctype html><html lang="{spoken}"><body>lang="en"</body></html>'


def test_a_secret_is_new_for_each_and_kept_from_scripts():
    first, second = (new_cookie(Headers({}), is_secure=secure) for secure in (False, True))
    form = r"citewell_person=[0-9a-f]{32}; Max-Age=\d+; Path=/; HttpOnly; SameSite=Lax(; Secure)?"
    assert first != second
    assert re.fullmatch(form, first)
    assert re.fullmatch(form, second)[1]
    assert new_cookie(Headers({"cookie": f"a=b; citewell_person={SECRET}"}), is_secure=False) is None
    assert new_cookie(Headers({"cookie": "citewell_person=admin"}), is_secure=False) is not None
