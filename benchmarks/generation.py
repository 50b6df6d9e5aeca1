"""What makes writing fast, each against the plain way on the work that it is for, in one run.

    python -m benchmarks.generation --work FOLDER [--parts NAME ...]

The prompts are real ones, over the sample documents: instructions, worked examples, passages, question.
Decoding is greedy, and every tuned way must write the very text of the plain one (llama.cpp computes with
other, quantised weights and may differ). Each part stores its figures under the work folder as it ends;
the table `benchmarks/results/generation.json` is made of all parts that are there.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from langchain_core.messages import BaseMessage

from benchmarks.tables import RESULTS
from ingest import ingest_paths
from rag import Library
from rag.models import build_generator
from rag.prompting import PromptBuilder, chat_messages, token_counter
from rag.schema import Example, Message, Passage
from rag.settings import Settings, load_settings

SAMPLES: Final = Path(__file__).resolve().parent.parent / "data" / "samples"
TOPICS: Final = (
    *("lending and the rooms", "the letter of gift", "the events of the year", "visiting the library"),
    *("restoring the atlas", "the money of the year", "work at the desk", "the rules for lending"),
)
RESTATE: Final = "Write down, word for word, what the passages say about {}."
NEXT: Final = ("What numbers do the passages give about {}?", "Who is named in them?")
_LONG, _SHORT, _GLANCE = 96, 24, 8
"""Tokens of an answer that restates, of an ordinary one, and of one that is looked at for its start."""
_PLAIN: Final = {"prompt_lookup": False, "reuse_prefix": False}

Asked = list[BaseMessage]


@dataclass(frozen=True)
class Row:
    """A plain and a tuned way; `better` is how many times the tuned one is as good."""

    what: str
    plain: str
    tuned: str
    better: float
    same: str

    @property
    def is_same(self) -> bool:
        """Whether both ways wrote the same texts."""
        count, _, total = self.same.partition(" of ")
        return count == total

    @property
    def must_be_same(self) -> bool:
        """Whether both ways compute with the same weights."""
        return not self.what.startswith("llama.cpp, Q4")


@dataclass(frozen=True)
class Written:
    """One text with the seconds to its first token and after it, by the clock that is asked for."""

    text: str
    read: int
    tokens: int
    first: float
    rest: float

    @property
    def speed(self) -> float:
        """Tokens a second after the first one."""
        return (self.tokens - 1) / self.rest


class Prompts:
    """Prompts over the sample documents, with the same worked examples in all."""

    def __init__(self, library: Library, generator: Any) -> None:
        self._library = library
        self._builder = PromptBuilder(library.settings.prompt, token_counter(generator))
        self._examples: tuple[Example, ...] = tuple(library.example_pool()[: library.settings.examples.k])

    def passages(self, topic: str, count: int = 3) -> list[Passage]:
        """The best passages on a topic."""
        return self._library.search(topic, count)

    def over(self, question: str, passages: Sequence[Passage], history: Sequence[Message] = ()) -> Asked:
        """The messages that ask a question of some passages."""
        return chat_messages(self._builder.build(question, passages, self._examples, history).messages)


def main() -> None:
    """Measure the parts asked for, and make the table of all that there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for the figures of each part")
    parser.add_argument("--parts", nargs="*", default=list(PARTS), choices=list(PARTS))
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    settings = load_settings(None, {"generator": {"writes": True, "context_tokens": 4096}})
    if arguments.parts:
        with Library.open(arguments.work / "generation-library", settings) as library:
            if not library.documents():
                list(ingest_paths([SAMPLES / "documents"], library.store, library.embedder, settings))
            model = build_generator(settings)
            model.invoke("warm up", max_tokens=2)
            prompts = Prompts(library, model)
            for part in arguments.parts:
                rows = PARTS[part](model, prompts, settings)
                print(part, json.dumps([asdict(row) for row in rows], ensure_ascii=False), flush=True)
                kept = json.dumps([asdict(row) for row in rows], ensure_ascii=False)
                (arguments.work / f"generation-{part}.json").write_text(kept, "utf-8")
    store(arguments.work)
    if changed := [row.what for row in rows_of(arguments.work) if row.must_be_same and not row.is_same]:
        sys.exit(f"the text is another one than the plain way writes: {changed[0]}")


