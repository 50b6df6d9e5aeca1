"""One document, page by page."""

from ui.app.components.document_page import document_page
from ui.app.shared import shared

document_page(shared().library)
