"""An address at which the browser shows an original by itself, open at a page."""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.runtime import get_instance

from rag.library import Library
from rag.schema import DocumentInfo

__all__ = ["original_address"]

_PDF: Final = "application/pdf"
_MOST_BYTES: Final = 50_000_000


def original_address(library: Library, document: DocumentInfo, page: int) -> str | None:
    """Where the browser's viewer finds the original, at a page; None for what it cannot show so.

    Only PDFs: other formats have no pages to open at, and a page of HTML would be run, not read. The
    file is served as Streamlit serves pictures: under a name made from its content, to sessions that
    were shown the link, and no longer than one of them is; no path is part of the address. It is held
    in memory meanwhile, so that large files are left to the download.
    """
    path = library.store.original(document.document_id)
    if document.media_type != _PDF or path is None or path.stat().st_size > _MOST_BYTES:
        return None
    served = get_instance().media_file_mgr.add(str(path), _PDF, f"citewell-original-{document.document_id}")
    return f"{_base()}{served}#page={page}"


def _base() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
