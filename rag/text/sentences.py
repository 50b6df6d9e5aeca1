"""Sentences as spans of a text, for languages with and without spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, Final

from rag.schema import Span
from rag.text.language import CJK, detect_language, has_cjk, likeliest_language

__all__ = ["BULLETS", "as_sentence", "line_spans", "sentence_spans"]

_HARD_BREAK: Final = re.compile(r"\n[^\S\n]*\n\s*|\f")
_CJK_SENTENCE: Final = re.compile(r"[^。！？!?；;…]*(?:[。！？!?；;…]+[”’」』）)】》\"']*|$)", re.S)
BULLETS: Final = "-*•·▪‣–—●○■□◦"
"""What an item of a list may open with, before a space."""
_LIST_START: Final = re.compile(rf"\s*(?:[{BULLETS}]|" r"\(?\d{1,3}[.)、]|\(?[a-zA-Z][.)])\s")
_NUMBER_ALONE: Final = re.compile(r"\W*(?:\d{1,3}(?:\.\d{1,3}){0,4}[.)]|[A-Za-z][.)]|[IVXLC]{1,6}[.)])\s*\Z")
"""What numbers a clause or an item, and is no sentence by itself."""
_RECORD_START: Final = re.compile(
    r"\s*[\[(<]?(?:\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}:\d\d|\d{1,3}(?:\.\d{1,3}){3} )"
)
"""What a line of a log or of an exported chat begins with: a moment, or the address of who asked."""
_LOWER_CASE_END: Final = re.compile(
    r"(?<![^\W\d_]['’.-])\b([^\W\d_]{2,})\.[”’\"')\]]*\s+(?=[“‘\"'(\[]?([^\W\d_][\w-]*))"
)
"""The last word of what may be a sentence, and the first of the next."""
_SHORTENED: Final = re.compile(
    r"al|approx|avg|bzw|ca|cf|cont|corp|dept|eds?|eq|esp|est|etc|evtl|exkl|excl|ext|ggf|hrsg|ibid|inkl"
    r"|incl|insb|jr|kap|lbs|ltd|max|min|mind|misc|mme|pág|pp|qty|resp|sog|spp|sqq|str|tel|tsd|univ|usw|vgl|viz"
    r"|vols?|vs|zzgl"
)
"""Shortened words that a capital may follow in the same sentence: few in any language."""
_COUNTED: Final = re.compile(r"abs|art|bd|chap|ch|cl|col|figs?|no|nos|nr|núm|op|p|para?|pt|ref|sect?|st|tab")
"""Shortened words that stand before a number or a letter; most are words of their own, too."""
_NEVER_LAST: Final = re.compile(
    r"(?:^|[^\w.])(?!(?-i:[A-Z]{2}))(?:avv|bzw|ca|cfr?|dott|dra|evtl|exkl|geom|ggf|incl|inkl|ing|insb|mind|mlle|mme|resp|sig|sog|sra"
    r"|ste|tsd|vgl|zzgl|\w+\.(?:in|ra|ssa))\.\Z",
    re.IGNORECASE,
)
"""Shortened words that no sentence ends with, since another word must follow; nupunkt knows English ones."""
_ORDINAL: Final = re.compile(r"\b[^\W\d_]{2,4} (?:[12]?\d|3[01])\.\Z")
"""What ends like `am 14.` or `der 2.`: in some languages the full stop makes the number an ordinal."""
_ORDINAL_LANGUAGES: Final = frozenset(
    ["cs", "da", "de", "et", "fi", "hr", "hu", "nb", "nn", "no", "sk", "sl", "tr"]
)
_NUMBER_OR_LETTER: Final = re.compile(r"[A-Z]|[IVXLC]+|[A-Z]*\d[\w-]*")
_RUN: Final = re.compile(r"\S++")
_WRAPPED_LINE: Final = 45
_FULL_LINE: Final = 0.6
_LONGEST: Final = 2_000
_TAIL: Final = 24
"""Characters at the end of a sentence that tell whether it goes on."""


def as_sentence(text: str) -> str:
    """A remark as a sentence of its own, with a capital and a full stop; "" where there is none.

    >>> as_sentence("stopped before an answer was found")
    'Stopped before an answer was found.'
    """
    if not text or text.endswith((".", "!", "?", "。", "！", "？", "…")):
        return text[:1].upper() + text[1:]
    return f"{text[:1].upper()}{text[1:]}{'。' if has_cjk(text[-1]) else '.'}"


def sentence_spans(text: str, offset: int = 0) -> list[Span]:
    """Sentences in order, without surrounding white space; `offset` is added to each span.

    A blank line, a form feed, a newline that ends a short line and one before a list item or the next
    line of a log always end a sentence; a newline inside a paragraph of wrapped lines does not. Latin
    script goes to nupunkt (Bommarito et al. 2025, "Precise Legal Sentence Boundary Detection for
    Retrieval at Scale"), CJK to its own closing marks. A run without any mark is cut at white space
    after 2,000 characters.
    """
    spans: list[Span] = []
    for block in line_spans(text):
        piece = text[block.start : block.end]
        found = _cjk_spans(piece) if has_cjk(piece) else _latin_spans(piece)
        for start, end in found:
            spans.extend(_bounded(text, *_trimmed(text, block.start + start, block.start + end)))
    return [Span(start + offset, end + offset) for start, end in spans if end > start]


def line_spans(text: str) -> Iterator[Span]:
    """Blocks that a sentence never crosses: paragraphs, or single lines where lines are not wrapped."""
    start = 0
    for match in [*_HARD_BREAK.finditer(text), None]:
        end = match.start() if match else len(text)
        if end > start:
            yield from _unwrapped(text, start, end)
        start = match.end() if match else end


def _unwrapped(text: str, start: int, end: int) -> Iterator[Span]:
    lines = text[start:end].split("\n")
    if len(lines) == 1:
        yield Span(start, end)
        return
    longest = max(len(line) for line in lines)
    first = position = start
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        position += len(line) + 1
        soft = (
            following is not None
            and longest >= _WRAPPED_LINE
            and len(line) >= _FULL_LINE * longest
            and not _LIST_START.match(following)
            and not _RECORD_START.match(following)
            and "\t" not in line
        )
        if not soft:
            if position - 1 > first:
                yield Span(first, min(position - 1, end))
            first = position


def _latin_spans(text: str) -> list[tuple[int, int]]:
    edges = [0, *_long_runs(text), len(text)]
    spans = [
        (start + int(span[0]), start + int(span[1]))
        for start, end in pairwise(edges)
        for span in _tokenizer()(text[start:end])
    ]
    joined = len(spans) > 1 and _NUMBER_ALONE.match(text[slice(*spans[0])])
    spans = [(spans[0][0], spans[1][1]), *spans[2:]] if joined else spans
    return _together(text, [part for start, end in spans for part in _apart(text, start, end)])


def _together(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans joined where the full stop between them shortens a word or makes a number an ordinal."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        before = text[joined[-1][0] : joined[-1][1]].rstrip()[-_TAIL:] if joined else ""
        if before and (_NEVER_LAST.search(before) or (_ORDINAL.search(before) and _has_ordinals(text))):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _has_ordinals(text: str) -> bool:
    """Whether a number with a full stop is an ordinal in a text's language."""
    return not _ORDINAL_LANGUAGES.isdisjoint((likeliest_language(text), detect_language(text)))


def _long_runs(text: str) -> Iterator[int]:
    """Where runs without white space are cut: nupunkt looks through the rest of one at each mark in it."""
    if len(text) > _LONGEST and max(map(len, text.split()), default=0) > _LONGEST:
        for run in _RUN.finditer(text):
            yield from range(run.start() + _LONGEST, run.end(), _LONGEST)


def _apart(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of a span that nupunkt took for one: most of its 5,800 abbreviations are words.

    It holds "low", "month" and "tax" for shortened, from legal citations. A word in lower case before a
    full stop and a capital ends a sentence unless it is one of the few that are.
    """
    for found in _LOWER_CASE_END.finditer(text, start, end):
        word, following = found.groups()
        if not word.islower() or not following[0].isupper() or _SHORTENED.fullmatch(word):
            continue
        if _COUNTED.fullmatch(word) and _NUMBER_OR_LETTER.fullmatch(following):
            continue
        yield start, found.end()
        start = found.end()
    yield start, end


def _cjk_spans(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _CJK_SENTENCE.finditer(text):
        piece = match.group()
        if not piece:
            continue
        if re.search(f"[{CJK}]", piece):
            spans.append(match.span())
        else:
            spans.extend((match.start() + s, match.start() + e) for s, e in _latin_spans(piece))
    return spans


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _bounded(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > _LONGEST:
        space = max(text.rfind(" ", start, start + _LONGEST), text.rfind("\t", start, start + _LONGEST))
        cut = space if space > start else start + _LONGEST
        yield Span(*_trimmed(text, start, cut))
        start = _trimmed(text, cut, end)[0]
    yield Span(start, end)


@cache
def _tokenizer() -> Any:
    import nupunkt

    return nupunkt.sent_spans
