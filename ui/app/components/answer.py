"""An answer as it is read: sentences with numbered citations, how sure it is, what is not supported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import streamlit as st

from rag.library import Library
from rag.schema import Answer, AnswerSentence, AnswerTable, Citation, Conflict, Support, Verdict
from rag.text import as_sentence
from ui.app.asking import Draft
from ui.app.components.answer_feedback import feedback
from ui.app.components.passage_list import passage_list
from ui.app.conversation import Conversation, Turn, as_markdown
from ui.app.escaping import html_text, label
from ui.app.session import Opened, Pending, session, texts
from ui.app.shown_places import named_place
from ui.app.texts import Texts

__all__ = [
    "SURE",
    "citation_button",
    "confidence_badge",
    "confidence_percent",
    "confidence_word",
    "conflicts",
    "draft_html",
    "sources",
    "table_html",
    "turn_view",
    "verdict_badge",
]

_QUOTE_SHOWN: Final = 240
_NEW_LINE: Final = "<br>"


def citation_button(citation: Citation, turn: int, key: str) -> None:
    """A number; a click opens the place beside the answer, another closes it, hovering tells the quote."""
    opened = session().opened
    is_open = opened is not None and (opened.turn, opened.number) == (turn, citation.number)
    st.button(
        str(citation.number),
        key=key,
        type="primary" if is_open else "secondary",
        help=f"“{label(citation.quote, _QUOTE_SHOWN)}”  \n{label(_place(citation))}",
        on_click=_open,
        args=(citation, turn),
    )


def conflicts(answer: Answer, turn: int) -> None:
    """For each contradiction both sides: the value, what says so, and the number that opens it."""
    by_number = {citation.number: citation for citation in answer.citations}
    for position, conflict in enumerate(answer.conflicts):
        with st.container(key=f"conflict-{turn}-{position}"):
            st.html(f'<strong class="cw-conflict-title">{html_text(texts().conflict)}</strong>')
            _sides(conflict, by_number, turn, position)


def _sides(conflict: Conflict, by_number: dict[int, Citation], turn: int, position: int) -> None:
    for side, (value, number) in enumerate(zip(conflict.values, conflict.citations, strict=False)):
        citation = by_number.get(number)
        if citation is None:
            continue
        with st.container(key=f"sentences-{turn}-conflict-{position}-{side}"):
            st.html(f'<b>{html_text(value)}</b> <span class="cw-side">{html_text(_place(citation))}</span>')
            citation_button(citation, turn, f"side-{turn}-{position}-{side}")


def sources(citations: Sequence[Citation]) -> None:
    """What the numbers stand for, so that a glance tells the documents; a place is told once."""
    places: dict[tuple[str, str], list[Citation]] = {}
    for citation in sorted(citations, key=lambda citation: citation.number):
        places.setdefault((citation.document_id, _place(citation)), []).append(citation)
    rows = "".join(f"<span>{_numbers(of)}{html_text(_place(of[0]))}</span>" for of in places.values())
    if rows:
        st.html(f'<div class="cw-sources">{rows}</div>')


def _numbers(citations: Sequence[Citation]) -> str:
    return "".join(f'<sup class="cw-number">{citation.number}</sup>' for citation in citations)


def _place(citation: Citation) -> str:
    return named_place(citation.source, citation.place, texts())


def _open(citation: Citation, turn: int) -> None:
    state = session()
    place = Opened.citation(citation, turn)
    state.opened = None if state.opened == place else place


Ratings = Mapping[str, tuple[int, str]]
SURE: Final = 0.8
_FAIRLY_SURE: Final = 0.6


def turn_view(library: Library, turn: Turn, index: int, ratings: Ratings) -> None:
    """What a question got, and what can be done with it."""
    t = texts()
    if turn.answer is not None:
        _answer(turn.answer, index, t)
    elif turn.error is not None:
        st.error(t.asking_failed, icon=":material/error:")
        st.text(turn.error)
    else:
        _sentences(turn.sentences, turn.citations, index, t)
        st.html(f'<p class="cw-note">{html_text(turn.writing)}</p>')
    if turn.stopped:
        st.caption(t.stopped)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"below-{index}"):
        if turn.answer is not None:
            _confidence(turn.answer, t)
        _actions(library, turn, index, ratings, t)


def confidence_word(confidence: float, t: Texts) -> tuple[str, Literal["green", "orange", "red"]]:
    """How sure an answer is, in words, and the colour that goes with them."""
    if confidence >= SURE:
        return t.confidence_high, "green"
    return (t.confidence_medium, "orange") if confidence >= _FAIRLY_SURE else (t.confidence_low, "red")


def confidence_percent(confidence: float) -> int:
    """A confidence as it is told: nothing is told to be certain."""
    return min(99, max(1, round(100 * confidence)))


def draft_html(draft: Draft, t: Texts) -> str:
    """An answer that is still being made; its numbers become buttons when it is done."""
    parts = []
    for sentence in draft.sentences:
        numbers = "".join(f'<sup class="cw-number">{number}</sup>' for number in sentence.citations)
        parts.append(f"{_sentence_html(sentence, t)}{numbers} ")
    if draft.writing:
        parts.append(f'<span class="cw-writing">{html_text(draft.writing)}</span>')
    return f'<div class="cw-answer">{"".join(parts)}<span class="cw-cursor"></span></div>'


def _answer(answer: Answer, index: int, t: Texts) -> None:
    if answer.understood:
        st.html(
            f'<p class="cw-understood">{html_text(t.understood)} <q>{html_text(answer.understood)}</q></p>'
        )
    if answer.abstained:
        _abstention(answer, index, t)
        return
    _short_answer(answer)
    _sentences(answer.sentences, answer.citations, index, t)
    if answer.table is not None:
        st.html(table_html(answer.table))
    conflicts(answer, index)
    if answer.reason:  # what part of the question stays open, or why it is quoted and not written
        st.html(f'<p class="cw-note">{html_text(as_sentence(answer.reason))}</p>')


def _short_answer(answer: Answer) -> None:
    """The name, number, date or place asked for, unless it is all that the answer says."""
    if answer.short_answer is not None and answer.short_answer.text.strip() != answer.text.strip(" ."):
        st.html(f'<p class="cw-short"><strong>{html_text(answer.short_answer.text)}</strong></p>')


def table_html(table: AnswerTable) -> str:
    """The rows that answer as a small table, the cells that answer marked."""
    lit = set(table.lit)
    head = "".join(f"<th>{html_text(name)}</th>" for name in table.columns)
    rows = (
        "".join(
            f"<td><mark>{html_text(cell)}</mark></td>" if (i, j) in lit else f"<td>{html_text(cell)}</td>"
            for j, cell in enumerate(row)
        )
        for i, row in enumerate(table.rows)
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    head = f"<thead><tr>{head}</tr></thead>" if any(table.columns) else ""
    return f'<table class="cw-table">{head}<tbody>{body}</tbody></table>'


def verdict_badge(verdict: Verdict, t: Texts) -> None:
    """How an answer stands, in its colour; nothing of one that was not found."""
    told: dict[Verdict, tuple[str, Literal["green", "blue", "orange"]]] = {
        Verdict.STATED: (t.verdict_stated, "green"),
        Verdict.PIECED: (t.verdict_pieced, "blue"),
        Verdict.NEAR: (t.verdict_near, "orange"),
    }
    if verdict in told:
        words, colour = told[verdict]
        st.badge(words, color=colour)


def confidence_badge(confidence: float, t: Texts) -> None:
    """How sure an answer is; hovering tells what that means."""
    percent = confidence_percent(confidence)
    word, colour = confidence_word(confidence, t)
    told = t.confidence.format(word=word, percent=percent)
    st.badge(told, color=colour, help=t.confidence_help.format(percent=percent))


def _confidence(answer: Answer, t: Texts) -> None:
    if not answer.is_rated:
        return
    verdict_badge(answer.verdict, t)
    if answer.coverage is not None:
        read = answer.coverage
        parts, documents = t.count("part", read.of), t.count("document", read.documents)
        st.badge(t.coverage.format(read=read.read, parts=parts, documents=documents), color="gray")
    confidence_badge(answer.confidence, t)
    if any(sentence.support is not Support.SUPPORTED for sentence in answer.sentences):
        st.badge(t.unsupported_some, color="red", icon=":material/warning:", help=t.unsupported_help)


def _actions(library: Library, turn: Turn, index: int, ratings: Ratings, t: Texts) -> None:
    run_id = turn.answer.run_id if turn.answer is not None else ""
    if run_id and st.button(
        t.why, key=f"why-{index}", type="tertiary", icon=":material/account_tree:", help=t.why_help
    ):
        session().run_id = run_id
        st.switch_page("views/why_view.py")
    st.button(
        t.again,
        key=f"again-{index}",
        type="tertiary",
        icon=":material/refresh:",
        on_click=_ask_again,
        args=(turn.question, index),
    )
    if turn.answer is not None:
        with st.popover(t.copy, icon=":material/content_copy:", type="tertiary", key=f"copy-{index}"):
            st.code(as_markdown(Conversation(turns=[turn])), language=None, wrap_lines=True)
    if run_id:
        feedback(library, run_id, index, ratings.get(run_id))


def _ask_again(question: str, index: int) -> None:
    session().pending = Pending(question, again=index)


def _abstention(answer: Answer, index: int, t: Texts) -> None:
    reason = as_sentence(answer.reason) or t.abstained_reason
    st.html(
        f'<div class="cw-abstention"><strong>{html_text(t.abstained)}</strong>'
        f"<p>{html_text(reason)}</p></div>"
    )
    if answer.passages:
        with st.expander(t.nearest.format(n=len(answer.passages)), icon=":material/near_me:"):
            passage_list(answer.passages[:5], f"near-{index}")


def _sentences(
    sentences: Sequence[AnswerSentence], citations: Sequence[Citation], index: int, t: Texts
) -> None:
    """Sentences and small numbers flow as one text (`style.css` lays them inline)."""
    by_number = {citation.number: citation for citation in citations}
    with st.container(key=f"sentences-{index}"):
        for position, sentence in enumerate(sentences):
            st.html(_sentence_html(sentence, t))
            for number in sentence.citations:
                citation = by_number.get(number)
                if citation is None:
                    continue
                citation_button(citation, index, f"cite-{index}-{position}-{number}")
    sources(citations)


def _sentence_html(sentence: AnswerSentence, t: Texts) -> str:
    text = html_text(sentence.text)
    line = _NEW_LINE if sentence.starts_line else ""
    if sentence.support is Support.SUPPORTED:
        return f'{line}<span class="cw-sentence">{text}</span>'
    mark = {
        Support.PARTIAL: t.partial,
        Support.CONTRADICTED: t.contradicted,
        Support.UNSUPPORTED: t.unsupported,
    }[sentence.support]
    return (
        f'{line}<span class="cw-sentence cw-{sentence.support.value}">{text}</span>'
        f'<span class="cw-mark cw-{sentence.support.value}">{html_text(mark)}</span>'
    )
