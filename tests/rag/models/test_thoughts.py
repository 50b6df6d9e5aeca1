from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from starlette.responses import JSONResponse, Response

from rag.answering.understanding.generated import ask_generator
from rag.answering.understanding.turns import Turn
from rag.errors import ModelError
from rag.models import build_generator
from rag.models.thoughts import ThoughtFilter, without_thoughts
from rag.schema import Stages
from rag.settings import Settings
from tests.http_servers import answering
from tests.scripted_chat import ScriptedChatModel

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ANSWER = "It opens at nine. [1]"
WHOLE = [
    (ANSWER, ANSWER),
    (f"<think>Hm. Nine?</think>\n\n{ANSWER}", ANSWER),
    (f"<think></think>{ANSWER}", ANSWER),
    (f"[THINK]Hm.[/THINK]{ANSWER}", ANSWER),
    (f"<thinking>Hm.</thinking>\n{ANSWER}", ANSWER),
    (f"The passages say so, I think.\n</think>\n\n{ANSWER}", ANSWER),  # its template began the thought
    (f"<think>a <think>b</think> c</think> {ANSWER}", ANSWER),
    (f"<think>should I write <think> here?</think>{ANSWER}", ANSWER),
    (f"One. <think>Two?</think>{ANSWER}", f"One. {ANSWER}"),
    (f"{ANSWER}<think>and then", ANSWER),
    ("<think>I wonder whether", ""),
    ("a < b and <thin ice", "a < b and <thin ice"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "answer"), WHOLE)
def test_thoughts_are_no_part_of_a_text(text: str, answer: str) -> None:
    assert without_thoughts(text) == answer
    assert without_thoughts(answer) == answer


PARTS = st.sampled_from(
    ["<think>", "</think>", "<thi", "nk>", "<", "/think>", "Hm. ", "\n", "nine", "[THINK]"]
)


@given(st.lists(PARTS, max_size=12), st.lists(st.integers(0, 80), max_size=6))
def test_a_stream_holds_what_the_whole_text_holds(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    borders = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in itertools.pairwise(borders)]
    whole, streamed = ThoughtFilter(), ThoughtFilter()
    told = whole.feed(text) + whole.end()
    assert "".join(map(streamed.feed, pieces)) + streamed.end() == told
    assert without_thoughts(told) == without_thoughts(text)
    assert streamed.thinking == whole.thinking


def test_what_can_be_no_mark_is_told_at_once() -> None:
    filtered = ThoughtFilter()
    assert [filtered.feed(piece) for piece in ("It <", "b> is <thi", "nk>Hm", "</think", "> so")] == [
        "It ",
        "<b> is ",
        "",
        "",
        " so",
    ]


def events(deltas: list[dict[str, Any]], reason: str) -> Response:
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": reason})
    head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    lines = [f"data: {json.dumps({**head, 'choices': [choice]})}\n\n" for choice in choices]
    return Response("".join(lines) + "data: [DONE]\n\n", media_type="text/event-stream")


@pytest.fixture(scope="module")
def thinker() -> Iterator[str]:
    """A server whose model thinks as its name says: in the text, beside it, or until its limit."""

    def chat(body: dict[str, Any]) -> Response:
        kind = body["model"]
        thought, text = "<think>Hm. Ten? No.", f"</think>\n\n{ANSWER}"
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if kind == "beside":
            deltas += [{"reasoning_content": "Hm. "}, {"reasoning": "Ten?"}, {"content": ANSWER}]
        elif kind == "cut":
            deltas += [{"content": thought}]
        elif kind == "cut beside":
            deltas += [{"reasoning_content": "Hm."}]
        else:
            deltas += [{"content": part} for part in (*thought, *text)]
        reason = "length" if kind.startswith("cut") else "stop"
        if body.get("stream"):
            return events(deltas, reason)
        message = {
            "role": "assistant",
            "content": "".join(delta.get("content", "") for delta in deltas),
            "reasoning_content": "Hm.",
        }
        choice = {"index": 0, "message": message, "finish_reason": reason}
        head = {"id": "x", "object": "chat.completion", "created": 1, "model": kind}
        return JSONResponse({**head, "choices": [choice]})

    with answering({"/v1/chat/completions": chat}) as (address, _):
        yield f"{address}/v1"


def thinking(address: str, kind: str) -> BaseChatModel:
    generator = {"provider": "openai", "model": kind, "base_url": address, "retries": 0}
    built = build_generator(Settings.model_validate({"generator": generator}))
    assert built is not None
    return built


@pytest.mark.parametrize("kind", ["within", "beside"])
def test_an_endpoint_tells_no_thoughts(thinker: str, kind: str) -> None:
    model = thinking(thinker, kind)
    assert model.invoke("When?").content == ANSWER
    pieces = [piece.content for piece in model.stream("When?")]
    assert "".join(map(str, pieces)) == ANSWER
    assert pieces == [piece for piece in pieces if "Hm" not in str(piece)]


@pytest.mark.parametrize("kind", ["cut", "cut beside"])
@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_a_model_that_thinks_until_its_limit_is_told_so(thinker: str, kind: str, way: str) -> None:
    model = thinking(thinker, kind)
    with pytest.raises(ModelError, match=r"limit of 256 tokens before it answered: raise generator\.max_new"):
        model.invoke("When?") if way == "invoke" else list(model.stream("When?"))


def test_a_generator_of_the_users_own_may_think_while_it_rewrites() -> None:
    rewritten = AIMessage("<think>The office, then.</think>\nWhen does the harbour office open on Monday?")
    turns = [Turn("When does the harbour office open?", ANSWER)]
    model = ScriptedChatModel.saying(rewritten)
    assert (
        ask_generator(model, "And on Monday?", turns, Stages())
        == "When does the harbour office open on Monday?"
    )
