from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.text import line_spans, sentence_spans
from tests.searching import examples

WRITING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "a b. C! d? 1) \n\n\f\t\r\x0b\u2028\u3000。！？；…「」中文テスト한글😀\u200d\u0301\ud800"
        ),
    ),
    max_size=200,
)
PASSAGES = st.lists(
    st.sampled_from(
        [
            "The cat sat on the mat. ",
            "Dr. Smith paid $3.5 million! ",
            "是的。他说：“好！”",
            "\n\n",
            "\n",
            "\f",
            "- item one\n",
            "a wrapped line of text that is rather long and goes on\n",
            "cell\tcell\n",
            "   ",
        ]
    ),
    max_size=12,
).map("".join)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@given(st.one_of(WRITING, PASSAGES), st.integers(0, 1_000))
@settings(max_examples=examples(400))
@example("a" * 5_000, 0)
@example(" " * 5_000, 3)
@example("中" * 5_000, 0)
@example(("word " * 1_000 + "\n") * 3, 0)
def test_spans_are_ordered_trimmed_and_cover_all_but_white_space(text: str, offset: int) -> None:
    spans = sentence_spans(text, offset)
    position = 0
    for start, end in spans:
        piece = text[start - offset : end - offset]
        assert position <= start - offset < end - offset <= len(text)
        assert piece == piece.strip()
        assert "\f" not in piece
        assert len(piece) <= 2_000
        assert not text[position : start - offset].strip()
        position = end - offset
    assert not text[position:].strip()


@given(st.one_of(WRITING, PASSAGES))
def test_lines_are_ordered_and_hold_all_that_is_not_white(text: str) -> None:
    position = 0
    for start, end in line_spans(text):
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One here. Two there! Three?", ["One here.", "Two there!", "Three?"]),
        ("Dr. Smith paid $3.5 million in the U.S. market. It grew.", None),
        ("他来了。她走了！真的？是", ["他来了。", "她走了！", "真的？", "是"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("Heading\n\nText of it.", ["Heading", "Text of it."]),
        ("page one\fpage two", ["page one", "page two"]),
        ("- first\n- second", ["- first", "- second"]),
        ("Revenue\t100\t90\nCosts\t50\t40", ["Revenue\t100\t90", "Costs\t50\t40"]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_known_texts(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["Dr. Smith paid $3.5 million in the U.S. market.", "It grew."]
    assert sentences(text) == expected


def test_a_sentence_goes_on_over_the_lines_of_a_wrapped_paragraph() -> None:
    text = (
        "The quick brown fox jumps over the lazy dog and then\n"
        "goes on to do the same thing again on the next line.\n"
        "Here is another sentence that is wrapped over a line\n"
        "break.\nAnd a short line stands alone."
    )
    assert sentences(text) == [
        text[:105].strip(),
        text[106 : text.index("break.") + 6],
        "And a short line stands alone.",
    ]


@pytest.mark.parametrize(
    "start",
    [
        "2025-03-04 10:22:3{} ERROR",
        "[2025-03-04T10:22:3{}Z]",
        "10:22:3{},114 WARN",
        "Mar  4 10:22:3{} host7 sshd[88]:",
        "192.168.0.{} - -",
        "[05/02/2026, 18:02:1{}] Cressida:",
        "05.02.26, 18:0{} - Otto:",
    ],
)
def test_lines_of_a_log_are_no_wrapped_paragraph(start: str) -> None:
    lines = [f"{start.format(i)} the quota of volume vol-{i} was passed by job {i}" for i in range(5)]
    text = "\n".join(lines)
    assert [text[s.start : s.end] for s in sentence_spans(text)] == lines


def test_a_run_without_marks_is_cut_at_white_space() -> None:
    text = "word " * 1_000
    assert all(piece.startswith("word") and piece.endswith("word") for piece in sentences(text))
    assert "".join(piece + " " for piece in sentences(text)) == text


def test_a_number_of_several_levels_stays_with_its_clause() -> None:
    text = "2.3. Late payment costs 2 percent. It is due at once."
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "2.3. Late payment costs 2 percent.",
        "It is due at once.",
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The pressure is too low. Error F.75 tells of it.", 2),
        ("Rent is due on the first of each month. Rent paid late costs more.", 2),
        ("The answer is no. Peter went home by bus. He said: “It is cold.” Then he left.", 4),
        ("It costs approx. Five hundred, incl. VAT, see no. A5 and fig. B.", 1),
        ("Das kostet ca. Fünf Euro. Der Garten ist zu klein. Er war lang.", 3),
        ("She ate a fig. The tree is old.", 2),
    ],
)
def test_a_word_is_no_abbreviation_because_a_law_book_shortens_it(text: str, sentences: int) -> None:
    assert len(sentence_spans(text)) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Die Versammlung fand am 14. März 2025 statt. Der 2. Vorsitzende war Herr Dr. Kern.", 2),
        ("Die Miete beträgt 640 Euro inkl. Nebenkosten. Sie ist bis zum 3. Werktag fällig.", 2),
        ("Er kam 2014. Dann ging er. Siehe bzw. Nr. 7 der Ordnung.", 3),
        ("Le musée a écrit à Mme. Petit. Il a rouvert le 14. Il est beau.", 3),
        ("La Dra. Ruiz no vino. Véase el art. 4 de la ley.", 2),
        ("Il sig. Rossi abita qui. La dott.ssa Bianchi arriva il 3 maggio. Costa 14. Poi basta.", 4),
        ("Turn to page 14. Then stop. He lives in Fresno, CA. It is hot there.", 4),
    ],
)
def test_a_full_stop_that_shortens_a_word_or_counts_ends_no_sentence(text: str, sentences: int) -> None:
    assert len(sentence_spans(text)) == sentences


@pytest.mark.parametrize("mark", ["-", "•", "◦", "1.", "(12)", "117)", "b)", "3、"])
def test_an_item_of_a_list_is_no_part_of_a_wrapped_paragraph(mark: str) -> None:
    first = "the keeper of the keys lets nobody in who has not been named by the committee of the harbour"
    lines = [first, f"{mark} who has not been named by the committee may ask the keeper of the keys for it"]
    text = "\n".join(lines)
    assert [text[s.start : s.end] for s in sentence_spans(text)] == lines
