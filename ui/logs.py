"""What the servers tell on standard error, so that no request can fill a disk with it."""

from __future__ import annotations

import logging
from typing import Final

__all__ = ["ShortFormatter", "log_to_standard_error"]

_FORM: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_MOST: Final = 16_384


class ShortFormatter(logging.Formatter):
    """Formats a record, traceback included, in at most `most` characters: its beginning and its end.

    A message may hold a value of a request, and the errors under it may hold it again.
    """

    def __init__(self, form: str = _FORM, most: int = _MOST) -> None:
        super().__init__(form)
        self._most = most

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        text = super().format(record)
        if len(text) <= self._most:
            return text
        half = self._most // 2
        return f"{text[:half]} … [{len(text) - 2 * half} characters left out] … {text[-half:]}"


def log_to_standard_error() -> None:
    """Have warnings and errors of the whole process told there, each in a bounded number of characters."""
    # complains of a damaged form piece by piece, which its sender is told once
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    handler = logging.StreamHandler()
    handler.setFormatter(ShortFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
