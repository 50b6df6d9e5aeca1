"""See how the program stands."""

from ui.app.components.status_page import status_page
from ui.app.shared import shared

status_page(shared().library)
