"""JSON posted to an endpoint that embeds or reranks: with a deadline, tried again, told in plain words."""

from __future__ import annotations

import json
import time
import weakref
from functools import cached_property
from typing import Any, Final

import httpx

from rag.errors import ConfigurationError, EndpointError
from rag.models.devices import no_proxy_to_this_machine
from rag.models.endpoint_errors import explain, printable_key
from rag.models.exchange import PLAIN, read_plain, within
from rag.settings import EmbedderSettings, RerankerSettings

__all__ = ["EndpointClient"]

_AGAIN: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
"""Answers of a server that may do better in a while."""
_PAUSE_SECONDS: Final = 0.5
_MOST_BYTES: Final = 64 << 20


class EndpointClient:
    """One endpoint, safe for several threads; redirects are not followed, as nobody named where they lead."""

    def __init__(self, settings: EmbedderSettings | RerankerSettings) -> None:
        """Take the address and the key; nothing is sent yet.

        Raises:
            ConfigurationError: no address is set, or the key is none.
        """
        if settings.base_url is None:
            raise ConfigurationError(
                f"setting {settings.section}.provider is {settings.provider!r}, and "
                f"{settings.section}.base_url is not set: name the endpoint's address, such as http://127.0.0.1:8000/v1"
            )
        self._settings = settings
        self._address = settings.base_url.rstrip("/")
        key = "" if settings.api_key is None else printable_key(settings.api_key.get_secret_value(), settings)
        self._headers = PLAIN | ({"Authorization": f"Bearer {key}"} if key else {})

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON that answers a request.

        Raises:
            EndpointError: the server cannot be reached, is too slow, refuses, or answers with something else.
        """
        left = self._settings.retries
        while True:
            try:
                return within(self._settings.timeout_seconds, lambda: self._posted(path, body))
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None
                if left == 0 or not (status in _AGAIN or isinstance(error, httpx.TransportError)):
                    raise EndpointError(explain(error, self._settings), status=status) from None
                time.sleep(_PAUSE_SECONDS * 2 ** min(self._settings.retries - left, 4))
                left -= 1

    def _posted(self, path: str, body: dict[str, Any]) -> Any:
        with self._client.stream("POST", self._address + path, json=body) as response:
            received = read_plain(response, _MOST_BYTES)
            if response.status_code >= 300:
                said = received.decode("utf-8", "replace")
                raise httpx.HTTPStatusError(said, request=response.request, response=response)
        return json.loads(received)

    @cached_property
    def _client(self) -> httpx.Client:
        no_proxy_to_this_machine()
        client = httpx.Client(headers=self._headers, timeout=self._settings.timeout_seconds)
        weakref.finalize(self, client.close)
        return client
