"""How the browser tests use a page of the app: wait, upload, ask, look at pictures."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

__all__ = ["ask", "goto", "marked_rows", "settled", "upload", "watched"]

_SLOW = 120_000


def watched(page: Page) -> dict[str, list[str]]:
    """What a page must not do: dialogs, errors of its scripts, requests to elsewhere. Kept as they happen.

    What the page's own security policy stops is an error as well: it means that the app needs it.
    """
    seen: dict[str, list[str]] = {"dialogs": [], "errors": [], "elsewhere": []}
    page.on("dialog", lambda dialog: (seen["dialogs"].append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: seen["errors"].append(str(error)))

    def told(line: Any) -> None:
        if "Content Security Policy" in line.text:
            seen["errors"].append(line.text)

    def request(asked: Any) -> None:
        if not re.match(r"(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|data:|blob:", asked.url):
            seen["elsewhere"].append(asked.url)

    page.on("console", told)
    page.on("request", request)
    return seen


def settled(page: Page) -> None:
    """Wait until the app has nothing more to draw, and does not begin again at once."""
    resting = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    page.wait_for_selector(resting, timeout=_SLOW)
    page.wait_for_timeout(300)
    page.wait_for_selector(resting, timeout=_SLOW)


def goto(page: Page, name: str) -> None:
    """Go to a page by its name in the sidebar."""
    page.locator('[data-testid="stSidebarNav"] a', has_text=name).click()
    expect(page.locator("h1")).to_contain_text(name, timeout=_SLOW)
    settled(page)


def upload(page: Page, *files: Path) -> None:
    """Drop files, and wait until each has its result."""
    page.set_input_files('[data-testid="stFileUploader"] input[type=file]', [str(file) for file in files])
    expect(page.locator('[class*="st-key-dismiss-"]').first).to_be_visible(timeout=_SLOW)
    settled(page)


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the end of the answer."""
    answers = page.locator('[data-testid="stChatMessage"]').count()
    page.locator('[data-testid="stChatInputTextArea"]').fill(question)
    page.keyboard.press("Enter")
    expect(page.locator('[data-testid="stChatMessage"]')).to_have_count(answers + 2, timeout=_SLOW)
    expect(page.locator(".st-key-stop-asking")).to_have_count(0, timeout=_SLOW)
    settled(page)


def marked_rows(page: Page, selector: str) -> tuple[float, float] | None:
    """Where the marker's yellow begins and ends in the shown picture, as parts of its height."""
    source = page.locator(selector).first.get_attribute("src")
    data = page.evaluate(
        """async (source) => {
            const bytes = new Uint8Array(await (await fetch(source)).arrayBuffer());
            return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
        }""",
        source,
    )
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)
    yellow = (pixels[..., 0] > 220) & (pixels[..., 1] > 180) & (pixels[..., 2] < 120)
    rows = np.flatnonzero(yellow.sum(axis=1) > 20)
    return None if not rows.size else (rows[0] / len(pixels), rows[-1] / len(pixels))
