"""Questions with passages and gold evidence from the evaluation sets, for the scripts that fit weights.

A folder of sets is laid out as BEIR with `questions.jsonl` beside it (see `--sets`). Passages come from
the program's own store and retriever, so that weights are fitted on what they will see.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.field import combined_questions, distinct_files
from benchmarks.field_judge import FieldQuestion, read_field_set
from benchmarks.field_text import within, words
from ingest import ingest_paths
from rag.answering.term_weights import library_term_weights
from rag.models import Reader
from rag.models.model_protocol import Embedder, Vectors
from rag.reading import EvidenceSelector, Unit, read_question
from rag.reading.evidence import Measured
from rag.retrieval import HybridRetriever, merge_neighbours
from rag.schema import Chunk, Document, Page, Passage
from rag.settings import Settings, load_settings
from rag.store import Store
from rag.text import cjk_share, embedding_text, text_hash

_HERE = Path(__file__).resolve().parent
EVERYDAY = _HERE / "everyday"
OWN_SETS = (EVERYDAY, *sorted(path for path in (_HERE / "questions").iterdir() if path.is_dir()))
"""Field sets (`benchmarks/field.py`) of invented documents, each written by another hand."""
SINGLE_ANSWER = (
    "xquad_en",
    "xquad_zh",
    "cmrc2018_trial",
    "drcd_dev",
    "tatqa_dev",
    "rgb_en_fact",
    "rgb_zh_fact",
)
SEVERAL_SENTENCES = ("clapnq_dev", "hotpot_small")
SETS = SINGLE_ANSWER + SEVERAL_SENTENCES
MOST_QUESTIONS = 300
_PASSAGES = 8
_ACROSS = "cross_language"
"""Questions in another language than the text: `benchmarks/fit_foreign.py` fits what answers them."""


@dataclass(frozen=True)
class Task:
    """A question; `gold` documents hold its answer, `sentences` its gold evidence by annotator."""

    set_name: str
    question_id: str
    question: str
    answers: tuple[str, ...]
    answerable: bool
    gold: frozenset[str]
    starts: tuple[int, ...] = ()
    sentences: tuple[tuple[str, ...], ...] = ()
    facts: frozenset[tuple[str, int]] = frozenset()

    @property
    def half(self) -> int:
        """0 or 1, by the question's id: fit on one half, report the other."""
        return hashlib.sha256(self.question_id.encode()).digest()[0] % 2


@dataclass(frozen=True)
class Case:
    """A task with passages, measured. `labels` has one row of 0 and 1 an annotator.

    `kind` is `retrieved`, `gold` (only gold passages) or `without` (gold taken out).
    """

    task: Task
    kind: str
    measured: Measured
    labels: NDArray[np.float64] = field(repr=False)

    @property
    def any_label(self) -> NDArray[np.float64]:
        """1 where any annotator marked the unit."""
        return np.max(self.labels, axis=0)

    @property
    def several(self) -> bool:
        """Whether the gold evidence is a set of sentences rather than one place of an answer."""
        return self.task.set_name in SEVERAL_SENTENCES


