"""What differs between two documents that are much alike, such as two versions of one.

What both say under the same headings is the same, wherever it stands: what was only moved is no change. What
is left over of one is set beside what is most like it in the other (Ratcliff and Obershelp's matching of
words, as in `difflib`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from rag.answering.comparing.comparing_words import comparing_of, marks_of
from rag.answering.comparing.named_sides import Side
from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.wording import shown
from rag.reading import CitationBook, Unit, quotable_units, text_terms
from rag.retrieval.passage_merging import to_passages
from rag.schema import AnswerSentence, AnswerTable, Coverage, Hit, Passage, Step
from rag.store import Store

__all__ = ["Change", "Changes", "changes_between", "tell_changes"]

_MOST_CHUNKS: Final = 200
_ALIKE: Final = 0.5
"""From this likeness on two sentences are one that was changed."""
_SHARED: Final = 0.25
"""The share of the smaller document that has to stand in the other, changed or not."""
_MOST_PAIRS: Final = 20_000
"""Pairs of sentences that are looked at: two documents with more that differ are no versions of one."""
_MOST_TERMS: Final = 40
"""Words of a sentence by which it is held against others."""
_MOST_TOLD: Final = 8
_MOST_SHOWN: Final = 40


@dataclass(frozen=True)
class Change:
    """A unit of the first document and what stands for it in the second; one of them may be missing."""

    before: Unit | None
    after: Unit | None

    @property
    def heading(self) -> str:
        """The heading that it stands under."""
        unit = self.after or self.before
        return unit.headings[-1] if unit is not None and unit.headings else ""


@dataclass(frozen=True)
class Changes:
    """All that differs between two documents, in reading order, and all that was read for it."""

    sides: tuple[Side, Side]
    changes: tuple[Change, ...]
    passages: tuple[Passage, ...]
    coverage: Coverage
    nearness: float
    """The share of the smaller document that stands in the other, changed or not."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done: each document read whole."""
        found = [sum(unit is not None for unit in units) for units in zip(*self._pairs, strict=True)]
        return tuple(
            Step("read", {"side": side.name, "document": side.documents[0]}, count)
            for side, count in zip(self.sides, found, strict=True)
        )

    @property
    def _pairs(self) -> list[tuple[Unit | None, Unit | None]]:
        return [(change.before, change.after) for change in self.changes]


def changes_between(store: Store, sides: tuple[Side, Side], asked: frozenset[str]) -> Changes | None:
    """What differs between the documents of two sides, where it holds the words asked for.

    None where a side is not one document, one is too long, they have little in common, or nothing differs.
    """
    read = [_passages(store, side) for side in sides]
    if not all(read):
        return None
    passages = (*read[0], *read[1])
    units = [unit for unit in quotable_units(passages, letters=1) if not unit.is_heading]
    first, second = ([u for u in units if u.document_id == side.documents[0]] for side in sides)
    aligned = _aligned(first, second)
    if aligned is None:
        return None
    found, same = aligned
    kept = same + sum(change.before is not None and change.after is not None for change in found)
    changes = tuple(change for change in found if _tells(change, asked))
    nearness = kept / max(min(len(first), len(second)), 1)
    if not changes or nearness < _SHARED:
        return None
    sections = {(unit.document_id, unit.headings) for unit in units}
    pages = {(passage.document_id, passage.page) for passage in passages}
    coverage = Coverage(2, len(pages), len(sections), len(units), len(units))
    return Changes(sides, changes, passages, coverage, min(nearness, 1.0))


