"""Ask the library."""

from ui.app.components.ask_page import ask_page
from ui.app.components.conversation_list import conversation_list
from ui.app.shared import shared

conversation_list(shared().library)
ask_page(shared())
