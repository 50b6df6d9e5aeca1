"""`citewell list`, `remove`, `show` and `check`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from rag.store import SimilarDocument
from rag.text import for_terminal
from rag.wire import check_json, document_json
from ui.cli.command_options import (
    ConfigOption,
    JsonOption,
    LibraryOption,
    SetOption,
    open_library,
    read_settings,
)
from ui.cli.output import print_checks, print_documents, print_json, print_line

__all__ = ["check", "list_documents", "remove", "show"]


def list_documents(
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the documents of the library."""
    with open_library(read_settings(library, config, assignments)) as opened:
        documents = opened.documents()
        similar = opened.store.all_similar_documents()
        groups = opened.store.collections.by_document()
    if as_json:
        listed = [
            document_json(item)
            | {"collections": groups.get(item.document_id, [])}
            | _likeness(similar.get(item.document_id, []))
            for item in documents
        ]
        print_json({"documents": listed})
    else:
        print_documents(documents, similar, groups)


def _likeness(similar: Sequence[SimilarDocument]) -> dict[str, Any]:
    """`duplicate_of`: the first document that was read from the same bytes; `similar_to`: the others."""
    return {
        "duplicate_of": next((other.source for other in similar if other.same_bytes), None),
        "similar_to": [
            {"document_id": other.document_id, "source": other.source, "share": round(other.share, 2)}
            for other in similar
            if not other.same_bytes
        ],
    }


def remove(
    names: Annotated[list[str], typer.Argument(metavar="ID|SOURCE…", help="Documents to remove.")],
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove documents; nothing later can cite them."""
    with open_library(read_settings(library, config, assignments)) as opened:
        removed = opened.remove(names)
    if as_json:
        print_json({"removed": [document_json(document) for document in removed]})
    else:
        for document in removed:
            print_line(f"removed {document.document_id}  {document.name}")


def show(
    name: Annotated[str, typer.Argument(metavar="DOCUMENT_ID", help="Id, source or file name.")],
    page: Annotated[int | None, typer.Option("--page", min=1, help="Only this page.")] = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a document's text, exactly as citations slice it."""
    with open_library(read_settings(library, config, assignments)) as opened:
        document = opened.store.resolve(name)
        if page is None:
            start, end = 0, document.characters
        else:
            shown = opened.store.page(document.document_id, page)
            start, end = shown.start, shown.end
        text = opened.store.text(document.document_id, start, end)
        pages = opened.store.pages(document.document_id)
    if as_json:
        print_json(
            {
                **document_json(document),
                "start": start,
                "end": end,
                "page_spans": [
                    {
                        "page": item.number,
                        "start": item.start,
                        "end": item.end,
                        "label": item.label,
                        "warnings": list(item.warnings),
                    }
                    for item in pages
                ],
                "text": text,
            }
        )
    else:
        # bytes, so that no platform turns a newline into something else
        to_show = for_terminal(text) if sys.stdout.isatty() else text
        sys.stdout.buffer.write(to_show.encode("utf-8"))
        if sys.stdout.isatty() and not text.endswith("\n"):
            sys.stdout.buffer.write(b"\n")  # for the prompt that follows; in a file it would be no offset's
        sys.stdout.buffer.flush()


def check(
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove every invariant of the library; exit code 1 if one fails."""
    with open_library(read_settings(library, config, assignments)) as opened:
        checks = opened.check()
    if as_json:
        print_json(check_json(checks))
    else:
        print_checks(checks)
    if not all(item.ok for item in checks):
        raise typer.Exit(1)
