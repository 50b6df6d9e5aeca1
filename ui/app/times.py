"""Times as the person at the browser reads them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

__all__ = ["local_time"]


def local_time(moment: str) -> str:
    """A stored time (UTC, ISO 8601) in the browser's time zone, to the minute; as it is if it is no time."""
    try:
        return datetime.fromisoformat(moment).astimezone(_zone()).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
