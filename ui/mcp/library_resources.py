"""Resources: the documents, their pages as text, and pictures of pages."""

from __future__ import annotations

import base64
import re
from typing import Final

from mcp_types import (
    BlobResourceContents,
    ListResourcesResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from rag.errors import NotFoundError
from rag.library import Library
from rag.schema import without_controls

__all__ = ["TEMPLATES", "document_uri", "list_resources", "page_uri", "picture_uri", "read_resource"]

_WHOLE: Final = "citewell://document/{id}"
_PAGE: Final = "citewell://document/{id}/page/{n}"
_PICTURE: Final = "citewell://document/{id}/page/{n}.png"
_URI: Final = re.compile(
    r"citewell://document/(?P<id>[0-9a-f]{16})(?:/page/(?P<page>[1-9]\d{0,8})(?P<png>\.png)?)?", re.ASCII
)
_PER_PAGE: Final = 100
_MOST_CHARACTERS: Final = 200_000
_TEXT: Final = "text/plain"

TEMPLATES: Final = [
    ResourceTemplate(
        name="document", title="A document", uri_template=_WHOLE, description="Its text", mime_type=_TEXT
    ),
    ResourceTemplate(
        name="page",
        title="A page",
        uri_template=_PAGE,
        description="The text of a page (sheet, slide, section), counted from 1",
        mime_type=_TEXT,
    ),
    ResourceTemplate(
        name="page picture",
        title="A picture of a page",
        uri_template=_PICTURE,
        description="A page of a PDF or picture file as it looks",
        mime_type="image/png",
    ),
]


def document_uri(document_id: str) -> str:
    """The address of a document's text."""
    return _WHOLE.format(id=document_id)


def page_uri(document_id: str, page: int) -> str:
    """The address of a page's text."""
    return _PAGE.format(id=document_id, n=page)


def picture_uri(document_id: str, page: int) -> str:
    """The address of a page's picture."""
    return _PICTURE.format(id=document_id, n=page)


def list_resources(library: Library, cursor: str | None) -> ListResourcesResult:
    """The documents by source, a hundred at a time; the cursor is the source of the last one before."""
    left = [info for info in library.documents() if cursor is None or info.source > cursor]
    shown = left[:_PER_PAGE]
    listed = [
        Resource(
            name=info.name,
            title=without_controls(info.title) or info.name,
            uri=document_uri(info.document_id),
            description=f"{info.pages} pages, {info.characters} characters; page n is at "
            f"{document_uri(info.document_id)}/page/n",
            mime_type=_TEXT,
        )
        for info in shown
    ]
    following = shown[-1].source if len(shown) < len(left) else None
    return ListResourcesResult(resources=listed, next_cursor=following)


def read_resource(library: Library, uri: str) -> list[TextResourceContents | BlobResourceContents]:
    """What an address holds; of a long text its beginning, and where to read on.

    Raises:
        NotFoundError: it names no document or page that is there, or a page that cannot be drawn.
    """
    asked = _URI.fullmatch(uri)
    if asked is None:
        raise NotFoundError(f"no resource {uri[:200]!r}: addresses are {_WHOLE}, {_PAGE} and {_PICTURE}")
    document = library.store.resolve(asked["id"])
    number = int(asked["page"] or 0)
    if asked["png"]:
        picture = library.page_image(document.document_id, number)
        blob = base64.b64encode(picture).decode()
        return [BlobResourceContents(uri=uri, blob=blob, mime_type="image/png")]
    start, end = 0, document.characters
    if number:
        page = library.store.page(document.document_id, number)
        start, end = page.start, page.end
    shown = min(end, start + _MOST_CHARACTERS)
    text = library.store.text(document.document_id, start, shown)
    contents: list[TextResourceContents | BlobResourceContents] = [
        TextResourceContents(uri=uri, text=text, mime_type=_TEXT)
    ]
    if shown < end:
        last = library.store.page_at(document.document_id, shown).number
        told = f"The text goes on to character {end}: read on with the tool read_document from start={shown}."
        contents.append(
            TextResourceContents(uri=page_uri(document.document_id, last), text=told, mime_type=_TEXT)
        )
    return contents
