"""What every command shares: its options, and how it opens a library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ingest.options import ConfigOption, LibraryOption, SetOption, read_settings

if TYPE_CHECKING:
    from rag.library import Library
    from rag.settings import Settings

__all__ = [
    "ConfigOption",
    "DocumentOption",
    "FailBelowOption",
    "FirstPageOption",
    "HostOption",
    "JsonOption",
    "LibraryOption",
    "LimitOption",
    "PassagesGivenOption",
    "PortOption",
    "SetOption",
    "WantedOption",
    "as_environment",
    "open_library",
    "read_settings",
]

JsonOption = Annotated[bool, typer.Option("--json", help="Standard output holds JSON only.")]
DocumentOption = Annotated[
    list[str] | None,
    typer.Option("--document", help="Only this document (id, source or file name). Repeatable."),
]
WantedOption = Annotated[str, typer.Option("--wanted", help="The answer that should have come.")]
HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[
    int | None, typer.Option("--port", min=0, max=65_535, help="Port; 0 takes a free one.")
]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="A fixed sample of N questions.")]
PassagesGivenOption = Annotated[
    bool, typer.Option("--passages-given", help="Read the questions' own (gold) passages; no search.")
]
FirstPageOption = Annotated[
    int, typer.Option("--first-page", help="The number of a document's first page in `gold_pages`.")
]
FailBelowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-below",
        metavar="METRIC=VALUE",
        help="Exit 1 if a metric is lower (higher for ece, brier, aurc, latencies). Repeatable.",
    ),
]


def as_environment(assignments: list[str] | None) -> dict[str, str]:
    """`--set` texts as the variables that a process started by a command reads."""
    pairs = (assignment.partition("=") for assignment in assignments or [])
    return {f"CITEWELL_{key.strip().replace('.', '__').upper()}": value.strip() for key, _, value in pairs}


def open_library(settings: Settings, *, create: bool = False) -> Library:
    """Open the library that the settings name.

    Raises:
        LibraryNotFoundError: there is none and `create` is false.
    """
    from rag.library import Library

    return Library.open(settings=settings, create=create)
