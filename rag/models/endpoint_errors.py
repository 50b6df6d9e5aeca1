"""What went wrong with an endpoint, in plain words and without its key.

Providers raise their own exceptions; what they have in common is an HTTP status, or a name that says
`Timeout` or `Connection`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rag.errors import CitewellError, EndpointError
from rag.settings import GeneratorSettings

__all__ = ["environment_key", "explain", "explained", "hide_key"]

_SHOWN_CHARACTERS = 300


@contextmanager
def explained(settings: GeneratorSettings) -> Iterator[None]:
    """Turn whatever a provider raises into an `EndpointError`."""
    try:
        yield
    except CitewellError:
        raise
    except Exception as error:
        raise EndpointError(explain(error, settings)) from None


def explain(error: BaseException, settings: GeneratorSettings) -> str:
    """One sentence on what failed and one on what to do."""
    where = f"{settings.provider} endpoint" + (f" {settings.base_url}" if settings.base_url else "")
    status = _status(error)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if status in {401, 403}:
        return (
            f"the {where} refused the key (HTTP {status}): set CITEWELL_GENERATOR__API_KEY or "
            f"{environment_key(settings.provider)} to a key that may use {settings.model!r}"
        )
    if status == 404:
        return (
            f"the {where} knows no model {settings.model!r} or has no such address (HTTP 404): check "
            "generator.model, and that generator.base_url ends as the server wants it (often /v1)"
        )
    if status == 429:
        return f"the {where} refuses more requests for now (HTTP 429): wait, or check the account's limits"
    if any("Timeout" in kind for kind in kinds):
        return (
            f"the {where} did not answer within {settings.timeout_seconds:g} s: check the server, or raise "
            "generator.timeout_seconds"
        )
    if status is None and any("Connect" in kind or kind == "OSError" for kind in kinds):
        return (
            f"no connection to the {where}: check that the server runs and that generator.base_url is right"
        )
    said = hide_key(_said(error), settings)[:_SHOWN_CHARACTERS]
    if status is not None:
        return f"the {where} failed (HTTP {status}): {said}"
    return f"the {where} failed ({type(error).__name__}): {said}"


def environment_key(provider: str) -> str:
    """The environment variable in which LangChain's providers look for their key."""
    return f"{provider.upper()}_API_KEY"


def hide_key(text: str, settings: GeneratorSettings) -> str:
    """The text without the key, wherever the key came from."""
    keys = [os.environ.get(environment_key(settings.provider), "")]
    if settings.api_key is not None:
        keys.append(settings.api_key.get_secret_value())
    for key in filter(None, keys):
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
