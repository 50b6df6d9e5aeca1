"""What went wrong with an endpoint, in plain words and without its key.

Providers raise their own exceptions; what they have in common is an HTTP status, or a name that says
`Timeout` or `Connection`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from rag.errors import CitewellError, ConfigurationError, EndpointError
from rag.settings import EmbedderSettings, GeneratorSettings, RerankerSettings

__all__ = ["broken_off", "environment_key", "explain", "explained", "hide_key", "printable_key"]

_Settings = GeneratorSettings | EmbedderSettings | RerankerSettings
_GIVES: Final = {"generator": "a chat completion", "embedder": "vectors", "reranker": "scores"}

_SHOWN_CHARACTERS: Final = 300
_KEYS: Final = {
    "google_genai": "GOOGLE_API_KEY",
    "huggingface": "HUGGINGFACEHUB_API_TOKEN",
    "ibm": "WATSONX_APIKEY",
    "mistralai": "MISTRAL_API_KEY",
    "perplexity": "PPLX_API_KEY",
}
"""Where a provider's variable is not named after it."""
_SECRET: Final = re.compile(r"KEY|TOKEN|SECRET|PASSWORD")
_SECRET_LENGTH: Final = 8
_UNREADABLE: Final = {"JSONDecodeError", "UnicodeDecodeError"}
_NO_ANSWER: Final = ("Unexpected response type", "Received response with null", "No generation chunks")
"""How LangChain begins to tell of an answer that it cannot read."""
_BROKEN_OFF: Final = {"RemoteProtocolError", "ReadError"}
"""How httpx names a connection that ends in the middle of an answer."""


@contextmanager
def explained(settings: GeneratorSettings) -> Iterator[None]:
    """Turn whatever a provider raises into an `EndpointError`."""
    try:
        yield
    except CitewellError:
        raise
    except Exception as error:
        raise EndpointError(explain(error, settings)) from None


def broken_off(settings: _Settings) -> str:
    """What to tell of an answer that did not come to its end."""
    return f"the answer of the {_where(settings)} broke off before its end: ask again, or check the server"


def _where(settings: _Settings) -> str:
    what = (
        f"{settings.provider} endpoint"
        if settings.section == "generator"
        else f"{settings.section}'s endpoint"
    )
    return what + (f" {settings.base_url}" if settings.base_url else "")


def _key_names(settings: _Settings) -> str:
    """The variables in which a key may stand: those of providers are read for generators only."""
    own = f"CITEWELL_{settings.section.upper()}__API_KEY"
    return f"{own} or {environment_key(settings.provider)}" if settings.section == "generator" else own


def printable_key(key: str, settings: _Settings) -> str:
    """The key without the white space around it.

    Raises:
        ConfigurationError: it holds what no HTTP header takes.
    """
    if not (key.strip().isascii() and key.strip().isprintable()):
        raise ConfigurationError(
            "the key of the endpoint holds characters that no key has: copy it again "
            f"({_key_names(settings)})"
        )
    return key.strip()


def explain(error: BaseException, settings: _Settings) -> str:
    """One sentence on what failed and one on what to do."""
    where, section = _where(settings), settings.section
    status = _status(error)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if status in {401, 403}:
        return (
            f"the {where} refused the key (HTTP {status}): set "
            f"{_key_names(settings)} to a key that may use {settings.model!r}"
        )
    if status == 404:
        return (
            f"the {where} knows no model {settings.model!r} or has no such address (HTTP 404): check "
            f"{section}.model, and that {section}.base_url ends as the server wants it (often /v1)"
        )
    if status == 429:
        return f"the {where} refuses more requests for now (HTTP 429): wait, or check the account's limits"
    if status is None and (kinds & _UNREADABLE or str(error).startswith(_NO_ANSWER)):
        said = hide_key(str(error).split("\n", 1)[0], settings)[:_SHOWN_CHARACTERS]
        return (
            f"the {where} answered with something else than {_GIVES[section]} ({said}): check that "
            f"{section}.base_url is the address of the API itself (often it ends in /v1)"
        )
    if any("Timeout" in kind for kind in kinds):
        return (
            f"the {where} did not answer within {settings.timeout_seconds:g} s: check the server, or raise "
            f"{section}.timeout_seconds"
        )
    if kinds & _BROKEN_OFF:
        return broken_off(settings)
    if status is None and any("Connect" in kind or kind == "OSError" for kind in kinds):
        return (
            f"no connection to the {where}: check that the server runs and that {section}.base_url is right"
        )
    said = hide_key(_said(error), settings)[:_SHOWN_CHARACTERS]
    if status is not None:
        return f"the {where} failed (HTTP {status}): {said}"
    return f"the {where} failed ({type(error).__name__}): {said}"


def environment_key(provider: str) -> str:
    """The environment variable in which a LangChain provider looks for its key."""
    return _KEYS.get(provider, f"{provider.upper()}_API_KEY")


def hide_key(text: str, settings: _Settings) -> str:
    """The text without the key, wherever the key came from.

    Providers know more variables than one: the values of all that are named like secrets are hidden.
    """
    keys = [
        value for name, value in os.environ.items() if _SECRET.search(name) and len(value) >= _SECRET_LENGTH
    ]
    if settings.api_key is not None:
        keys.append(settings.api_key.get_secret_value())
    for key in sorted({key.strip() for key in keys if key.strip()}, key=len, reverse=True):
        text = text.replace(key, "(hidden)")
    return text


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status if isinstance(status, int) else None


def _said(error: BaseException) -> str:
    """The server's own words where they are there, else the exception's."""
    try:
        response: Any = getattr(error, "response", None)
        return str(response.text) or str(error)
    except Exception:  # no response, or one that was not read
        return str(error)
