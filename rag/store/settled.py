"""Reading while others write: what is read is read anew where a document of it left the library meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeVar

from rag.errors import NotFoundError

if TYPE_CHECKING:
    from rag.store.store import Store

__all__ = ["settled"]

T = TypeVar("T")
_TRIES: Final = 3


def settled(store: Store, read: Callable[[], Iterable[T]]) -> Iterator[T]:
    """What `read` gives; from the start again where the library changed under it, three times at most.

    Raises:
        NotFoundError: something is not in the library, and has not been since `read` began.
    """
    for tries_left in reversed(range(_TRIES)):
        version = store.version
        try:
            yield from read()
            return
        except NotFoundError:
            if not tries_left or store.version == version:
                raise
