"""Bring documents in and look after them."""

from ui.app.components.library_page import library_page
from ui.app.shared import shared

library_page(shared())
