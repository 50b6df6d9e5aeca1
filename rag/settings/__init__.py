"""The one settings tree. Presets are TOML files in `configs/`.

Precedence, highest first: flags (given as a nested dict), `CITEWELL_…` environment variables
(`CITEWELL_GENERATOR__MODEL=…`, two underscores between levels), the file or preset, the defaults.
"""

from rag.settings.loading import load_settings, parse_assignments, parse_value, presets
from rag.settings.models import (
    Device,
    EmbedderSettings,
    GeneratorSettings,
    Precision,
    ReaderSettings,
    RerankerSettings,
)
from rag.settings.tree import (
    AnsweringSettings,
    ChunkingSettings,
    ExampleSettings,
    IngestSettings,
    PromptSettings,
    RetrievalSettings,
    ServeSettings,
    Settings,
    SourceSettings,
    TracingSettings,
    UiSettings,
)

__all__ = [
    "AnsweringSettings",
    "ChunkingSettings",
    "Device",
    "EmbedderSettings",
    "ExampleSettings",
    "GeneratorSettings",
    "IngestSettings",
    "Precision",
    "PromptSettings",
    "ReaderSettings",
    "RerankerSettings",
    "RetrievalSettings",
    "ServeSettings",
    "Settings",
    "SourceSettings",
    "TracingSettings",
    "UiSettings",
    "load_settings",
    "parse_assignments",
    "parse_value",
    "presets",
]
