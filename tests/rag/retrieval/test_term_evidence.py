"""What words say for a passage: shares of the question, and links to other passages."""

from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.links import link_query, link_words, mentions
from rag.retrieval.term_evidence import PassageTerms, QuestionTerms, content_terms, inverse_frequency
from rag.schema import StoredChunk


def chunk(text, title="", headings=()):
    return StoredChunk(1, "d", "d.txt", title, 0, 0, len(text), 1, 1, tuple(headings), text)


def evidence(question, text, title="", headings=(), frequencies=None):
    terms = QuestionTerms.of(question, frequencies or {}, 100)
    return terms.evidence(PassageTerms.of(chunk(text, title, headings)))


def test_coverage_is_the_share_of_the_questions_words_by_rarity():
    full = evidence("rotary valve pressure", "pressure of the rotary valves")
    assert full.coverage == 1.0
    common = {"pressur": 90, "valv": 90, "rotari": 1}
    assert evidence("rotary valve pressure", "a rotary thing", frequencies=common).coverage > 0.8
    assert evidence("rotary valve pressure", "valve pressure", frequencies=common).coverage < 0.2


def test_adjacency_asks_for_words_side_by_side_in_order():
    assert evidence("rotary valve", "the rotary valve").adjacency == 1.0
    assert evidence("rotary valve", "a valve of rotary make").adjacency == 0.0
    assert evidence("rotary of the valve", "rotary valve").adjacency == 1.0


def test_a_question_of_one_word_has_no_pairs():
    assert evidence("valve", "valve").adjacency == 0.0


def test_context_looks_at_title_and_headings_only():
    assert evidence("annual report", "nothing", "Annual Report", ["Cash"]).context == 1.0
    assert evidence("annual report", "annual report").context == 0.0


def test_a_question_of_stop_words_only_is_still_looked_for():
    assert content_terms("who are you") != []
    assert evidence("who are you", "who are you").coverage == 1.0


@given(question=st.text(max_size=40), text=st.text(max_size=80), title=st.text(max_size=20))
def test_every_share_lies_in_0_to_1(question, text, title):
    found = evidence(question, text, title)
    for share in (found.coverage, found.adjacency, found.context):
        assert 0.0 <= share <= 1.0 + 1e-9


@given(st.integers(0, 200), st.integers(1, 100))
def test_rarer_words_weigh_more_and_none_weighs_less_than_nothing(frequency, passages):
    assert inverse_frequency(frequency, passages) >= 0.0
    assert inverse_frequency(frequency, passages) >= inverse_frequency(frequency + 1, passages)


def test_a_link_leads_on_by_rare_words_that_the_question_did_not_have():
    text = "Jaws was directed by Steven Spielberg. Spielberg filmed it at sea in the year 1974."
    frequencies = {"spielberg": 2, "steven": 5, "sea": 40, "jaw": 3, "year": 90, "film": 1}
    found = link_query(link_words(text), frozenset({"jaw"}), frequencies, 100, count=2)
    assert found == ["spielberg", "steven"]


def strengths(question_terms, *passages):
    return mentions(
        [PassageTerms.of(chunk(text, title)) for title, text in passages],
        [0],
        frozenset(question_terms),
        lambda name: 1.0,
    )


def test_a_passage_is_mentioned_by_its_title_word_for_word():
    found = strengths(
        ["jaw"],
        ("Jaws", "Jaws was directed by Steven Spielberg."),
        ("Steven Spielberg", "An American director."),
        ("Spielberg Steven", "Another."),
        ("Jaws", "The same title again."),
    )
    assert found == [0.0, 1.0, 0.0, 0.0]


def test_a_name_that_the_question_has_leads_nowhere_new():
    assert strengths(
        ["steven", "spielberg"], ("Jaws", "By Steven Spielberg."), ("Steven Spielberg", "x")
    ) == [0, 0]


def test_passages_of_one_title_share_its_weight():
    found = strengths([], ("Jaws", "By Steven Spielberg."), *[("Steven Spielberg", str(i)) for i in range(4)])
    assert found == [0.0, 0.25, 0.25, 0.25, 0.25]
