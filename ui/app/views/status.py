"""See how the program stands."""

from ui.app.components.status import status_page
from ui.app.shared import shared

status_page(shared().library)
