"""Writing answers: plain decoding against prompt lookup, kept prefixes, batches and llama.cpp, in one run.

`python -m benchmarks.generation` asks questions of the sample documents and stores
`benchmarks/results/generation.json`. Each prompt is the real one: system text, worked examples,
passages, question. Greedy decoding, so that every way must write the same text as the plain one
(llama.cpp computes with quantised weights and may differ).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.tables import RESULTS
from ingest import ingest_paths
from rag import Library
from rag.models import build_generator
from rag.prompting import PromptBuilder, chat_messages, token_counter
from rag.settings import Settings, load_settings

ROOT: Final = Path(__file__).resolve().parent.parent
SAMPLES: Final = ROOT / "data" / "samples"


@dataclass
class Timed:
    """One way of writing over all prompts; `first` in seconds a prompt, `total` for all of them."""

    name: str
    texts: list[str]
    tokens: int
    first: list[float]
    total: float


def prompts(library: Library, generator: Any, limit: int) -> list[Any]:
    """LangChain messages for the first questions in English of the samples."""
    from rag.examples import select

    builder = PromptBuilder(library.settings.prompt, token_counter(generator))
    lines = (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    made = []
    for question in [q for q in questions if q.isascii()][:limit]:
        examples = select(library.parts.selector, question) if library.parts.selector else ()
        prompt = builder.build(question, library.search(question, 4), examples)
        made.append(chat_messages(prompt.messages))
    return made


def streamed(name: str, model: Any, asked: list[Any], **options: Any) -> Timed:
    """One prompt after the other."""
    texts, first, tokens = [], [], 0
    started = time.perf_counter()
    for messages in asked:
        begun, told, text = time.perf_counter(), None, ""
        for chunk in model.stream(messages, **options):
            if told is None and chunk.text:
                told = time.perf_counter() - begun
            text += chunk.text
            if chunk.usage_metadata:
                tokens += chunk.usage_metadata["output_tokens"]
        texts.append(text)
        first.append(told or 0.0)
    return Timed(name, texts, tokens, first, time.perf_counter() - started)


def batched(name: str, model: Any, asked: list[Any], **options: Any) -> Timed:
    """All prompts at once; the first text comes with the last."""
    started = time.perf_counter()
    messages = model.batch(asked, **options)
    total = time.perf_counter() - started
    tokens = sum(message.usage_metadata["output_tokens"] for message in messages)
    return Timed(name, [message.text for message in messages], tokens, [total], total)


def report(runs: list[Timed], model: str, asked: int) -> dict[str, Any]:
    plain = runs[0]
    rows = []
    for run in runs:
        same = sum(a == b for a, b in zip(plain.texts, run.texts, strict=True))
        rows.append(
            [
                run.name,
                f"{statistics.median(run.first):.2f}",
                f"{run.tokens / run.total:.1f}",
                f"{(run.tokens / run.total) / (plain.tokens / plain.total):.2f}",
                f"{same} of {asked}",
            ]
        )
    return {
        "columns": ["way", "first text, seconds (median)", "tokens/s", "against plain", "same text as plain"],
        "rows": rows,
        "note": f"{model}, {asked} questions on the sample documents, greedy, {os.cpu_count()} CPU cores; "
        f"{plain.tokens / asked:.0f} tokens an answer. Reading the prompt is counted: with answers this "
        "short it is most of the time, and what makes writing faster shows with longer ones.",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--max-new-tokens", type=int, default=64)
    arguments = parser.parse_args()
    tree = {"generator": {"writes": True, "max_new_tokens": arguments.max_new_tokens, "context_tokens": 4096}}
    settings = load_settings(None, tree)
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(folder, settings)
        for result in ingest_paths([SAMPLES / "documents"], library.store, library.embedder, settings):
            print(result.status, result.source, file=sys.stderr)
        model = build_generator(settings)
        asked = prompts(library, model, arguments.questions)
        library.close()
    off = {"prompt_lookup": False, "reuse_prefix": False}
    ways: list[Callable[[], Timed]] = [
        lambda: streamed("plain", model, asked, **off),
        lambda: streamed("prompt lookup", model, asked, reuse_prefix=False),
        lambda: streamed("kept prefix", model, asked, prompt_lookup=False),
        lambda: streamed("prompt lookup and kept prefix (default)", model, asked),
        lambda: batched(f"batches of {settings.generator.batch_size}", model, asked),
        lambda: streamed("llama.cpp, Q4 weights", _llama_cpp(settings), asked),
    ]
    model.invoke("warm up")
    runs = []
    for way in ways:
        runs.append(way())
        print(runs[-1].name, runs[-1].tokens, f"{runs[-1].total:.1f} s", file=sys.stderr)
    result = report(runs, model.model_name, len(asked))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "generation.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(result, indent=1, ensure_ascii=False))


def _llama_cpp(settings: Settings) -> Any:
    other = settings.generator.model_copy(update={"provider": "llama_cpp"})
    model = build_generator(settings.model_copy(update={"generator": other}))
    model.invoke("warm up")
    return model


if __name__ == "__main__":
    main()
