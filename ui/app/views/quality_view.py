"""Measure the answers, and learn from what people thought of them."""

from ui.app.components.quality_page import quality_page
from ui.app.shared import shared

quality_page(shared())
