"""What a tool is: what it takes, gives and does, and what it found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mcp_types import Tool, ToolAnnotations
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from rag.library import Library

__all__ = ["LibraryTool", "Outcome"]


class _ShortSchema(GenerateJsonSchema):
    """Without a title for each field, which says its name again: a model reads all of it each time."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """No field has one."""
        return False


@dataclass(frozen=True)
class Outcome:
    """What a tool found, by its form, and a picture (PNG) where it shows one."""

    told: BaseModel
    picture: bytes | None = None


@dataclass(frozen=True)
class LibraryTool:
    """A tool: what it takes and gives, and what it does, until the event that is handed to it is set."""

    name: str
    title: str
    description: str
    takes: type[BaseModel]
    gives: type[BaseModel]
    run: Callable[[Library, Any, threading.Event], Outcome] = field(repr=False)
    read_only: bool = True

    def described(self) -> Tool:
        """The tool as the protocol lists it."""
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.takes.model_json_schema(schema_generator=_ShortSchema),
            output_schema=self.gives.model_json_schema(schema_generator=_ShortSchema, mode="serialization"),
            annotations=ToolAnnotations(
                title=self.title,
                read_only_hint=self.read_only,
                destructive_hint=False,
                idempotent_hint=True,
                open_world_hint=False,
            ),
        )
