"""What a server of models says of itself: its kind, its models, how much they read.

All speak OpenAI's `GET /v1/models`. How much of a prompt is read each tells in its own way: llama.cpp in
`/props`, vLLM as `max_model_len`, Ollama in `/api/ps` and `/api/show`, LM Studio in `/api/v0/models`.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Any, Final, TypeGuard
from urllib.parse import urlsplit

import httpx

from rag.models.devices import LOOPBACK
from rag.models.exchange import PLAIN, read_plain, within

__all__ = ["ServedModel", "served_models"]

_SECONDS: Final = 2.0
_MOST_BYTES: Final = 8 << 20
_MOST_MODELS: Final = 100
_LONGEST_NAME: Final = 300
_OURS: Final = "citewell"
"""Whom Citewell's own models are `owned_by`: it answers from documents, and writes nothing."""
_NUM_CTX: Final = re.compile(r"^num_ctx\s+(\d{1,9})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model of a server.

    `context_tokens` is what the server reads of a prompt and its answer, `trained_tokens` what the model was
    made for; None where the server does not say. `abilities` are in the server's own words.
    """

    kind: str
    address: str
    name: str
    context_tokens: int | None = None
    trained_tokens: int | None = None
    abilities: tuple[str, ...] = ()


def served_models(
    address: str, key: str = "", only: str | None = None, seconds: float = _SECONDS
) -> list[ServedModel] | None:
    """The models that write at an OpenAI-style address, such as `http://127.0.0.1:8000/v1`, or one of them.

    None where no server of models answers within `seconds`; empty where it is Citewell itself. A server that
    tells no windows is no error. Redirects are not followed, and no proxy sees what is asked of this machine.
    """
    with _Asked(address, key, seconds) as server:
        told = [entry for entry in _entries(server.get("/v1/models"), "data") if _name(entry, "id")]
        if not told:
            return None
        listed = [entry for entry in told if only in (None, entry["id"])]
        owners = {str(entry.get("owned_by")) for entry in told}
        if _OURS in owners:
            return []
        if "llamacpp" in owners:
            return _of_llama_cpp(server, listed, alone=len(told) == 1)
        if any("max_model_len" in entry for entry in told):
            return [
                ServedModel("vLLM", address, entry["id"], _count(entry.get("max_model_len")))
                for entry in listed
            ]
        if tags := _entries(server.get("/api/tags"), "models"):
            return _of_ollama(server, [tag for tag in tags if only in (None, tag.get("name"))])
        if native := _entries(server.get("/api/v0/models"), "data"):
            return _of_lm_studio(server, [entry for entry in native if only in (None, entry.get("id"))])
        return [ServedModel("OpenAI-style", address, entry["id"]) for entry in listed]


def _of_llama_cpp(server: _Asked, listed: list[dict[str, Any]], *, alone: bool) -> list[ServedModel]:
    """Of several models that it can load, it would tell the window of another one."""
    props = server.get("/props") if alone else None
    window = _count(_inside(props, "default_generation_settings", "n_ctx"))
    return [
        ServedModel(
            "llama.cpp", server.address, entry["id"], window, _count(_inside(entry, "meta", "n_ctx_train"))
        )
        for entry in listed
    ]


def _of_ollama(server: _Asked, tags: list[dict[str, Any]]) -> list[ServedModel]:
    """What a model that is loaded really has is in `/api/ps`: it was trained for more than it is given."""
    loaded = {_name(entry, "name"): entry for entry in _entries(server.get("/api/ps"), "models")}
    found = []
    for entry in tags:
        name = _name(entry, "name")
        if not name:
            continue
        shown = server.get("/api/show", {"model": name})
        able = _inside(shown, "capabilities")
        abilities = tuple(filter(_is_plain, able)) if isinstance(able, list) else ()
        if abilities and "completion" not in abilities:
            continue
        own = _NUM_CTX.search(str(_inside(shown, "parameters") or ""))
        window = _count(_inside(loaded.get(name), "context_length")) or (int(own[1]) if own else None)
        kind = _inside(shown, "model_info", "general.architecture")
        trained = _count(_inside(shown, "model_info", f"{kind}.context_length"))
        found.append(ServedModel("Ollama", server.address, name, window, trained, abilities))
    return found


def _of_lm_studio(server: _Asked, native: list[dict[str, Any]]) -> list[ServedModel]:
    return [
        ServedModel(
            "LM Studio",
            server.address,
            entry["id"],
            _count(entry.get("loaded_context_length")),
            _count(entry.get("max_context_length")),
        )
        for entry in native
        if _name(entry, "id") and entry.get("type") != "embeddings"
    ]


class _Asked:
    """A server that is asked a few things within one deadline; what it does not answer well is None."""

    def __init__(self, address: str, key: str, seconds: float) -> None:
        self.address = address
        self._root = address.rstrip("/").removesuffix("/v1")
        self._deadline = time.monotonic() + seconds
        self._client = httpx.Client(
            headers=PLAIN | ({"Authorization": f"Bearer {key}"} if key else {}),
            timeout=seconds,
            trust_env=urlsplit(address).hostname not in LOOPBACK,
        )

    def __enter__(self) -> _Asked:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON of an answer; it is posted for where there is a `body`."""
        try:
            return json.loads(within(self._left(), lambda: self._read(path, body)))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, RecursionError):
            return None

    def _read(self, path: str, body: dict[str, Any] | None) -> bytes:
        method = "GET" if body is None else "POST"
        with self._client.stream(method, self._root + path, json=body) as response:
            if response.status_code != httpx.codes.OK:
                raise ValueError(response.status_code)
            return read_plain(response, _MOST_BYTES)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0.0:
            raise TimeoutError
        return left


def _entries(told: Any, name: str) -> list[dict[str, Any]]:
    found = told.get(name) if isinstance(told, dict) else None
    listed = found if isinstance(found, list) else []
    return [entry for entry in listed[:_MOST_MODELS] if isinstance(entry, dict)]


def _inside(told: Any, *path: str) -> Any:
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def _name(entry: dict[str, Any], field: str) -> str:
    name = entry.get(field)
    return name if _is_plain(name) else ""


def _is_plain(name: Any) -> TypeGuard[str]:
    """Whether it can be a name: without control characters and halves of characters."""
    return isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and name.isprintable()


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
