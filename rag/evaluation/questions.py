"""Questions with right answers and gold evidence, read from JSON lines."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from rag.errors import UsageError
from rag.evaluation.corpus import entry_document
from rag.evaluation.datasets import Entry
from rag.schema import Passage
from rag.text import detect_language, sentence_spans

__all__ = [
    "AnswerQuestion",
    "AnswerSet",
    "Gold",
    "entry_passages",
    "given_passages",
    "parse_question",
    "read_answer_set",
    "read_entries",
    "read_questions",
]

_A_LINE: Final = (
    'write an object a line, such as {"id": "q1", "question": "When was it built?", "answers": ["1884"]}, '
    "with no answers where the documents hold none"
)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gold:
    """Where the right answer stands, as finely as it is known.

    `sentences` has one tuple an annotator; `pages` are (document, page counted from 1); documents are
    named by source, file name or file name without extension.
    """

    sentences: tuple[tuple[str, ...], ...] = ()
    pages: tuple[tuple[str, int], ...] = ()
    documents: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        """The finest that is known: `sentence`, `page`, `document`, or nothing."""
        known = {"sentence": self.sentences, "page": self.pages, "document": self.documents}
        return next((level for level, places in known.items() if places), "")


@dataclass(frozen=True)
class AnswerQuestion:
    """A question, its right answers (none: the documents hold no answer) and where they stand.

    `passages`, where there are any, are read instead of what a library finds. `near_documents` are those
    that a reader without a retriever is given: the gold ones, or for a question without an answer those
    where one would look for it.
    """

    question_id: str
    question: str
    answers: tuple[str, ...]
    answerable: bool
    language: str
    gold: Gold = field(default_factory=Gold)
    passages: tuple[Passage, ...] = field(default=(), repr=False)
    near_documents: tuple[str, ...] = ()


def read_questions(
    path: Path, entries: Mapping[str, Entry] | None = None, *, first_page: int = 0
) -> list[AnswerQuestion]:
    """Read a file of questions, one JSON object a line; empty questions are passed over with a warning.

    Args:
        path: JSON lines, see `parse_question`.
        entries: Passages of a test collection by id, which supporting facts and answer offsets point into.
        first_page: The number of a document's first page in `gold_pages`.

    Raises:
        UsageError: the file cannot be read, a line is no question, or two have one id.
    """
    questions: list[AnswerQuestion] = []
    lines: dict[str, int] = {}
    for number, line in _lines(path):
        where = f"{path}, line {number}"
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            raise UsageError(f"{where}: not JSON, but {line.strip()[:60]!r}: {_A_LINE}") from None
        if isinstance(fields, Mapping) and fields.get("question") == "":
            _LOG.warning("%s: passed over, since its question is empty", where)
            continue
        question = parse_question(fields, where, str(number), entries or {}, first_page)
        if question.question_id in lines:
            raise UsageError(
                f"{where}: id {question.question_id!r} is in line {lines[question.question_id]} already"
            )
        lines[question.question_id] = number
        questions.append(question)
    if not questions:
        raise UsageError(f"{str(path)!r} holds no question")
    return questions


def parse_question(
    fields: Any, where: str, default_id: str, entries: Mapping[str, Entry], first_page: int = 0
) -> AnswerQuestion:
    """One line: `id, question, answers`, and where known `answerable`, `language`, gold places, `passages`.

    Gold places are `gold_sentences` (texts, or a list of texts for each annotator), `quotes` or
    `evidence` (texts), `gold_spans` (objects with `content`), `supporting_facts` (`[document, sentence]`,
    counted from 0), `pages` (`[document, page]`, counted from 1), `gold_pages` (from `first_page`),
    `documents` or `gold_doc_ids`; `related_doc_ids` are only near. Unless `answerable` says so, a
    question without `answers` has none.

    Raises:
        UsageError: the line is no object, has no question, or a field is of the wrong form.
    """
    if not isinstance(fields, Mapping) or not str(fields.get("question") or "").strip():
        raise UsageError(f"{where}: must be an object with a `question`, not {fields!s:.80}: {_A_LINE}")
    try:
        question = str(fields["question"])
        answers = tuple(_flat(fields.get("answers", ())))
        return AnswerQuestion(
            question_id=str(fields.get("id", default_id)),
            question=question,
            answers=answers,
            answerable=bool(fields.get("answerable", bool(answers))),
            language=str(fields.get("language") or fields.get("lang") or detect_language(question)),
            gold=_gold(fields, entries, first_page),
            passages=given_passages(fields.get("passages") or ()),
            near_documents=tuple(_near(fields)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UsageError(f"{where}: a field is not of its form: {type(error).__name__}: {error}") from None


def given_passages(values: Iterable[Any]) -> tuple[Passage, ...]:
    """Passages from texts, or from objects with `text` and where known `id` (or `source`) and `title`."""
    passages = []
    for number, value in enumerate(values, 1):
        fields = value if isinstance(value, Mapping) else {"text": value}
        name = str(fields.get("id") or fields.get("source") or f"passage {number}")
        passages.append(_passage(Entry(name, str(fields.get("title") or ""), str(fields["text"]))))
    return tuple(passages)


def read_entries(path: Path) -> dict[str, Entry]:
    """The passages of a `corpus.jsonl` (`_id, title, text`) by id.

    Raises:
        UsageError: the file cannot be read or a line has no `_id`.
    """
    entries = {}
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            entry = Entry(str(row["_id"]), str(row.get("title") or ""), str(row.get("text") or ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UsageError(f"{path}, line {number}: no passage with `_id` and `text`: {line:.80}") from None
        entries[entry.entry_id] = entry
    return entries


def entry_passages(entries: Iterable[Entry]) -> tuple[Passage, ...]:
    """Passages of a test collection as they are given to the reader, best first."""
    return tuple(_passage(entry) for entry in entries)


def _passage(entry: Entry) -> Passage:
    document = entry_document(entry)
    return Passage(
        document_id=document.document_id,
        source=entry.entry_id,
        title=entry.title,
        page=1,
        start=0,
        end=len(document.text),
        text=document.text,
        score=1.0,
    )


def _gold(fields: Mapping[str, Any], entries: Mapping[str, Entry], first_page: int) -> Gold:
    pages = [(str(name), int(page)) for name, page in fields.get("pages", ())]
    pages += [(str(name), int(page) - first_page + 1) for name, page in fields.get("gold_pages", ())]
    documents = _flat(fields.get("documents") or fields.get("gold_doc_ids") or ())
    documents = documents or list(dict.fromkeys(name for name, _ in pages))
    return Gold(_sentences(fields, entries), tuple(pages), tuple(documents))


def _near(fields: Mapping[str, Any]) -> list[str]:
    return _flat(fields.get("documents") or fields.get("related_doc_ids") or fields.get("gold_doc_ids") or ())


def _sentences(fields: Mapping[str, Any], entries: Mapping[str, Entry]) -> tuple[tuple[str, ...], ...]:
    if fields.get("gold_sentences"):
        groups = fields["gold_sentences"]
        groups = groups if isinstance(groups[0], list) else [groups]
        return tuple(tuple(map(str, group)) for group in groups if group)
    texts = _flat(fields.get("quotes") or fields.get("evidence") or ())
    texts += [str(span["content"]) for span in fields.get("gold_spans", ()) if span.get("content")]
    texts += _supporting_facts(fields.get("supporting_facts", ()), entries)
    texts += _answer_sentences(fields, entries)
    return (tuple(texts),) if texts else ()


def _supporting_facts(facts: Iterable[Sequence[Any]], entries: Mapping[str, Entry]) -> list[str]:
    """The sentences that `[document, number]` point at, as our own sentence boundaries number them."""
    texts = []
    for name, number in facts:
        entry = entries.get(str(name))
        spans = sentence_spans(entry.text) if entry is not None else []
        if entry is not None and int(number) < len(spans):
            start, end = spans[int(number)]
            texts.append(entry.text[start:end])
    return texts


def _answer_sentences(fields: Mapping[str, Any], entries: Mapping[str, Entry]) -> list[str]:
    """The sentences in which the answers stand whose offsets into the gold passage are known."""
    gold = [entries[name] for name in map(str, fields.get("gold_doc_ids", ())) if name in entries]
    if len(gold) != 1:
        return []
    text = gold[0].text
    spans = sentence_spans(text)
    starts = [int(start) for start in fields.get("answer_start", ())]
    return list(dict.fromkeys(text[a:b] for start in starts for a, b in spans if a <= start < b))


def _flat(values: Any) -> list[str]:
    """A text, a list of texts or a list of lists of texts (one group of synonyms each) as one list."""
    if isinstance(values, str | int | float):
        return [str(values)]
    return [text for value in values for text in (_flat(value) if isinstance(value, list) else [str(value)])]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"cannot read {str(path)!r}: {reason}") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


_QUESTIONS = "questions.jsonl"
_CORPUS = "corpus.jsonl"


@dataclass(frozen=True)
class AnswerSet:
    """Questions, and the test collection's passages by id where there is one beside them."""

    name: str
    questions: tuple[AnswerQuestion, ...]
    entries: dict[str, Entry] = field(default_factory=dict, repr=False)

    def limited(self, limit: int | None, seed: int = 0) -> AnswerSet:
        """A sample of `limit` questions in the file's order, the same each time; all if there are no more."""
        if limit is None or limit >= len(self.questions):
            return self
        chosen = sorted(random.Random(seed).sample(range(len(self.questions)), limit))
        return replace(self, questions=tuple(self.questions[number] for number in chosen))

    def with_given_passages(self) -> AnswerSet:
        """Each question with passages to read: its own, else those its gold documents name.

        Raises:
            UsageError: a question has neither.
        """
        return replace(self, questions=tuple(map(self._given, self.questions)))

    def with_passages(self, names: Sequence[Sequence[str]]) -> AnswerSet:
        """Each question with the named passages of the collection, best first."""
        return replace(
            self,
            questions=tuple(
                replace(question, passages=entry_passages(self.entries[name] for name in own))
                for question, own in zip(self.questions, names, strict=True)
            ),
        )

    def _given(self, question: AnswerQuestion) -> AnswerQuestion:
        named = [self.entries[name] for name in question.near_documents if name in self.entries]
        if not question.passages and not named:
            raise UsageError(
                f"question {question.question_id!r} comes without passages: give them as `passages` in its "
                f"line, or name `documents` of a {_CORPUS} beside the file; or leave --passages-given out"
            )
        return question if question.passages else replace(question, passages=entry_passages(named))


def read_answer_set(path: Path, *, first_page: int = 0) -> AnswerSet:
    """Read a file of questions, or a folder that holds `questions.jsonl`, with a `corpus.jsonl` beside it.

    Raises:
        UsageError: a file cannot be read, or a line is not what it should be.
    """
    file = path / _QUESTIONS if path.is_dir() else path
    corpus = file.parent / _CORPUS
    entries = read_entries(corpus) if corpus.is_file() else {}
    questions = read_questions(file, entries, first_page=first_page)
    return AnswerSet(path.resolve().name, tuple(questions), entries)
