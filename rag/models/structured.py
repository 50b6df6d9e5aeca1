"""Values of a schema from a chat model, for programs: `model.with_structured_output(schema)`."""

from __future__ import annotations

import json
from typing import Any, Final

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.json import parse_json_markdown
from pydantic import BaseModel

from rag.errors import ModelError, UsageError

__all__ = ["Schema", "json_schema", "parsed", "response_format"]

_CUT: Final = frozenset({"length", "max_tokens", "stopped"})
"""Finish reasons of texts that are not whole, by OpenAI's and Anthropic's names and ours."""
_SHOWN_CHARACTERS: Final = 120

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
    """The model followed by a reader: the JSON value, or an instance where `schema` is a pydantic model.

    With `include_raw`, LangChain's triple: `raw` (the message), `parsed`, `parsing_error`. What is not
    the whole value is a `ModelError`, never a part of it.
    """
    read: Any = RunnableLambda(lambda message: _value(message, schema))
    if not include_raw:
        plain: Runnable[LanguageModelInput, Any] = model | read
        return plain
    tried = RunnablePassthrough.assign(
        parsed=lambda made: _value(made["raw"], schema), parsing_error=lambda _: None
    )
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=model) | tried.with_fallbacks([failed], exception_key="parsing_error")


def _value(message: AIMessage, schema: Schema) -> Any:
    text = str(message.text)
    if message.response_metadata.get("finish_reason") in _CUT:
        raise ModelError(
            f"the model was cut before its JSON was whole ({_shortened(text)}): raise max_new_tokens "
            "(setting generator.max_new_tokens), or limit lengths in the schema"
        )
    try:
        if isinstance(schema, dict):
            return parse_json_markdown(text, parser=json.loads)
        return schema.model_validate(parse_json_markdown(text, parser=json.loads))
    except ValueError as error:
        reason = str(error).split("\n", 1)[0]
        raise ModelError(
            f"the model wrote something else than JSON of the schema ({reason}): {_shortened(text)}; an "
            "endpoint has to know response_format"
        ) from None


def _shortened(text: str) -> str:
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…")
