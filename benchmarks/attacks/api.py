"""The HTTP API: requests that are none, told as the caller's mistake and never as the server's."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from starlette.types import Message

from benchmarks.attacks import Trial, attack
from ingest import ingest_paths
from rag.library import Library
from rag.settings import load_settings
from ui.api import build_application
from ui.listening import ShortFormatter

Headers = list[tuple[bytes, bytes]]

_JSON: Final[Headers] = [(b"content-type", b"application/json")]
_HERE: Final[Headers] = [(b"host", b"127.0.0.1")]
_MOST_LOGGED: Final = 65_536

# fmt: off
_NUMBERS: Final = [
    "-1", "1.5", "%C2%B2", "9" * 30, "9" * 5_000, "1e9", "0x10", "%D9%A1", "1_000", "+1", "%201", "nan",
    "inf", "-inf", "%00", "%F0%9D%9F%8E", "1,2", "9223372036854775808", "18446744073709551616", "a", "%FF",
    "1e400", "-0.5",
]
_HOSTS: Final = [
    b"[", b"]", b"[::1", b"::1", b"127.0.0.1:x", b"127.0.0.1:99999999", b"@", b"a@127.0.0.1", b"", b"\xff",
    b"127.0.0.1,evil.example", b"[v1.x]", b"[127.0.0.1]", b"localhost:[", b"127.0.0.1\\@evil.example",
    b"127.0.0.1.evil.example", b"[::1]evil.example", b"localhost:\xb2", b"127.0.0.1:-1",
]
_BODIES: Final = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff", b"\x00" * 100, b"[" * 100_000, b'{"a":' * 5_000,
    b'{"question":"\\ud800"}', b'{"question":1e999}', b'{"question":"x","documents":"y"}',
    b'{"question":"x","documents":[null]}', b'{"question":"x","documents":["\\u0000"]}',
    b'{"question":"x","history":[{"role":"user"}]}', b'{"question":"x","history":[[]]}',
    b'{"question":"x","history":[{"role":"user","content":"' + b"y" * 200_000 + b'"}]}',
    b'{"question":"crane","top_k":NaN}', b'{"question":"' + b"z" * 20_000 + b'"}',
    b'{"question":"x","' + b"k" * 100_000 + b'":1}', b'{"question":"x","question":{}}',
]
_OPENAI: Final = ("/v1/chat/completions", "/v1/responses", "/v1/embeddings")
_CONTENTS: Final = [
    "null", "1", "{}", "[]", "[null]", "[[]]", '""', '" "', '[{"type":"image_url","image_url":{"url":"file:///etc"}}]',
    '[{"type":"text"}]', '[{"type":"text","text":{}}]', '"\\ud800"', '[1,2,3]', '[[1,2],[3]]', "NaN", "1e999",
    '"' + "z" * 30_000 + '"', '["' + "z" * 30_000 + '"]', "[" * 5_000, '["x"' + ',"x"' * 3_000 + "]",
]
_OPENAI_FIELDS: Final = [
    '"model":null', '"model":"x"', '"model":"citewell/"', '"model":"citewell/../x"', '"model":"\\u0000"',
    '"model":"' + "z" * 50_000 + '"', '"n":2', '"n":1e999', '"n":"1"', '"stream":"yes"', '"stream":2',
    '"logprobs":true', '"response_format":{"type":"json_schema"}', '"response_format":[]',
    '"tool_choice":"required"', '"tool_choice":{"type":"function"}', '"stream_options":[]',
    '"stream_options":{"include_usage":"x"}',
    '"citewell":[]', '"citewell":{"documents":"x"}', '"citewell":{"documents":["x"]}', '"citewell":{"x":1}',
    '"citewell":{"collections":["x"]}', '"citewell":{"documents":["\\u0000"]}', '"background":true',
    '"citewell":{"collections":[{}]}', '"previous_response_id":"x"', '"conversation":{}',
    '"text":{"format":{"type":"x"}}',
    '"dimensions":0', '"dimensions":-1', '"dimensions":1e999', '"encoding_format":"hex"', '"input_type":1',
    '"truncate":"x"', '"messages":{}', '"input":{}',
]
_FORMS: Final = [
    b"", b"--x--", b"--x\r\n\r\n", b"file=a", b"--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + b"n" * 100_000 + b'"\r\n\r\nz',
    b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + b"z" * 2_000_000 + b"\r\n--x--\r\n",
    b"\r\n" * 100_000, b"--x--\r\n" + b"z" * 100_000, b"&" * 1_000_000,
]
_FORM_KINDS: Final = [
    b"multipart/form-data", b"multipart/form-data; boundary=", b"multipart/form-data; boundary=\xff",
    b"multipart/form-data; boundary=x", b"multipart/form-data; boundary=x; charset=utf-99",
    b"multipart/form-data; boundary=x; charset=undefined", b"multipart/form-data; boundary=x; charset=idna",
    b"multipart/form-data; boundary=x; charset=hex", b"multipart/form-data; boundary=x; charset=utf-7",
    b"multipart/form-data; boundary=x; charset=base64", b"multipart/form-data; boundary=x; charset=utf-16",
    b"multipart/form-data; boundary=" + b"x" * 500, b"application/x-www-form-urlencoded",
]
# fmt: on


@attack("numbers that are none, in addresses and bodies of the API")
def numbers(folder: Path, effort: int) -> Iterator[Trial]:
    """In each place that takes a number; every one is told as 404, 413 or 422."""
    with _api(folder, note="The harbour office opens at nine.\n") as api:
        for value in [*_NUMBERS, *_mutations(_NUMBERS, effort)]:
            for path in (
                f"/v1/documents/note.txt?start={value}",
                f"/v1/documents/note.txt?end={value}",
                f"/v1/documents/note.txt/pages/{value}.png",
                f"/v1/documents/note.txt/pages/1.png?highlight={value}",
                f"/v1/documents/note.txt/pages/1.png?highlight=1,2,3,{value}",
                f"/v1/documents/note.txt/pages/1.png?highlight={','.join([value] * 4)}",
                f"/v1/runs?limit={value}",
            ):
                yield api.trial("GET", path)
            yield api.trial("POST", "/v1/search", _JSON, b'{"question":"a","top_k":%s}' % value.encode())
            yield api.trial("POST", "/v1/runs/x/feedback", _JSON, b'{"rating":%s}' % value.encode())


@attack("hosts and origins that are no addresses, or not ours")
def hosts(folder: Path, effort: int) -> Iterator[Trial]:
    """None of them is let in, and none is an error of the server."""
    with _api(folder) as api:
        for host in _HOSTS:
            for headers in (
                [(b"host", host)],
                [*_HERE, (b"origin", host)],
                [*_HERE, (b"origin", b"http://" + host)],
            ):
                yield api.trial("GET", "/v1/documents", headers, host=False, refused=True)


@attack("bodies that are no request")
def bodies(folder: Path, effort: int) -> Iterator[Trial]:
    """JSON and forms that are broken, too deep, too long, or of another kind."""
    with _api(folder) as api:
        for body in _BODIES:
            for path in ("/v1/ask", "/v1/search", "/v1/runs/x/feedback", "/v1/documents"):
                yield api.trial("POST", path, _JSON, body, refused=True)
        for kind in _FORM_KINDS:
            for body in _FORMS:
                yield api.trial("POST", "/v1/documents", [(b"content-type", kind)], body, refused=True)


@attack("requests that hold more values than any needs")
def crowded(folder: Path, effort: int) -> Iterator[Trial]:
    """Each value would be an error to tell: what is refused for their number alone, tells none of them."""
    count = 200_000 * effort
    zeros, fields = ",".join(["0"] * count), ",".join(f'"{i:x}":0' for i in range(count))
    bodies = {
        "fields": f'{{"question":"x",{fields}}}',
        "messages": f'{{"model":"citewell","messages":[{zeros}]}}',
        "input": f'{{"model":"citewell","input":[{zeros}]}}',
        "inside": f'{{"question":"x","model":"citewell","citewell":{{{fields}}},"history":[{{{fields}}}]}}',
        "lists": f'{{"question":"x","model":"citewell","documents":[{"[]," * count}[]]}}',
    }
    with _api(folder) as api:
        for path in ("/v1/ask", "/v1/search", *_OPENAI):
            for name, body in bodies.items():
                yield api.trial("POST", path, _JSON, body.encode(), name, said=b"50,000 values")


@attack("requests in OpenAI's form that are none")
def openai(folder: Path, effort: int) -> Iterator[Trial]:
    """Broken bodies, contents and fields, names of models, and hosts, at each address of that form."""
    with _api(folder, note="The harbour office opens at nine.\n") as api:
        for path in _OPENAI:
            for body in _BODIES:
                yield api.trial("POST", path, _JSON, body, refused=True)
            for content in _CONTENTS:
                yield api.trial("POST", path, _JSON, _openai_body(path, content).encode())
            for field in _OPENAI_FIELDS:
                yield api.trial("POST", path, _JSON, _openai_body(path, '"x"', field).encode())
            for host in _HOSTS:
                yield api.trial("POST", path, [*_JSON, (b"host", host)], b"{}", host=False, refused=True)
            yield api.trial("GET", path, refused=True)
        names = ["z" * 60_000, "..", "citewell/", "%2e%2e%2f", "%2F"]
        for name in [*names, *_NUMBERS, *_mutations(_NUMBERS, effort)]:
            yield api.trial("GET", f"/v1/models/{name}", refused=True)
            yield api.trial("DELETE", f"/v1/models/{name}", refused=True)


def _openai_body(path: str, content: str, *fields: str) -> str:
    """A request with this content, and then fields that may be named a second time."""
    if path.endswith("completions"):
        given = f'"model":"citewell","messages":[{{"role":"user","content":{content}}}]'
    else:
        model = "citewell" if path.endswith("responses") else "all-MiniLM-L6-v2"
        given = f'"model":"{model}","input":{content}'
    return "{" + ",".join((given, *fields)) + "}"


@attack("requests that would fill the log")
def logs(folder: Path, effort: int) -> Iterator[Trial]:
    """Megabytes in each place that an error may quote: little of it is logged, and little sent back."""
    much = b"z" * (4_000_000 * effort)
    form = [(b"content-type", b"multipart/form-data; boundary=x")]
    with _api(folder) as api:
        for name, headers, body in (
            ("document", _JSON, b'{"question":"x","documents":["' + much + b'"]}'),
            ("key", _JSON, b'{"question":"x","' + much + b'":1}'),
            ("turn", _JSON, b'{"question":"x","history":[{"role":"user","content":"' + much + b'"}]}'),
            ("role", _JSON, b'{"question":"x","history":[{"role":"' + much + b'","content":""}]}'),
            ("no JSON", _JSON, much),
        ):
            yield api.trial("POST", "/v1/ask", headers, body, name, refused=True)
        for name, body in (
            ("behind the form", b"--x--\r\n" + much),
            ("before the form", b"\r\n" * 1_000_000),
            ("file name", b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + much),
            ("parts", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 50_000),
        ):
            yield api.trial("POST", "/v1/documents", form, body, name, refused=True)
        yield api.trial("GET", f"/v1/documents/{'z' * 60_000}", refused=True)
        yield api.trial("GET", "/v1/documents", [(b"authorization", b"z" * 60_000)])


class _Api:
    """The application, asked as a server asks it; what it logs is kept."""

    def __init__(self, library: Library, log: io.StringIO) -> None:
        self._application = build_application(library)
        self._log = log

    def trial(
        self,
        method: str,
        target: str,
        headers: Headers | None = None,
        body: bytes = b"",
        name: str = "",
        *,
        host: bool = True,
        refused: bool = False,
        said: bytes = b"",
    ) -> Trial:
        """One request; it fails where the server takes the blame, lets it in, tells too much or no `said`."""
        before = self._log.tell()
        head = [*(_HERE if host else []), *(headers or []), (b"content-length", b"%d" % len(body))]
        called = f"{method} {target[:80]} {name or body[:60]!r} {headers}"[:300]
        try:
            status, told = asyncio.run(self._ask(method, target, head, body))
        except Exception as error:
            return Trial(called, f"raised {type(error).__name__}: {error}"[:200])
        logged = self._log.tell() - before
        if status >= 500 or ((refused or said) and status < 400) or said not in told:
            return Trial(called, f"status {status}")
        if logged > _MOST_LOGGED or (status >= 400 and len(told) > _MOST_LOGGED):
            return Trial(called, f"logged {logged} characters, told {len(told)} bytes")
        if status >= 400 and "message" not in json.loads(told)["error"]:
            return Trial(called, "no message")
        return Trial(called)

    async def _ask(self, method: str, target: str, headers: Headers, body: bytes) -> tuple[int, bytes]:
        from urllib.parse import unquote

        path, _, query = target.partition("?")
        scope: dict[str, Any] = {
            **{"type": "http", "http_version": "1.1", "method": method, "scheme": "http", "root_path": ""},
            **{"path": unquote(path), "raw_path": path.encode(), "query_string": query.encode()},
            **{"headers": headers, "server": ("127.0.0.1", 1), "client": ("127.0.0.1", 2)},
        }
        status, told, pieces = 0, bytearray(), [body[i : i + 65_536] for i in range(0, len(body), 65_536)]

        async def receive() -> Message:
            if pieces:
                return {"type": "http.request", "body": pieces.pop(0), "more_body": True}
            if not done.is_set():
                done.set()
                return {"type": "http.request", "body": b"", "more_body": False}
            await asyncio.sleep(3_600)
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            told.extend(message.get("body", b""))

        done = asyncio.Event()
        await self._application(scope, receive, send)
        return status, bytes(told)


@contextmanager
def _api(folder: Path, **notes: str) -> Iterator[_Api]:
    """The API of an empty library, or one of the notes given by name, with its log."""
    for name, text in notes.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    settings = load_settings(
        overrides={"library": str(folder / "library"), "ingest": {"workers": 1}}, environment={}
    )
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(ShortFormatter())
    logging.getLogger().addHandler(handler)
    try:
        with Library.open(settings=settings) as library:
            if notes:
                list(ingest_paths([*folder.glob("*.txt")], library.store, library.embedder, settings))
            yield _Api(library, log)
    finally:
        logging.getLogger().removeHandler(handler)


def _mutations(values: list[str], effort: int) -> Iterator[str]:
    """Other such values, pieces of the known ones put together; always the same ones."""
    chance = random.Random(0)
    for _ in range(10 * (effort - 1)):
        yield "".join(chance.sample(values, 2))[:6_000]