class CachedEmbedder:
    """An embedder that keeps what it embedded in a file, for fits that run again and again."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / (hashlib.sha256(embedder.fingerprint.encode()).hexdigest()[:16] + ".npz")
        self._vectors: dict[bytes, NDArray[np.float16]] = {}
        if self._path.is_file():
            with np.load(self._path, allow_pickle=False) as kept:
                self._vectors = {k.tobytes(): v for k, v in zip(kept["keys"], kept["vectors"], strict=True)}
        self._added = 0
        for name in ("name", "fingerprint", "dimension", "max_tokens", "token_spans"):
            setattr(self, name, getattr(embedder, name))

    def embed_passages(self, texts: Sequence[str], progress: Any = None) -> Vectors:
        """Vectors of passages, the known ones from the file."""
        return self._cached(texts, b"p")

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, the known ones from the file."""
        return self._cached(texts, b"q")

    def save(self) -> None:
        """Write what was added, atomically."""
        if not self._added:
            return
        keys = np.array([np.frombuffer(key, np.uint8) for key in self._vectors])
        part = self._path.with_suffix(".part.npz")
        np.savez(part, keys=keys, vectors=np.array(list(self._vectors.values()), np.float16))
        part.replace(self._path)
        self._added = 0

    def _cached(self, texts: Sequence[str], role: bytes) -> Vectors:
        keys = [role + text_hash(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        if missing:
            embed = self._embedder.embed_questions if role == b"q" else self._embedder.embed_passages
            found = embed(list(missing.values()))
            self._vectors.update(zip(missing, found.astype(np.float16), strict=True))
            self._added += len(missing)
            if self._added > 2_000:
                self.save()
        return np.array([self._vectors[key] for key in keys], np.float32)


def read_tasks(folder: Path, set_name: str, most: int = MOST_QUESTIONS) -> list[Task]:
    """The questions of a set, at most `most` of them drawn by a fixed seed."""
    lines = [json.loads(line) for line in (folder / set_name / "questions.jsonl").open(encoding="utf-8")]
    if len(lines) > most:
        lines = random.Random(3).sample(lines, most)
    return [_task(set_name, line) for line in lines]


def cases(
    folder: Path,
    set_name: str,
    embedder: Embedder,
    work: Path,
    kinds: Sequence[str],
    most: int = MOST_QUESTIONS,
    readers: Sequence[Reader] = (),
) -> Iterator[Case]:
    """Measured cases of a set, with passages retrieved from a library of its corpus made under `work`."""
    store, corpus = _library(folder, set_name, embedder, work)
    retriever = HybridRetriever(store, embedder, Settings().retrieval)
    selector = EvidenceSelector(embedder, readers, most_candidates=10_000)
    for task in read_tasks(folder, set_name, most):
        weight = library_term_weights(store, read_question(task.question).terms)
        found = () if set_name.startswith("rgb") else _retrieved(task, retriever)
        for kind in kinds:
            passages = _passages(kind, task, found, corpus, folder / set_name)
            if not passages:
                continue
            measured = selector.measure(task.question, passages, weight)
            if measured.units:
                yield Case(task, kind, measured, labels_of(task, measured))


def field_libraries(
    folder: Path, work: Path, embedder: Embedder, settings: Settings, *, combined: bool
) -> Iterator[tuple[Store, list[FieldQuestion]]]:
    """The libraries of a field set with the questions that are asked of each: one a case, or one of all.

    They are left open: weights of words are looked up as long as the questions are in use.
    """
    questions = read_field_set(folder)
    cases = {case: [folder / "files" / case] for case in dict.fromkeys(q.case for q in questions)}
    if combined:
        cases, questions = {"combined": distinct_files(folder / "files")}, combined_questions(questions)
    for name, files in cases.items():
        store = Store.open(work / f"{folder.name}-{name}")
        for _ in ingest_paths(files, store, embedder, settings):
            pass
        yield store, [q for q in questions if combined or q.case == name]


def field_cases(
    folder: Path,
    embedder: Embedder,
    second: Embedder | None,
    readers: Sequence[Reader],
    work: Path,
    *,
    combined: bool = False,
) -> Iterator[Case]:
    """Measured cases of a field set (`benchmarks/field.py`), asked of each case's library or of one of all.

    A unit is labelled that holds an accepted answer under its headings, in a document that answers.
    Questions with turns before them or without an answer are left out.
    """
    selector = EvidenceSelector(embedder, readers, most_candidates=10_000, second=lambda: second)
    settings = load_settings()
    for store, questions in field_libraries(folder, work, embedder, settings, combined=combined):
        retriever = HybridRetriever(store, embedder, settings.retrieval)
        for question in (q for q in questions if q.answers and not q.history and q.kind != _ACROSS):
            passages = merge_neighbours(retriever.retrieve(question.question).passages, store)
            weight = library_term_weights(store, read_question(question.question).terms)
            measured = selector.measure(question.question, passages, weight)
            labels = np.array([[float(holds_answer(unit, passages, question)) for unit in measured.units]])
            if measured.units and labels.any():
                task = Task(
                    folder.name,
                    question.question_id,
                    question.question,
                    question.answers,
                    True,
                    frozenset(),
                )
                yield Case(task, "retrieved", measured, labels)


def holds_answer(unit: Unit, passages: Sequence[Passage], question: FieldQuestion) -> bool:
    """Whether a unit holds an accepted answer under its headings, in a document that answers."""
    source = passages[unit.passage].source
    if question.documents and not any(source.endswith(name) for name in question.documents):
        return False
    held = words(unit.in_place)
    others = [other for other in question.must_not if within(words(other), words(unit.text))]
    if (
        others
        and question.names
        and not all(any(within(words(name), held) for name in group) for group in question.names)
    ):
        return False
    return not unit.is_heading and any(within(words(answer), held) for answer in question.answers)


def _task(set_name: str, line: dict[str, Any]) -> Task:
    gold = line["gold_doc_ids"] or line.get("related_doc_ids", [])
    flat = [str(a) for given in line["answers"] for a in (given if isinstance(given, list) else [given])]
    return Task(
        set_name=set_name,
        question_id=str(line["id"]),
        question=line["question"],
        answers=tuple(flat),
        answerable=bool(line["answerable"]),
        gold=frozenset(gold),
        starts=tuple(line.get("answer_start", ())),
        sentences=tuple(tuple(group) for group in line.get("gold_sentences", ())),
        facts=frozenset((title, index) for title, index in line.get("supporting_facts", ())),
    )


def _library(folder: Path, set_name: str, embedder: Embedder, work: Path) -> tuple[Store, dict[str, Passage]]:
    """A library with one document a passage of the corpus, each one chunk."""
    corpus = [json.loads(line) for line in (folder / set_name / "corpus.jsonl").open(encoding="utf-8")]
    name = f"{set_name}-{embedder.fingerprint.replace('/', '_')[:40]}"
    store = Store.open(work / name)
    known = {info.source for info in store.documents()}
    passages = {}
    for line in corpus:
        text = line["text"]
        document = Document(
            source=line["_id"],
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            media_type="text/plain",
            title=line["title"],
            language="zh" if cjk_share(text) > 0.3 else "en",
            text=text,
            pages=(Page(1, 0, len(text)),),
        )
        passages[line["_id"]] = Passage(
            document.document_id, line["_id"], line["title"], 1, 0, len(text), text, 1.0
        )
        if line["_id"] not in known:
            embedded = embedding_text(line["title"], (), text)
            chunk = Chunk(0, 0, len(text), 1, 1)
            vectors = embedder.embed_passages([embedded])
            store.add_document(document, [chunk], embedder.fingerprint, [text_hash(embedded)], vectors)
    return store, passages


def _retrieved(task: Task, retriever: HybridRetriever) -> tuple[Passage, ...]:
    """The passages for a question, with enough to spare for taking out its gold ones."""
    return retriever.retrieve(task.question, top_k=_PASSAGES + len(task.gold)).passages


def _passages(
    kind: str, task: Task, found: Sequence[Passage], corpus: dict[str, Passage], folder: Path
) -> list[Passage]:
    if kind == "gold":
        return [corpus[name] for name in sorted(task.gold)]
    if task.set_name.startswith("rgb"):
        return _given_passages(kind, task, corpus, folder)
    return [p for p in found if kind == "retrieved" or p.source not in task.gold][:_PASSAGES]


def _given_passages(kind: str, task: Task, corpus: dict[str, Passage], folder: Path) -> list[Passage]:
    """Five passages as RGB gives them: two are noise, or all of them where gold is taken out."""
    lines = (json.loads(line) for line in (folder / "questions.jsonl").open(encoding="utf-8"))
    negative = next(line["negative_doc_ids"] for line in lines if str(line["id"]) == task.question_id)
    positive = sorted(task.gold)[:3] if kind == "retrieved" else []
    names = positive + negative[: 5 - len(positive)]
    random.Random(task.question_id).shuffle(names)
    return [corpus[name] for name in names]


def labels_of(task: Task, measured: Measured) -> NDArray[np.float64]:
    placed = [(unit, measured.passages[unit.passage].source) for unit in measured.units]
    if task.facts:
        marks = [[(source, unit.ordinal) in task.facts for unit, source in placed]]
    elif task.sentences:
        groups = [[plain(sentence) for sentence in group] for group in task.sentences]
        marks = [
            [source in task.gold and _is_among(unit, group) for unit, source in placed] for group in groups
        ]
    elif task.starts:
        marks = [
            [
                source in task.gold and any(unit.start <= start < unit.end for start in task.starts)
                for unit, source in placed
            ]
        ]
    else:
        wanted = [plain(answer) for answer in task.answers if plain(answer)]
        anywhere = task.set_name.startswith("rgb")  # its noise may hold the answer as well
        marks = [
            [
                (anywhere or source in task.gold) and any(answer in plain(unit.text) for answer in wanted)
                for unit, source in placed
            ]
        ]
    return np.array(marks, np.float64)


def _is_among(unit: Unit, sentences: Sequence[str]) -> bool:
    own = plain(unit.text)
    return any(own in sentence or sentence in own for sentence in sentences)


def plain(text: str) -> str:
    """Letters and digits in lower case, as answers are looked for in evidence."""
    return re.sub(r"\W+", "", text.lower())
