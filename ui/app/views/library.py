"""Bring documents in and look after them."""

from ui.app.components.library import library_page
from ui.app.shared import shared

library_page(shared())