def tell_changes(
    question: str, changes: Changes, book: CitationBook
) -> Generator[AnswerEvent, None, Outcome]:
    """A sentence for each of the first changes with both quotes, how many more there are, and a table."""
    comparing = comparing_of(question)
    rows: list[tuple[str, ...]] = []
    cited: list[tuple[int, ...]] = []
    sentences: list[AnswerSentence] = []
    for change in changes.changes[:_MOST_SHOWN]:
        units = (change.before, change.after)
        numbers = [book.cite(u.document_id, u.start, u.end, u.text) if u is not None else 0 for u in units]
        quotes = [shown(u.reading) if u is not None else "" for u in units]
        rows.append((change.heading, *quotes))
        cited.append((0, *numbers))
        if len(sentences) < _MOST_TOLD:
            told = " → ".join(f"“{quote}”" for quote in quotes if quote)
            if not all(quotes):
                only = changes.sides[0 if quotes[0] else 1].name
                told = f"{comparing.says('added', name=only)}: {told}"
            text = f"{change.heading}: {told}" if change.heading else told
            sentences.append(AnswerSentence(text, tuple(filter(None, numbers)), own_words=True))
            yield SentenceReady(sentences[-1], tuple(book.citations[n - 1] for n in numbers if n))
    if more := len(changes.changes) - len(sentences):
        sentences.append(AnswerSentence(f"{comparing.says('rest', n=str(more))}.", own_words=True))
        yield SentenceReady(sentences[-1], ())
    columns = ("", *(side.name for side in changes.sides))
    table = AnswerTable(columns, tuple(rows), (), tuple(cited))
    return Outcome(tuple(sentences), book.citations, table=table)


def _passages(store: Store, side: Side) -> Sequence[Passage]:
    if len(side.documents) != 1:
        return ()
    chunks = store.document_chunks(side.documents[0])
    if len(chunks) > _MOST_CHUNKS:
        return ()
    return to_passages(store, [Hit(chunk.chunk_id, 1.0) for chunk in chunks], {})


def _aligned(first: Sequence[Unit], second: Sequence[Unit]) -> tuple[list[Change], int] | None:
    """The changes in reading order, and how many units are the same; None where too many differ."""
    one, other = _told_by(first), _told_by(second)
    gone = [unit for told, unit in one.items() if told not in other]
    new = [unit for told, unit in other.items() if told not in one]
    if len(gone) * len(new) > _MOST_PAIRS:
        return None
    pairs: dict[int, int] = {}
    for _, i, j in sorted(_likely_pairs(gone, new), reverse=True):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    found = [
        Change(a, new[pairs[i]] if i in pairs else None)
        for i, a in enumerate(gone)
        if i not in pairs or gone[i].text != new[pairs[i]].text
    ]
    found += [Change(None, b) for j, b in enumerate(new) if j not in pairs.values()]
    order = {heading: i for i, heading in enumerate(dict.fromkeys(u.headings for u in (*first, *second)))}
    found.sort(key=lambda change: order[(change.before or change.after or first[0]).headings])
    moved = sum(gone[i].text == new[j].text for i, j in pairs.items())
    return found, len(first) - len(gone) + moved


def _told_by(units: Sequence[Unit]) -> dict[tuple[str, int], Unit]:
    """Units by what they say in their places; what is said again has a number of its own."""
    said: Counter[str] = Counter()
    told = {}
    for unit in units:
        text = shown(unit.in_place).casefold()
        told[text, said[text]] = unit
        said[text] += 1
    return told


def _likely_pairs(gone: Sequence[Unit], new: Sequence[Unit]) -> Iterator[tuple[float, int, int]]:
    """Units that are alike, with how much; less where they stand under different headings."""
    terms = [text_terms(unit.reading)[:_MOST_TERMS] for unit in gone]
    for j, other in enumerate(new):
        matcher = SequenceMatcher(
            None, b=text_terms(other.reading)[:_MOST_TERMS], autojunk=False
        )  # remembers b alone
        for i, one in enumerate(gone):
            most = 1.0 if one.headings == other.headings else 0.9
            matcher.set_seq1(terms[i])
            if most * matcher.real_quick_ratio() >= _ALIKE and most * matcher.quick_ratio() >= _ALIKE:
                like = most * matcher.ratio()
                if like >= _ALIKE:
                    yield like, i, j


def _tells(change: Change, asked: frozenset[str]) -> bool:
    """Whether a change is of what is asked for."""
    units = [unit for unit in (change.before, change.after) if unit is not None]
    return any(asked <= marks_of(unit.in_place) for unit in units)
