"""The documents of the app's tests, and how the tests read a page."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).resolve().parents[3] / "ui" / "app" / "main.py"
NASTY = "<img src=x onerror=alert(1)>.md"
MINUTES = (
    "The committee met on 12 March 2024 in the reading room. Ms Rossi took the minutes.\n\n"
    "The library spent 41,300 euros on books in 2023. The opening hours stay as they were.\n"
)
SCRIPT = (
    "# `<script>alert(1)</script>`\n\n"
    "The cabinet is painted vermilion. **Nobody** [knows](javascript:alert(2)) why.\n"
)


def two_page_pdf(path: Path) -> Path:
    """A PDF whose second page tells of a roof."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(400, 300))
    canvas.drawString(40, 240, "Annual report of the harbour museum.")
    canvas.drawString(40, 220, "Visitors came from eleven countries.")
    canvas.showPage()
    canvas.drawString(40, 240, "The roof of the boathouse was repaired in May.")
    canvas.drawString(40, 220, "The boathouse roof repair cost 18,750 crowns.")
    canvas.save()
    return path


def page(app: AppTest, name: str) -> AppTest:
    """The app at one of its pages."""
    app.run()
    return app.switch_page(f"views/{name}_view.py").run()


def html(app: AppTest) -> str:
    """All HTML that the page shows, without its style sheet."""
    return "\n".join(
        element.body for element in app.get("html") if not element.body.lstrip().startswith("<style")
    )
