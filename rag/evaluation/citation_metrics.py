"""Whether an answer cites what it should: gold sentences, pages or documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from rag.evaluation.questions import Gold
from rag.schema import Citation
from rag.text import sentence_spans

__all__ = ["CitationScores", "citation_scores", "is_same_document", "same_text"]

_Place = TypeVar("_Place")
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_LETTERS: Final = re.compile(r"[^\W_]+")
_LEAST_SHARE: Final = 0.3
_PLAIN: Final = 24


@dataclass(frozen=True, slots=True)
class CitationScores:
    """Share of what is cited that is gold, share of the gold that is cited, and their harmonic mean."""

    precision: float
    recall: float
    f1: float


def citation_scores(citations: Sequence[Citation], gold: Gold) -> CitationScores | None:
    """Scores at the finest level that the gold knows; None where it knows nothing.

    At sentence level every sentence of every quote counts, so that a quoted paragraph is not as precise
    as the one right sentence of it; of several annotators the one that agrees best counts.
    """
    if gold.sentences:
        cited = [text for citation in citations for text in _quoted_sentences(citation)]
        return max((_scores(cited, group, same_text) for group in gold.sentences), key=lambda s: s.f1)
    if gold.pages:
        places = list(dict.fromkeys((citation.source, citation.page) for citation in citations))
        return _scores(places, gold.pages, _is_same_page)
    if gold.documents:
        sources = list(dict.fromkeys(citation.source for citation in citations))
        return _scores(sources, gold.documents, is_same_document)
    return None


def is_same_document(source: str, name: str) -> bool:
    """Whether a document's source is called so: whole, by file name, or by file name without extension."""
    return source == name or bool(_names(source) & _names(name))


def same_text(quoted: str, gold: str) -> bool:
    """Whether one text holds the other, by letters and digits only, as sentence boundaries may differ.

    A few words are no sentence: the shorter one must be `_PLAIN` characters or a good share of the longer.
    """
    a, b = sorted((_plain(quoted), _plain(gold)), key=len)
    return bool(a) and a in b and len(a) >= min(_PLAIN, _LEAST_SHARE * len(b))


def _quoted_sentences(citation: Citation) -> list[str]:
    """A table row is one sentence; its cells are divided by tabs."""
    if "\t" in citation.quote:
        return citation.quote.split("\n")
    return [citation.quote[start:end] for start, end in sentence_spans(citation.quote)]


def _scores(
    cited: Sequence[_Place], gold: Sequence[_Place], same: Callable[[_Place, _Place], bool]
) -> CitationScores:
    if not cited:
        return CitationScores(0.0, 0.0, 0.0)
    precision = _share(any(same(one, other) for other in gold) for one in cited)
    recall = _share(any(same(one, other) for one in cited) for other in gold)
    f1 = 2.0 * precision * recall / (precision + recall) if precision else 0.0
    return CitationScores(precision, recall, f1)


def _share(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _is_same_page(cited: tuple[str, int], gold: tuple[str, int]) -> bool:
    return cited[1] == gold[1] and is_same_document(cited[0], gold[0])


def _names(source: str) -> set[str]:
    name = source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return {name, _EXTENSION.sub("", name)} - {""}


def _plain(text: str) -> str:
    return "".join(_LETTERS.findall(text.lower()))