def restating(model: Any, prompts: Prompts, settings: Settings) -> list[Row]:
    """Prompt lookup, on answers that repeat their passages; reading the prompt is not counted."""
    plain, tuned = [], []
    for topic in TOPICS:
        asked = prompts.over(RESTATE.format(topic), prompts.passages(topic))
        model.invoke(asked, max_tokens=1)  # from here on the prompt is known, and only writing is left
        plain.append(written(model, asked, _LONG, prompt_lookup=False))
        tuned.append(written(model, asked, _LONG))
    return [_speeds("Prompt lookup: an answer that restates its passages, tokens/s", plain, tuned)]


def further_questions(model: Any, prompts: Prompts, settings: Settings) -> list[Row]:
    """A kept prefix, for what is asked after a first question."""
    found: dict[str, tuple[list[Written], list[Written]]] = {}
    for topic, other in itertools.pairwise(TOPICS):
        passages = prompts.passages(topic)
        first, answer = prompts.over(NEXT[0].format(topic), passages), "The passages give several."
        history = [Message("user", NEXT[0].format(topic)), Message("assistant", answer)]
        cases = {
            "a follow-up question in a conversation": prompts.over(NEXT[1], passages, history),
            "another question over the same passages": prompts.over(NEXT[1], passages),
            "another question over other passages": prompts.over(NEXT[1], prompts.passages(other)),
        }
        for name, asked in cases.items():
            plain, tuned = found.setdefault(name, ([], []))
            plain.append(written(model, asked, _GLANCE, **_PLAIN))
            model.invoke(first, max_tokens=1)
            tuned.append(written(model, asked, _GLANCE, prompt_lookup=False))
    return [_waits(f"Kept prefix: {name}, s to the first token", *found[name]) for name in found]


