"""What is told of models and data is what the code, the settings and the run records say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.transparency import PAGE, written
from rag.models.packaged import PACKAGED
from rag.schema import Message, RunRecord
from rag.settings import load_settings, presets
from ui.app.session_options import named_remotes
from ui.app.texts import LANGUAGES
from ui.transparency import Sent, models_in_use, sent, trainings

ROOT = Path(__file__).resolve().parents[2]
PROMPT = (Message("system", "Answer."), Message("user", "Passages, and the question"))
SIZE = len("Answer.") + len("Passages, and the question")


def run(prompt: tuple[Message, ...] = (), understood: str = "", **generator: Any) -> RunRecord:
    """The record of an answer, as `settings_json` keeps its settings."""
    settings = load_settings(overrides={"generator": generator}, environment={}).model_dump(mode="json")
    return RunRecord("id", "2026", "And now?", 1, settings, "", prompt, {"understood": understood}, {})


def test_the_page_of_the_documentation_is_what_the_code_says() -> None:
    page = PAGE.read_text("utf-8")
    assert page == written(page), "run `python -m benchmarks.transparency`"


def test_every_set_that_a_reader_was_trained_on_is_named_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    data = [name for card in trainings().values() for name in card["data"]]
    sets = [name for name in data if not name.startswith("made by")]
    assert sets
    assert [name for name in sets if name not in notice] == []


@pytest.mark.parametrize("preset", presets())
def test_every_model_of_a_preset_is_told_with_origin_and_licence(preset: str) -> None:
    settings = load_settings(preset, environment={})
    told = {model.role: model for model in models_in_use(settings)}
    assert all(model.name and model.origin and model.licence for model in told.values())
    assert told["embedder"].name in settings.embedder.model
    assert all(set(told) <= set(texts.roles) for texts in LANGUAGES.values())
    assert ("reranker" in told) == (settings.reranker.model is not None)
    assert ("generator" in told) == settings.generator.writes
    for model in told.values():
        if model.name in PACKAGED:
            assert model.digest in PACKAGED[model.name].sha256.values()


def test_what_embedders_and_rerankers_elsewhere_are_sent_is_told() -> None:
    there = {"model": "m", "base_url": "https://models.example/v1"}
    given = {"embedder": {"provider": "openai", **there}, "reranker": {"provider": "endpoint", **there}}
    settings = load_settings(overrides=given, environment={})
    told = [(model.role, model.name, model.runs_at) for model in models_in_use(settings) if model.runs_at]
    assert told == [(role, "m", there["base_url"]) for role in ("embedder", "reranker")]
    assert named_remotes(settings) == [there["base_url"]]
    answer = {"passages": [{"text": "A passage."}]}
    record = RunRecord("id", "2026", "And now?", 1, settings.model_dump(mode="json"), "", (), answer, {})
    assert [(part.to, part.characters) for part in sent(record)] == [(there["base_url"], 18)] * 2
    here = {name: {**section, "base_url": "http://localhost:8000/v1"} for name, section in given.items()}
    record = replace(record, settings=here)
    assert sent(record) == ()


def test_what_an_answer_sent_out_is_its_prompt() -> None:
    there = {"provider": "openai", "base_url": "https://models.example/v1", "writes": True}
    assert sent(run(PROMPT, **there)) == (
        Sent("https://models.example/v1", "the prompt: question, worked examples and passages", SIZE),
    )
    assert [part.to for part in sent(run(PROMPT, "And when now?", **there))] == [
        "https://models.example/v1"
    ] * 2
    assert sent(run((), **there)) == ()


@pytest.mark.parametrize(
    "generator",
    [
        {},
        {"provider": "local", "writes": True},
        {"provider": "llama_cpp", "model": "x.gguf", "writes": True},
        {"provider": "openai", "base_url": "http://127.0.0.1:8000/v1", "writes": True},
        {"provider": "openai", "base_url": "http://localhost:8000/v1", "writes": True},
        {"provider": "openai", "base_url": "https://models.example/v1", "writes": False},
    ],
)
def test_nothing_left_where_a_model_of_this_machine_wrote_or_none(generator: dict[str, Any]) -> None:
    assert sent(run(PROMPT, "And when now?", **generator)) == ()


def test_spans_with_texts_are_told_where_their_collector_is_elsewhere() -> None:
    def traced(**tracing: Any) -> RunRecord:
        settings = load_settings(overrides={"tracing": tracing}, environment={}).model_dump(mode="json")
        return RunRecord("id", "2026", "When?", 1, settings, "", PROMPT, {"answer": "In March."}, {})

    (told,) = sent(traced(endpoint="http://traces.example:4318", texts=True))
    assert (told.to, told.characters) == ("http://traces.example:4318", SIZE + len("When?In March."))
    assert sent(traced(enabled=True, texts=True))[0].to == "the collector of OTEL_EXPORTER_OTLP_ENDPOINT"
    assert sent(traced(endpoint="http://traces.example:4318")) == ()
    assert sent(traced(endpoint="http://127.0.0.1:4318", texts=True)) == ()
    assert sent(traced(texts=True)) == ()


def test_a_provider_without_an_address_is_told_by_its_name() -> None:
    assert sent(run(PROMPT, provider="anthropic", model="m", writes=True))[0].to == "anthropic"
