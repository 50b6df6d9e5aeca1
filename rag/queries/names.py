"""Names of tables and columns that SQL takes as they stand: `staff_2024__pay`, `net_sales`."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import PurePath
from typing import Final

from rag.schema import DocumentInfo

__all__ = ["DIVIDER", "document_names", "named_apart", "sql_name"]

DIVIDER: Final = "__"
"""Parts the name of a document from that of a table in it; no part holds it."""
_LONGEST: Final = 48
_ID: Final = 6
_WORD: Final = re.compile(r"[^\W_]+")


def sql_name(text: str, otherwise: str) -> str:
    """A text as a name: its words in small letters, joined; `otherwise` where it has none.

    >>> sql_name("Net sales (2024)", "column"), sql_name("2024", "column"), sql_name("Größe", "column")
    ('net_sales_2024', '_2024', 'größe')
    """
    parts = _WORD.findall(unicodedata.normalize("NFKC", text).lower())
    name = parts[0][:_LONGEST] if parts else ""
    for part in parts[1:]:
        if len(name) + len(part) >= _LONGEST:
            break
        name = f"{name}_{part}"
    name = name or otherwise
    return f"_{name}" if name[0].isdigit() or name in _reserved() else name


@cache
def _reserved() -> frozenset[str]:
    """Words that DuckDB takes for something else than a name."""
    import duckdb

    with duckdb.connect() as connection:
        told = connection.execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
        )
        return frozenset({"rowid", *(name for (name,) in told.fetchall())})


def named_apart(names: Sequence[str]) -> list[str]:
    """The names, each once: one that came before gets a number behind it."""
    found: dict[str, None] = {}
    last: defaultdict[str, int] = defaultdict(lambda: 1)
    for name in names:
        free = name
        while free in found:
            last[name] += 1
            free = f"{name}_{last[name]}"
        found[free] = None
    return list(found)


def document_names(documents: Sequence[DocumentInfo]) -> dict[str, str]:
    """Document ids by the names of documents in SQL: the file's, or the title of what has no file.

    Of two files of one name that which came first has it; the other gets a part of its id behind it, so
    that neither name changes when documents are added.
    """
    in_order = sorted(documents, key=lambda info: (info.added_at, info.source))
    names: dict[str, None] = {}
    wanted: list[str] = []
    for info in in_order:
        name = sql_name(PurePath(info.name).stem, "document")
        wanted.append(f"{name}_{info.document_id[:_ID]}" if name in names else name)
        names[wanted[-1]] = None
    return dict(zip(named_apart(wanted), (info.document_id for info in in_order), strict=True))