def together(model: Any, prompts: Prompts, settings: Settings) -> list[Row]:
    """A batch: eight questions one after the other, and at once."""
    lines = (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    asked = [prompts.over(q, prompts.passages(q, 2)) for q in questions if q.isascii()][:8]
    started = time.process_time()
    alone = [written(model, messages, _SHORT, **_PLAIN) for messages in asked]
    one_by_one = time.process_time() - started
    started = time.process_time()
    at_once = model.batch(asked, max_tokens=_SHORT)
    all_at_once = time.process_time() - started
    tokens = sum(one.tokens for one in alone)
    same = sum(one.text == message.text for one, message in zip(alone, at_once, strict=True))
    reading = sum(one.first for one in alone)
    shares = (
        f"Batch of 8: short answers ({tokens / 8:.0f} tokens; reading is {reading / one_by_one:.0%} of the "
        "time one by one), tokens/s in all"
    )
    return [_row(shares, tokens / one_by_one, tokens / all_at_once, f"{same} of 8")]


def llama_cpp(model: Any, prompts: Prompts, settings: Settings) -> list[Row]:
    """llama.cpp with quantised weights on one thread, reading and writing apart."""
    other = _llama_cpp(settings, threads=1)
    plain, tuned = [], []
    for topic in TOPICS:
        asked = prompts.over(NEXT[0].format(topic), prompts.passages(topic))
        plain.append(written(model, asked, _SHORT, **_PLAIN))
        tuned.append(written(other, asked, _SHORT))
    reading = [statistics.median(one.read / one.first for one in many) for many in (plain, tuned)]
    same = _same(plain, tuned)
    return [
        _row("llama.cpp, Q4, one thread: reading, tokens/s", *reading, same),
        _speeds("llama.cpp, Q4, one thread: writing, tokens/s", plain, tuned),
    ]


def llama_cpp_threads(model: Any, prompts: Prompts, settings: Settings) -> list[Row]:
    """llama.cpp on one thread and on two, by the clock on the wall, taking turns."""
    one, two = _llama_cpp(settings, threads=1), _llama_cpp(settings, threads=2)
    single, double = [], []
    for topic in TOPICS:
        asked = prompts.over(NEXT[0].format(topic), prompts.passages(topic, 1))
        single.append(written(one, asked, _SHORT, clock=time.perf_counter))
        double.append(written(two, asked, _SHORT, clock=time.perf_counter))
    what = "llama.cpp, two threads against one on two shared cores: writing, tokens/s on the wall"
    return [_speeds(what, single, double)]


PARTS: Final[dict[str, Callable[[Any, Prompts, Settings], list[Row]]]] = {
    "restating": restating,
    "further": further_questions,
    "together": together,
    "llama_cpp": llama_cpp,
    "threads": llama_cpp_threads,
}


def written(
    model: Any, asked: Asked, tokens: int, clock: Callable[[], float] = time.process_time, **options: Any
) -> Written:
    """Stream one answer. By default seconds are those that the processor worked: others may be at work."""
    text, first, usage = "", 0.0, {"input_tokens": 0, "output_tokens": 0}
    started = clock()
    for chunk in model.stream(asked, max_tokens=tokens, **options):
        first = first or (clock() - started if chunk.text else 0.0)
        text += chunk.text
        usage = chunk.usage_metadata or usage
    total = clock() - started
    return Written(text, usage["input_tokens"], usage["output_tokens"], first, total - first)


def rows_of(work: Path) -> list[Row]:
    """The rows of all parts that have been measured."""
    files = [work / f"generation-{part}.json" for part in PARTS]
    return [Row(**row) for file in files if file.is_file() for row in json.loads(file.read_text("utf-8"))]


def store(work: Path) -> None:
    """Write the table of all parts."""
    result = {
        "columns": ["what for, and what is measured", "plain", "tuned", "times as good", "same text"],
        "rows": [[row.what, row.plain, row.tuned, f"{row.better:.1f}", row.same] for row in rows_of(work)],
        "note": (
            "SmolLM2-135M-Instruct, greedy, float32 on one core (AVX2, no GPU); medians over prompts on the "
            "sample documents; seconds of the processor, so that others at work do not count (threads: on "
            "the wall). Plain is transformers without drafts, kept prefixes or batches. llama.cpp computes "
            "with 4-bit weights and may write otherwise."
        ),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "generation.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _speeds(what: str, plain: Sequence[Written], tuned: Sequence[Written]) -> Row:
    speeds = [statistics.median(one.speed for one in many) for many in (plain, tuned)]
    return _row(what, *speeds, _same(plain, tuned))


def _waits(what: str, plain: Sequence[Written], tuned: Sequence[Written]) -> Row:
    slow, fast = (statistics.median(one.first for one in many) for many in (plain, tuned))
    return Row(what, f"{slow:.2f}", f"{fast:.2f}", slow / fast, _same(plain, tuned))


def _row(what: str, plain: float, tuned: float, same: str) -> Row:
    return Row(what, f"{plain:.1f}", f"{tuned:.1f}", tuned / plain, same)


def _same(plain: Sequence[Written], tuned: Sequence[Written]) -> str:
    return f"{sum(a.text == b.text for a, b in zip(plain, tuned, strict=True))} of {len(plain)}"


def _llama_cpp(settings: Settings, threads: int) -> Any:
    tuned = {"provider": "llama_cpp", "threads": threads}
    other = settings.generator.model_copy(update=tuned)
    model = build_generator(settings.model_copy(update={"generator": other}))
    model.invoke("warm up", max_tokens=2)
    return model


if __name__ == "__main__":
    main()
