"""Values of a schema from a chat model, for programs: `model.with_structured_output(schema)`."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from pydantic import BaseModel

from rag.errors import UsageError

__all__ = ["Schema", "json_schema", "parsed", "response_format"]

Schema = dict[str, Any] | type[BaseModel]


def json_schema(schema: Schema) -> dict[str, Any]:
    """The JSON schema of a pydantic model, or the one given.

    Raises:
        UsageError: it is neither.
    """
    if isinstance(schema, dict):
        return schema
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return schema.model_json_schema()
    raise UsageError(f"a schema is a JSON schema as a dict or a pydantic model, not {schema!r}")


def response_format(schema: Schema) -> dict[str, Any]:
    """The schema as OpenAI's protocol takes it; vLLM, llama.cpp and Ollama know it too."""
    definition = json_schema(schema)
    named = {"name": str(definition.get("title", "answer")), "schema": definition, "strict": True}
    return {"type": "json_schema", "json_schema": named}


def parsed(
    model: Runnable[LanguageModelInput, Any], schema: Schema, *, include_raw: bool
) -> Runnable[LanguageModelInput, Any]:
    """The model followed by a parser: a dict, or an instance where `schema` is a pydantic model.

    With `include_raw`, LangChain's triple: `raw` (the message), `parsed`, `parsing_error`.
    """
    parser: Any = (
        JsonOutputParser() if isinstance(schema, dict) else PydanticOutputParser(pydantic_object=schema)
    )
    if not include_raw:
        plain: Runnable[LanguageModelInput, Any] = model | parser
        return plain
    tried = RunnablePassthrough.assign(
        parsed=lambda made: parser.invoke(made["raw"]), parsing_error=lambda _: None
    )
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=model) | tried.with_fallbacks([failed], exception_key="parsing_error")
