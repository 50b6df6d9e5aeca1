"""See what made an answer."""

from ui.app.components.why_page import why_page
from ui.app.shared import shared

why_page(shared())
