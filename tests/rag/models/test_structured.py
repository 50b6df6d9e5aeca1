"""Values for programs: whole and of the schema, or an error that says what to do."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from pydantic import BaseModel

from rag.errors import ModelError, ModelNotFoundError
from rag.models import build_generator
from rag.models.packaged import packaged_path
from rag.models.structured import parsed
from rag.settings import Settings

NESTED = {
    "type": "object",
    "properties": {
        "标题": {"type": "string", "maxLength": 8},
        "hours": {
            "type": "object",
            "properties": {"open": {"type": "integer"}, "day": {"enum": ["周一", "周六"]}},
            "required": ["open", "day"],
            "additionalProperties": False,
        },
    },
    "required": ["标题", "hours"],
    "additionalProperties": False,
}


class Hours(BaseModel):
    day: str
    open: int


def told(text: str, reason: str, schema: Any, **options: bool) -> Any:
    message = AIMessage(text, response_metadata={"finish_reason": reason})
    model = GenericFakeChatModel(messages=iter([message]))
    return parsed(model, schema, include_raw=options.get("include_raw", False)).invoke("?")


@pytest.mark.parametrize("schema", [NESTED, Hours])
def test_a_part_of_a_value_is_no_value(schema: Any) -> None:
    with pytest.raises(ModelError, match=r"cut before its JSON was whole.*max_new_tokens"):
        told('{"day": "Mo", "open": 9', "length", schema)
    triple = told('{"day": "Mo", "open": 9', "length", schema, include_raw=True)
    assert triple["parsed"] is None
    assert isinstance(triple["parsing_error"], ModelError)


@pytest.mark.parametrize("text", ["It opens at nine.", '{"day": "Mo", "open": 9', '{"day": "Mo"}'])
def test_what_is_no_json_of_the_schema_is_told(text: str) -> None:
    with pytest.raises(ModelError, match="something else than JSON of the schema"):
        told(text, "stop", Hours)


def test_fences_of_endpoints_are_taken_off() -> None:
    assert told('```json\n{"day": "Mo", "open": 9}\n```', "stop", Hours) == Hours(day="Mo", open=9)
    assert told('["周一"]', "stop", {"type": "array"}) == ["周一"]


def test_nested_values_in_chinese_are_whole() -> None:
    try:
        packaged_path("SmolLM2-135M-Instruct")
    except ModelNotFoundError as error:
        pytest.skip(str(error))
    model = build_generator(Settings.model_validate({"generator": {"max_new_tokens": 80}}))
    assert model is not None
    value = model.with_structured_output(NESTED).invoke("图书馆周六九点开门。")
    assert set(value) == {"标题", "hours"}
    assert value["hours"]["day"] in {"周一", "周六"}
    assert isinstance(value["hours"]["open"], int)
    with pytest.raises(ModelError, match="cut before its JSON was whole"):
        model.with_structured_output(NESTED, max_new_tokens=6).invoke("图书馆周六九点开门。")
