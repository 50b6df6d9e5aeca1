"""No library reports, and offline nothing is traced, whatever the environment asks for."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from typing import Final

__all__ = ["no_telemetry", "no_tracers"]

_LOG = logging.getLogger(__name__)
_TRACERS: Final = re.compile(r"LANG(?:CHAIN|SMITH)_(?:[A-Z]+_)?(?:TRACING|TRACING_V2|HANDLER|OTEL_ENABLED)")
"""What switches on a tracer of LangChain's: LangSmith by either name, OpenTelemetry, and others by theirs."""
_OFF: Final = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime 1.32 reports to Microsoft unless told not to
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}


def no_telemetry(environment: MutableMapping[str, str] = os.environ) -> None:
    """Switch off what libraries report about their use; before they are loaded.

    Whatever the settings are: no setting names those to whom they would report.
    """
    environment.update(_OFF)


def no_tracers(environment: MutableMapping[str, str] = os.environ) -> None:
    """Take LangChain's tracers out of the environment of this process and its children.

    LangChain looks there at every call, of ours and of a chain that holds ours: with a tracer the question
    and the passages would be sent out. What a program switches on in its own code stays its own affair.
    """
    asked = sorted(filter(_TRACERS.fullmatch, environment))
    for name in asked:
        if environment.pop(name).strip().lower() not in ("", "0", "false"):
            _LOG.warning("offline: %s is not followed, nothing is traced (setting offline = true)", name)
    environment["OTEL_SDK_DISABLED"] = "true"
    loaded = sys.modules.get("langsmith.utils")
    if asked and loaded is not None:  # it has read them, and remembers
        loaded.get_env_var.cache_clear()
