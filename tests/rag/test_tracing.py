"""Spans as a collector gets them: names, parents, attributes, errors; and nothing while tracing is off."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from opentelemetry import trace

from ingest import ingest_paths
from rag import tracing
from rag.errors import ConfigurationError, NotFoundError
from rag.library import Library
from rag.schema import Message
from rag.settings import Settings, load_settings
from rag.store import Store
from tests.collector import Collector, Got, collecting
from tests.fakes import HashingEmbedder, add_to_store, document

pytestmark = [pytest.mark.server, pytest.mark.enable_socket]

ROOT = Path(__file__).resolve().parents[2]
MILL = "The mill by the weir was built in 1884. The miller sold flour to the bakers of the town."
QUESTION = "When was the mill by the weir built?"
DRAFT = "The weir's mill was built in 1884."
INTERNAL, CLIENT = 1, 3


class Writing(BaseChatModel):
    """Writes one sentence and tells its tokens, or fails."""

    model_name: str = "own-model"
    fails: bool = False
    tells: bool = True

    @property
    def _llm_type(self) -> str:
        return "writing"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = AIMessage(QUESTION, usage_metadata=self._usage(30, 9))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        if self.fails:
            raise RuntimeError("the mill is on fire")
        for word in DRAFT.split(" "):
            yield ChatGenerationChunk(message=AIMessageChunk(f"{word} "))
        yield ChatGenerationChunk(message=AIMessageChunk("", usage_metadata=self._usage(120, 8)))

    def _usage(self, read: int, written: int) -> UsageMetadata | None:
        if not self.tells:
            return None
        return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


@pytest.fixture(scope="module")
def running() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def collector(running: Collector) -> Collector:
    running.raw.clear()
    return running


def settings(collector: Collector | None, **more: Any) -> Settings:
    told = {"endpoint": collector.address, **more} if collector is not None else {}
    return load_settings(
        overrides={"answering": {"abstain_below": 0.0}, "tracing": told, "library": "mill-library"},
        environment={},
    )


def opened(
    store: Store, embedder: HashingEmbedder, chosen: Settings, writer: BaseChatModel | None = None
) -> Library:
    add_to_store(store, document(MILL, "mill.txt"), embedder)
    return Library(store, chosen, embedder, writer)


def sent(collector: Collector) -> dict[str, Got]:
    tracing.flush()
    spans = {span.name: span for span in collector.spans}
    assert len(spans) == len(collector.spans)
    return spans


def test_a_written_answer_is_one_trace(store: Store, embedder: HashingEmbedder, collector: Collector) -> None:
    answer = opened(store, embedder, settings(collector), Writing()).ask(QUESTION)
    spans = sent(collector)
    asked = spans.pop("invoke_workflow ask")
    assert list(spans) == [
        *("understand", "retrieval", "read_evidence"),
        *("build_prompt", "chat own-model", "check_answer"),
    ]
    assert asked.parent == ""
    assert {(span.parent, span.trace, span.failed) for span in spans.values()} == {
        (asked.span_id, asked.trace, False)
    }
    assert asked.told == {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": "ask",
        "citewell.run_id": answer.run_id,
        "citewell.kind": "lookup",
        "citewell.verdict": answer.verdict.value,
        "citewell.confidence": answer.confidence,
        "citewell.citations": 1,
        "citewell.cached": False,
    }
    assert spans["retrieval"].told["gen_ai.operation.name"] == "retrieval"
    assert spans["retrieval"].told["citewell.passages"] == 1
    chat = spans["chat own-model"].told
    assert chat["gen_ai.operation.name"] == "chat"
    assert chat["gen_ai.request.model"] == "own-model"
    assert (chat["gen_ai.usage.input_tokens"], chat["gen_ai.usage.output_tokens"]) == (120, 8)


def test_a_span_is_as_long_as_its_stage_took(
    store: Store, embedder: HashingEmbedder, collector: Collector
) -> None:
    answer = opened(store, embedder, settings(collector), Writing()).ask(QUESTION)
    retrieval = sent(collector)["retrieval"]
    assert retrieval.end - retrieval.start == int(answer.timings["retrieve"] * 1e9)
    assert retrieval.end == answer.timings.ended["retrieve"]  # type: ignore[attr-defined]


def test_no_text_is_told_unless_a_setting_says_so(
    store: Store, embedder: HashingEmbedder, collector: Collector
) -> None:
    opened(store, embedder, settings(collector), Writing()).ask(QUESTION)
    sent(collector)
    assert not any(
        text in b"".join(collector.raw) for text in (b"weir", b"1884", b"mill.txt", b"mill-library")
    )
    collector.raw.clear()
    library = Library(store, settings(collector, texts=True), embedder, Writing())
    library.ask(QUESTION, use_cache=False)
    spans = sent(collector)
    assert spans["invoke_workflow ask"].told["citewell.question"] == QUESTION
    assert spans["invoke_workflow ask"].told["citewell.answer"] == DRAFT
    assert spans["retrieval mill-library"].told["gen_ai.retrieval.query.text"] == QUESTION
    assert MILL in spans["chat own-model"].told["gen_ai.input.messages"]
    assert DRAFT in spans["chat own-model"].told["gen_ai.output.messages"]


PATHS = [
    "/home/ada/divorce/m.gguf",
    "divorce/m.gguf",
    "~/divorce/m.GGUF",
    "./divorce/m",
    "C:\\divorce\\m",
    "C:/divorce/m",
]


@pytest.mark.parametrize("model", [*PATHS, "folder", "openai/gpt-x", "packaged:m", "m"])
def test_no_folder_of_a_model_is_told(
    store: Store,
    embedder: HashingEmbedder,
    collector: Collector,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    model: str,
) -> None:
    (tmp_path / "divorce" / "m").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    told = "divorce/m" if model == "folder" else model
    chosen = settings(collector)
    chosen = chosen.model_copy(update={"embedder": chosen.embedder.model_copy(update={"model": told})})
    opened(store, embedder, chosen, Writing(model_name=told)).ask(QUESTION)
    spans = sent(collector)
    assert b"divorce" not in b"".join(collector.raw)
    (chat,) = [span for name, span in spans.items() if name.startswith("chat ")]
    for span in (chat, spans["retrieval"]):
        assert span.told["gen_ai.request.model"].lower() in {model, "m", "m.gguf"}


@pytest.mark.parametrize("port", ["99999", "-1", "x"])
def test_an_address_that_is_none_breaks_no_span(
    store: Store, embedder: HashingEmbedder, collector: Collector, port: str
) -> None:
    chosen = settings(collector)
    generator = chosen.generator.model_copy(update={"base_url": f"http://127.0.0.1:{port}/v1"})
    answer = opened(store, embedder, chosen.model_copy(update={"generator": generator}), Writing()).ask(
        QUESTION
    )
    assert answer.text == DRAFT
    assert "server.port" not in sent(collector)["chat own-model"].told


def test_a_long_nonsense_state_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with tracing.caller_of({"traceparent": parent, "tracestate": "!" * 9_000}):
        assert trace.get_current_span().get_span_context().trace_id == int(parent.split("-")[1], 16)
    assert "!!!" not in caplog.text


def test_a_quoted_answer_asks_no_model_and_a_kept_one_nothing(
    store: Store, embedder: HashingEmbedder, collector: Collector
) -> None:
    library = opened(store, embedder, settings(collector))
    first = library.ask(QUESTION)
    spans = sent(collector)
    assert "invoke_workflow ask" in spans
    assert not [name for name in spans if name.startswith("chat ")]
    assert library.run(first.run_id).tokens == {"input": 0, "output": 0}
    collector.raw.clear()
    assert library.ask(QUESTION).cached
    (kept,) = sent(collector).values()
    assert kept.told["citewell.cached"] is True
    assert kept.told["citewell.run_id"] == first.run_id


def test_a_search_is_a_span(store: Store, embedder: HashingEmbedder, collector: Collector) -> None:
    library = opened(store, embedder, settings(collector))
    library.search(QUESTION)
    (found,) = sent(collector).values()
    assert (found.name, found.parent, found.told["citewell.passages"]) == ("retrieval", "", 1)


def test_errors_are_told_without_their_words(
    store: Store, embedder: HashingEmbedder, collector: Collector
) -> None:
    library = opened(store, embedder, settings(collector), Writing(fails=True))
    with pytest.raises(NotFoundError):
        library.ask(QUESTION, ["secret.txt"])
    (failed,) = sent(collector).values()
    assert (failed.failed, failed.told["error.type"], failed.message) == (True, "NotFoundError", "")
    collector.raw.clear()
    with pytest.raises(NotFoundError):
        library.search(QUESTION, documents=["secret.txt"])
    assert sent(collector)["retrieval"].told["error.type"] == "NotFoundError"
    collector.raw.clear()
    answer = library.ask(QUESTION)
    spans = sent(collector)
    assert not spans["invoke_workflow ask"].failed
    chat = spans["chat own-model"]
    assert (chat.failed, chat.told["error.type"], chat.message) == (True, "_OTHER", "")
    assert "gen_ai.usage.input_tokens" not in chat.told
    assert library.run(answer.run_id).tokens == {}
    assert b"fire" not in b"".join(collector.raw)


def test_who_takes_no_more_events_ends_the_span(
    store: Store, embedder: HashingEmbedder, collector: Collector
) -> None:
    events = opened(store, embedder, settings(collector)).ask_stream(QUESTION)
    next(events)
    events.close()  # type: ignore[attr-defined]
    (stopped,) = sent(collector).values()
    assert stopped.told["citewell.stopped"] is True
    assert not stopped.failed


def test_all_that_a_model_reads_for_an_answer_is_counted(store: Store, embedder: HashingEmbedder) -> None:
    library = opened(store, embedder, settings(None), Writing())
    history = [Message("user", "What stands by the weir?"), Message("assistant", "The mill by the weir.")]
    answer = library.ask("And when was it built?", history=history)
    assert library.run(answer.run_id).tokens == {"input": 150, "output": 17}
    silent = Library(store, settings(None), embedder, Writing(tells=False)).ask(QUESTION)
    assert library.run(silent.run_id).tokens == {}


def test_a_file_is_a_span_with_its_stages(
    store: Store, embedder: HashingEmbedder, collector: Collector, tmp_path: Path
) -> None:
    (tmp_path / "mill.txt").write_text(MILL)
    (tmp_path / "empty.txt").write_text("")
    results = list(ingest_paths([tmp_path], store, embedder, settings(collector)))
    added = next(result for result in results if result.document_id)
    tracing.flush()
    files = {span.told["citewell.status"]: span for span in collector.spans if span.name == "ingest"}
    assert files["added"].told["citewell.document_id"] == added.document_id
    assert not files["added"].failed
    assert files["failed"].failed
    assert files["failed"].told["error.type"] == "_OTHER"
    under = [span for span in collector.spans if span.parent == files["added"].span_id]
    assert [span.name.split()[0] for span in under] == ["parse", "chunk", "embeddings", "write"]
    assert under[2].told["gen_ai.operation.name"] == "embeddings"
    assert (under[0].start, under[0].end) == (files["added"].start, under[1].start)
    assert (under[2].end, under[3].end) == (under[3].start, files["added"].end)
    assert len(collector.spans) == len(under) + 2
    assert not any(text in b"".join(collector.raw) for text in (b"mill.txt", b"empty.txt", b"weir"))


def test_a_collector_that_is_gone_keeps_nobody_from_an_answer(
    store: Store, embedder: HashingEmbedder
) -> None:
    with collecting() as gone:
        pass
    assert opened(store, embedder, settings(gone)).ask(QUESTION).text
    _, provider = tracing._MADE.pop(gone.address)
    provider.shutdown()  # its thread would go on to tell of it in the output of other tests


OFF = """
import sys
from pathlib import Path
from ingest import ingest_paths
from rag.library import Library
from rag.settings import load_settings
library = Library.open(sys.argv[1], load_settings(environment={}))
list(ingest_paths([Path(sys.argv[2])], library.store, library.embedder, library.settings))
assert library.search("Who mended the roof?") and library.ask("Who mended the roof?").citations
print(sorted(name for name in sys.modules if name.startswith("opentelemetry")))
"""


def test_nothing_of_it_is_imported_while_it_is_off(tmp_path: Path) -> None:
    (tmp_path / "roof.txt").write_text("Ines Okafor mended the roof in March.")
    done = subprocess.run(
        [sys.executable, "-c", OFF, str(tmp_path / "library"), str(tmp_path / "roof.txt")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    chosen = load_settings(overrides={"tracing": {"endpoint": "http://127.0.0.1:9"}}, environment={})
    with pytest.raises(ConfigurationError, match=r"pip install 'citewell\[otel\]'"):
        tracing.start(chosen)


@pytest.mark.parametrize("endpoint", ["collector:4318", "http://ada:secret@127.0.0.1:4318", "ftp://h/"])
def test_an_address_that_is_none_or_holds_a_secret_is_refused(endpoint: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        load_settings(overrides={"tracing": {"endpoint": endpoint}}, environment={})
    assert "tracing.endpoint" in str(told.value)


def test_the_variables_of_opentelemetry_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    on = load_settings(overrides={"tracing": {"enabled": True}}, environment={}).tracing
    assert tracing.collector(on) == "http://localhost:4318"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9999")
    assert tracing.collector(on) == "http://127.0.0.1:9999"
    assert tracing.collector(load_settings(environment={}).tracing) == ""
