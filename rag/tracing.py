"""OpenTelemetry spans of questions, searches and files, by the semantic conventions for generative AI.

Nothing of OpenTelemetry is imported while tracing is off. Spans are made when the work is done, from the
times that answers and results of files hold anyhow, so that no other code knows of them. Their names:
https://github.com/open-telemetry/semantic-conventions-genai (`gen_ai.*`); our own begin with `citewell.`.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from rag.errors import ConfigurationError
from rag.schema import Answer, Passage, RunRecord
from rag.settings import Settings, TracingSettings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Tracer

__all__ = ["caller_of", "collector", "flush", "start", "traced_files", "traced_question", "traced_search"]

T = TypeVar("T")
_SECOND: Final = 1_000_000_000
_EVERY_MILLISECONDS: Final = 1_000
_PATIENCE_SECONDS: Final = 3.0
"""How long a collector may take, also when the program ends."""
_LONGEST_HEADER: Final = 512
"""What W3C asks for of `tracestate`; the log warns of one that is nonsense, with its text."""
_DEFAULT: Final = "http://localhost:4318"
_PATH: Final = "/v1/traces"
_DISABLED: Final = "OTEL_SDK_DISABLED"
_STAGES: Final = {
    "evidence": "read_evidence",
    "prompt": "build_prompt",
    "attribute": "check_answer",
}
_PROVIDERS: Final = {
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
}
"""Providers that LangChain and the conventions call by different names."""


def collector(settings: TracingSettings) -> str:
    """The address that spans go to; "" while tracing is off."""
    if not settings.is_on:
        return ""
    told = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    return settings.endpoint or next(filter(None, map(os.environ.get, told)), _DEFAULT)


def start(settings: Settings) -> bool:
    """Get ready, so that what is missing is told now and not by the first question; whether tracing is on.

    Raises:
        ConfigurationError: the packages of the extra `otel` are missing.
    """
    if settings.tracing.is_on:
        _tracer(settings.tracing.endpoint)
    return settings.tracing.is_on


def traced_question(
    settings: Settings,
    question: str,
    events: Iterator[T],
    finished: Callable[[T], tuple[Answer, RunRecord] | None],
) -> Iterator[T]:
    """The events, with one span for the question and one under it for each stage of its way.

    `finished` gives the answer and its record of the event that holds them. A span ends with its answer,
    with the error that comes instead, or where nobody takes any more events.

    Raises:
        ConfigurationError: as `start`.
    """
    return _questioned(settings, question, events, finished) if start(settings) else events


def traced_search(settings: Settings, question: str, search: Callable[[], list[Passage]]) -> list[Passage]:
    """What `search` finds, with a span.

    Raises:
        ConfigurationError: as `start`.
    """
    if not start(settings):
        return search()
    spans, began = _Spans(settings), time.time_ns()
    try:
        found = search()
    except Exception as error:
        spans.add(*_retrieval(settings, question), began, time.time_ns(), error=error)
        raise
    spans.add(*_retrieval(settings, question, found), began, time.time_ns())
    return found


def traced_files(settings: Settings, results: Iterable[T]) -> Iterator[T]:
    """The results of files (`ingest.FileResult`), with one span for each and one under it for each stage.

    What is done in its own process begins with the file, and what is done here ends with it; in between it
    may wait. `embed` is until all of it had vectors, which are made for several files at once.

    Raises:
        ConfigurationError: as `start`.
    """
    if not start(settings):
        yield from results
        return
    spans = _Spans(settings)
    for result in results:
        spans.add_file(result)
        yield result


@contextmanager
def caller_of(headers: Mapping[str, str]) -> Iterator[None]:
    """Spans within are part of the trace that a request names by `traceparent`."""
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    told = {name: headers.get(name, "") for name in ("traceparent", "tracestate")}
    short = {name: value for name, value in told.items() if 0 < len(value) <= _LONGEST_HEADER}
    token = context.attach(TraceContextTextMapPropagator().extract(short))
    try:
        yield
    finally:
        context.detach(token)


def flush() -> None:
    """Send what waits, before a process ends that runs nothing at its end."""
    if _MADE:
        for _, provider in _MADE.values():
            provider.force_flush(int(_PATIENCE_SECONDS * 1_000))


def _questioned(
    settings: Settings,
    question: str,
    events: Iterator[T],
    finished: Callable[[T], tuple[Answer, RunRecord] | None],
) -> Iterator[T]:
    spans, began, is_told = _Spans(settings), time.time_ns(), False
    try:
        for event in events:
            if (end := finished(event)) is not None:
                spans.add_question(question, began, *end)
                is_told = True
            yield event
    except BaseException as error:
        if not is_told:
            gone = isinstance(error, GeneratorExit)
            told = {"gen_ai.operation.name": "invoke_workflow", "citewell.stopped": gone}
            failed = None if gone else error
            spans.add("invoke_workflow ask", told, began, time.time_ns(), error=failed)
        raise


class _Spans:
    """Makes spans under the one that is current now."""

    def __init__(self, settings: Settings) -> None:
        from opentelemetry import context

        self._settings = settings
        self._texts = settings.tracing.texts
        self._tracer = _tracer(settings.tracing.endpoint)
        self._outside = context.get_current()

    def add(
        self,
        name: str,
        told: Mapping[str, Any],
        start: int,
        end: int,
        parent: Context | None = None,
        error: BaseException | str | None = None,
        *,
        remote: bool = False,
    ) -> Context:
        """A span from `start` to `end` (nanoseconds since 1970); returns the context of spans under it."""
        from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context

        kind = SpanKind.CLIENT if remote else SpanKind.INTERNAL
        attributes = {key: value for key, value in told.items() if value is not None}
        within = self._outside if parent is None else parent
        span = self._tracer.start_span(name, within, kind, attributes, start_time=start)
        if error is not None:
            span.set_attribute("error.type", "_OTHER" if isinstance(error, str) else type(error).__name__)
            span.set_status(StatusCode.ERROR, str(error) if self._texts else None)
        span.end(end)
        return set_span_in_context(span, within)

    def add_question(self, question: str, began: int, answer: Answer, record: RunRecord) -> None:
        """The span of a question that has its answer, and those of its stages where it was answered anew."""
        told = {
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": "ask",
            "citewell.run_id": answer.run_id,
            "citewell.kind": answer.kind,
            "citewell.verdict": answer.verdict.value,
            "citewell.confidence": answer.confidence,
            "citewell.citations": len(answer.citations),
            "citewell.cached": answer.cached,
            "citewell.question": question if self._texts else None,
            "citewell.answer": answer.text if self._texts else None,
        }
        within = self.add("invoke_workflow ask", told, began, time.time_ns())
        ended: Mapping[str, int] = getattr(answer.timings, "ended", {})
        for stage, end in () if answer.cached else ended.items():
            begun = end - int(answer.timings[stage] * _SECOND)
            if stage == "retrieve":
                self.add(*_retrieval(self._settings, question, answer.passages), begun, end, within)
            elif stage == "generate":
                failed = record.why.get("generator_failed")
                told, remote = _chat(self._settings, record)
                name = f"chat {told['gen_ai.request.model']}"
                self.add(name, told, begun, end, within, failed, remote=remote)
            elif stage != "total":
                self.add(_STAGES.get(stage, stage), {}, begun, end, within)

    def add_file(self, file: Any) -> None:
        """The span of a file whose `ingest.FileResult` has just come."""
        end = time.time_ns()
        began = end - int(file.seconds * _SECOND)
        told = {
            "citewell.status": file.status,
            "citewell.document_id": file.document_id,
            "citewell.pages": file.pages,
            "citewell.chunks": file.chunks,
            "citewell.source": file.source if self._texts else None,
        }
        within = self.add("ingest", told, began, end, error=file.error)
        seconds = {stage: int(told * _SECOND) for stage, told in file.stages.items()}
        for stage, long in seconds.items():
            if stage == "embed":
                begun, model = end - seconds["write"] - long, _model(self._settings.embedder.model)
                embeds = {
                    "gen_ai.operation.name": "embeddings",
                    "gen_ai.provider.name": "local",
                    "gen_ai.request.model": model,
                }
                self.add(f"embeddings {model}", embeds, begun, begun + long, within)
            else:
                begun = {"parse": began, "chunk": began + seconds["parse"]}.get(stage, end - long)
                self.add(stage, {}, begun, begun + long, within)


def _retrieval(
    settings: Settings, question: str, found: Iterable[Passage] = ()
) -> tuple[str, dict[str, Any]]:
    """Name and attributes of a span of a search."""
    passages, name = list(found), "retrieval"
    told: dict[str, Any] = {
        "gen_ai.operation.name": name,
        "gen_ai.request.model": _model(settings.embedder.model),
        "citewell.passages": len(passages),
    }
    if settings.tracing.texts:
        told["gen_ai.data_source.id"] = settings.library.name
        name = f"retrieval {settings.library.name}"
        ids = [{"id": f"{p.document_id}:{p.start}-{p.end}", "score": round(p.score, 6)} for p in passages]
        told["gen_ai.retrieval.query.text"] = question
        told["gen_ai.retrieval.documents"] = json.dumps(ids)
    return name, told


def _model(name: str) -> str:
    """What a model is called; of a file or folder only its own name, as where it lies may tell of people."""
    path = PureWindowsPath(name)
    looks_so = (
        name[:1] in ("/", "\\", "~", ".") or path.drive or "\\" in name or path.suffix.lower() == ".gguf"
    )
    return path.name if looks_so or os.path.exists(name) else name


def _port(address: SplitResult) -> int | None:
    try:
        return address.port
    except ValueError:
        return None


def _chat(settings: Settings, record: RunRecord) -> tuple[dict[str, Any], bool]:
    """Attributes of a span of a model that writes, and whether it runs elsewhere."""
    generator = settings.generator
    address = urlsplit(generator.base_url or "")
    told: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": _PROVIDERS.get(generator.provider, generator.provider),
        "gen_ai.request.model": _model(generator.model),
        "gen_ai.request.temperature": generator.temperature,
        "gen_ai.request.max_tokens": generator.max_new_tokens,
        "gen_ai.usage.input_tokens": record.tokens.get("input"),
        "gen_ai.usage.output_tokens": record.tokens.get("output"),
        "server.address": address.hostname,
        "server.port": _port(address),
    }
    if settings.tracing.texts:
        read = [_message(message.role, message.content) for message in record.prompt]
        written = [_message("assistant", str(record.why.get("draft", "")))]
        told["gen_ai.input.messages"] = json.dumps(read, ensure_ascii=False)
        told["gen_ai.output.messages"] = json.dumps(written, ensure_ascii=False)
    return told, generator.provider not in ("local", "llama_cpp")


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


_MADE: Final[dict[str, tuple[Tracer, Any]]] = {}
"""The tracer and its provider, by endpoint: their thread and connection are the process's."""
_MAKING: Final = threading.Lock()


def _tracer(endpoint: str) -> Tracer:
    with _MAKING:
        if endpoint not in _MADE:
            _MADE[endpoint] = _made(endpoint)
        return _MADE[endpoint][0]


def _made(endpoint: str) -> tuple[Tracer, Any]:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigurationError(
            "tracing needs a package: pip install 'citewell[otel]', or set tracing.enabled = false and no "
            "tracing.endpoint"
        ) from None
    own = Resource.create({"service.name": "citewell"})
    address = endpoint if endpoint.endswith(_PATH) else endpoint.rstrip("/") + _PATH
    # Offline no SDK traces by itself (`rag.models.devices.no_tracers`); a setting asks for this one.
    disabled = os.environ.pop(_DISABLED, None)
    try:
        provider = TracerProvider(resource=own.merge(OTELResourceDetector().detect()))
    finally:
        if disabled is not None:
            os.environ[_DISABLED] = disabled
    exporter = OTLPSpanExporter(endpoint=address if endpoint else None, timeout=_PATIENCE_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=_EVERY_MILLISECONDS))
    return provider.get_tracer("citewell"), provider
