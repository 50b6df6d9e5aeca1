"""Ask many documents the same questions."""

from ui.app.components.grid_page import grid_page
from ui.app.shared import shared

grid_page(shared())
