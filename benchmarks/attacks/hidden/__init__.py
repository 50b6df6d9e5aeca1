"""Hidden text: a sentence that a file holds and that a person who opens it does not see.

Each trick is built into a small file of its format and parsed by the product. The sentence must not be in
the text, the two about it must, and the file's warnings must tell. Twins that can be seen must stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.attacks import Trial, attack
from benchmarks.attacks.hidden import html, html_roots, markup, office, office_xml, packages, pdf
from ingest.loaders import load_document
from rag.settings import IngestSettings

__all__ = ["CASES", "Case", "failure", "hidden_text"]

_SHOWN: Final = "The harbour opens at nine."
_SECRET: Final = "Operator is Eve Marlow."
_LAST: Final = "It closes at six."


class Case(NamedTuple):
    """A file by its name's end, whether its third sentence can be seen, and how it is made."""

    name: str
    suffix: str
    is_seen: bool
    make: Callable[[], bytes]


def _cases(
    suffix: str, build: Any, hidden: Mapping[str, Any], seen: Mapping[str, Any], **extra: Any
) -> Iterator[Case]:
    for is_seen, tricks in ((False, hidden), (True, seen)):
        for name, trick in tricks.items():

            def make(trick: Any = trick) -> bytes:
                return bytes(build(trick, _SHOWN, _SECRET, _LAST, **extra))

            yield Case(f"{suffix}: {name}", suffix, is_seen, make)


CASES: Final = (
    *_cases("html", html.page, html.HIDDEN, html.SEEN),
    *_cases("html", html.page, html_roots.HIDDEN, html_roots.SEEN),
    *_cases("pdf", pdf.page, pdf.HIDDEN, pdf.SEEN),
    *_cases("pdf", pdf.page, pdf.LARGE_HIDDEN, pdf.LARGE_SEEN, large=True),
    *_cases("docx", office.document, office.DOCX_HIDDEN, office.DOCX_SEEN),
    *_cases("xlsx", office.workbook, office.XLSX_HIDDEN, office.XLSX_SEEN),
    *_cases("pptx", office.presentation, office.PPTX_HIDDEN, office.PPTX_SEEN),
    *_cases("docx", office.document, office_xml.WRITTEN_HIDDEN, office_xml.WRITTEN_SEEN),
    *_cases("xlsx", office.workbook, office_xml.RULED_HIDDEN, office_xml.RULED_SEEN),
    *_cases("pptx", office.presentation, office_xml.DRAWN_HIDDEN, office_xml.DRAWN_SEEN),
    *_cases("rtf", markup.rich_text, markup.RTF_HIDDEN, markup.RTF_SEEN),
    *_cases("odt", packages.opendocument, packages.ODT_HIDDEN, packages.ODT_SEEN),
    *_cases("ods", packages.opendocument, packages.ODS_HIDDEN, packages.ODS_SEEN),
    *_cases("odp", packages.opendocument, packages.ODP_HIDDEN, packages.ODP_SEEN),
    *_cases("epub", packages.book, packages.EPUB_HIDDEN, packages.EPUB_SEEN),
    *_cases("eml", markup.message, markup.MAIL_HIDDEN, markup.MAIL_SEEN),
)


def failure(case: Case, folder: Path) -> str:
    """What is wrong with how the product reads a case; empty where it reads what a person sees."""
    path = folder / f"{abs(hash(case.name))}.{case.suffix}"
    path.write_bytes(case.make())
    document = load_document(path, IngestSettings(ocr="off"))
    if (_SECRET in document.text) is not case.is_seen:
        return "visible text was left out" if case.is_seen else "hidden text was read"
    if _SHOWN not in document.text or _LAST not in document.text:
        return "the text about it was left out"
    return "" if case.is_seen or document.warnings else "left out and not told"


@attack("text that a file holds and no one can see")
def hidden_text(folder: Path, effort: int) -> Iterator[Trial]:
    """Every trick once; more effort makes no other inputs."""
    for case in CASES:
        if not case.is_seen:
            yield Trial(case.name, failure(case, folder))
