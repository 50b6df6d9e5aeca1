import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag.errors import ConfigurationError
from rag.models import ReaderSpan, Reading, Window
from rag.reading import EvidenceSelector, Selection, SentenceVectors, quotable_units, read_question
from rag.reading.evidence import Evidence
from rag.reading.evidence_weights import EvidenceWeights, load_evidence_weights
from rag.reading.features import FEATURES
from rag.reading.language_trust import language_trust
from rag.reading.linear import LinearModel
from rag.reading.votes import reader_for
from rag.resources import resource
from rag.schema import Passage
from tests.fakes import HashingEmbedder


def passage(text: str, name: str = "d", title: str = "") -> Passage:
    return Passage(name, f"{name}.txt", title, 1, 0, len(text), text, 1.0)


PROBES = json.loads(resource("data", "calibration", "probes.json").read_text("utf-8"))["en"]


class Trained(HashingEmbedder):
    """Has learned the probes: to it a probe's sentence means what its question means."""

    def _embed(self, texts):
        meanings = {sentence: question for question, sentence in PROBES}
        return super()._embed([meanings.get(text, text) for text in texts])


PASSAGES = [
    passage("The harbour was founded in 1832. Its cranes lift forty tonnes. Gulls nest on the roofs.", "a"),
    passage(
        "Ferries leave every hour. The captain of the first ferry was Ida Holm. Tickets cost 9 euros.", "b"
    ),
]


@pytest.mark.parametrize("embedder", [None, HashingEmbedder(256), Trained(256)])
@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("When was the harbour founded?", "The harbour was founded in 1832."),
        ("Who was the captain of the first ferry?", "The captain of the first ferry was Ida Holm."),
        ("How many euros do tickets cost?", "Tickets cost 9 euros."),
    ],
)
def test_the_sentence_that_answers_is_best(embedder, question: str, quote: str) -> None:
    selection = EvidenceSelector(embedder).select(question, PASSAGES)
    assert selection.ranked[0].unit.text == quote
    assert quote in [evidence.unit.text for evidence in selection.chosen]


def test_at_most_as_many_sentences_as_asked_for() -> None:
    for most in (1, 2, 3):
        selection = EvidenceSelector(None).select("harbour cranes gulls ferries", PASSAGES, None, most)
        assert 1 <= len(selection.chosen) <= most


def test_chosen_sentences_of_a_document_stand_in_its_order() -> None:
    text = "Cats like fish. Dogs bury bones in the garden. Dogs and cats share the garden with hens."
    chosen = EvidenceSelector(None).select("What do dogs and cats do in the garden?", [passage(text)]).chosen
    starts = [evidence.unit.start for evidence in chosen]
    assert starts == sorted(starts)


def test_a_repeated_fact_is_quoted_once() -> None:
    twice = [
        passage("The harbour was founded in 1832.", "a"),
        passage("The harbour was founded in 1832 .", "b"),
    ]
    assert len(EvidenceSelector(None).select("When was the harbour founded?", twice).chosen) == 1


def test_no_passages_no_evidence() -> None:
    selection = EvidenceSelector(None).select("When?", [])
    assert (selection.ranked, selection.chosen, selection.considered) == ((), (), 0)


def test_only_promising_units_are_embedded() -> None:
    embedder = Trained(256)
    long = passage(" ".join(f"Sentence number {i} tells of weather." for i in range(80)) + " Ida Holm sails.")
    language_trust(embedder, "en")
    before = len(embedder.calls)
    selection = EvidenceSelector(embedder, most_candidates=10).select("Does Ida Holm sail?", [long])
    assert selection.considered == 81
    assert embedder.calls[before:][-1] == 10
    assert selection.ranked[0].unit.text == "Ida Holm sails."


class Favouring:
    """A reader that sees every answer in one word."""

    name = fingerprint = "favouring"
    languages = frozenset({"en"})

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        readings = []
        for window in windows:
            pieces = [window.text[start:end] for start, end in window.units]
            start = window.text.index("Gulls")
            span = ReaderSpan(start, start + 5, 0.9, 6.0)
            evidence = tuple(8.0 if "Gulls" in piece else -6.0 for piece in pieces)
            readings.append(Reading(5.0, evidence, 0.0, (span,)))
        return readings


def test_the_reader_is_heard_and_its_spans_are_places_of_the_document() -> None:
    text = "The harbour is old. Gulls nest on the roofs."
    given = [replace(passage(text), start=40, end=40 + len(text))]
    selection = EvidenceSelector(Trained(256), [Favouring()]).select("Who nests there on the roofs?", given)
    assert selection.has_read
    assert selection.ranked[0].unit.text == "Gulls nest on the roofs."
    ((unit, span),) = selection.spans
    assert (unit.text, span.text) == ("Gulls nest on the roofs.", "Gulls")
    assert text[span.start - 40 : span.end - 40] == "Gulls"


class Polyglot(Favouring):
    """A reader of several languages."""

    languages = frozenset({"de", "en", "fr", "zh"})


@pytest.mark.parametrize(
    ("question", "others", "foreign", "reads"),
    [
        ("Who lives there on the roofs of the harbour?", (), False, Favouring),
        ("Wer wohnt dort auf den Dächern des Hafens?", (), False, Polyglot),
        ("Who lives in the 灯塔 by the harbour?", (), False, Polyglot),
        ("Who lives there on the roofs of the harbour?", ("de",), True, Polyglot),
        ("Who lives there on the roofs of the harbour?", (), True, Polyglot),
        ("Who lives there on the roofs of the harbour?", ("sv",), True, None),
        ("Ποιος μένει εκεί στις στέγες του λιμανιού;", (), False, None),
    ],
)
def test_the_first_reader_that_knows_the_languages_reads(
    question: str, others: tuple[str, ...], foreign: bool, reads: type | None
) -> None:
    asked = read_question(question)
    found = reader_for((Favouring(), Polyglot()), asked, others, foreign=foreign)
    assert (type(found) if found else None) is reads


def test_a_question_in_a_language_that_it_does_not_know_is_not_put_to_the_reader() -> None:
    selection = EvidenceSelector(None, [Favouring()]).select(
        "Wer wohnt dort auf den Dächern?", [passage("Gulls.")]
    )
    assert not selection.has_read


def test_the_sentence_that_goes_on_with_a_pronoun_is_judged_with_the_one_before() -> None:
    text = "The lantern tower stands by the gate. It was built by Ada Wren in 1871. Gulls nest on the roofs."
    measured = EvidenceSelector(None).measure("Who built the lantern tower?", [passage(text)])
    near, resolved = (measured.matrix[:, FEATURES.index(f)] for f in ("near_overlap", "resolved_overlap"))
    assert resolved[1] > near[1]
    assert (resolved[0], resolved[2]) == (near[0], near[2])


def test_both_sentences_are_quoted_where_the_second_holds_what_the_first_is_about() -> None:
    text = "Map 23, the parish of Nether Stowell, was missing. It was found under the rear board in 1998."
    chosen = EvidenceSelector(None).select("When was the missing map 23 found?", [passage(text)]).chosen
    assert "It was found under the rear board in 1998." in [evidence.unit.text for evidence in chosen]


def test_a_heading_is_not_quoted_beside_its_text() -> None:
    text = "Umbrellas and coats left behind\n\nUmbrellas left behind hang at the desk. It opens at nine.\n"
    question = "Where do umbrellas and coats left behind hang?"
    chosen = EvidenceSelector(None).select(question, [passage(text)]).chosen
    assert chosen[0].unit.text == "Umbrellas left behind hang at the desk."


def _selection(question: str, text: str) -> Selection:
    units = quotable_units([passage(text)])
    found = tuple(Evidence(unit, 1.0, {}, 0.6) for unit in units)
    return Selection(read_question(question), found, found, 1.0, len(found), expected=3.0)


def test_a_fragment_of_the_questions_own_words_is_told_only_alone() -> None:
    text = "Nadia Rahman\n\nSenior engineer at Morley & Stead, Leeds\n"
    told = _selection("Where does Nadia Rahman work now?", text).told
    assert [evidence.unit.text for evidence in told] == ["Senior engineer at Morley & Stead, Leeds"]
    assert len(_selection("Where does Nadia Rahman work now?", "Nadia Rahman\n").told) == 1
    confirmed = "Dogs are allowed. They are kept on a lead.\n"
    assert len(_selection("Are dogs allowed?", confirmed).told) == 2


def test_likeness_counts_alone_where_the_words_say_nothing() -> None:
    selector = EvidenceSelector(Trained(256))
    strange = selector.measure("Whither gather mewing birds?", PASSAGES).matrix
    known = selector.measure("Gulls nest on the roofs", PASSAGES).matrix
    lone, cosine = FEATURES.index("lone_cosine"), FEATURES.index("cosine")
    assert np.allclose(strange[:, lone], strange[:, cosine])
    assert not known[:, lone].any()


class Confused(HashingEmbedder):
    """Gives every text the same vector, as a model does that knows no character of a script."""

    def _embed(self, texts):
        return np.ones((len(texts), self.dimension), np.float32) / self.dimension**0.5


def test_an_embedder_that_tells_nothing_apart_is_not_trusted() -> None:
    assert language_trust(Confused(), "zh").trust == 0.0
    assert (
        EvidenceSelector(Confused()).select("港口何时建立？", [passage("港口建于1832年。鸟在屋顶。")]).trust
        == 0.0
    )


def test_weights_of_another_version_are_told() -> None:
    tree = load_evidence_weights().to_json()
    assert EvidenceWeights.from_json(tree, "x").to_json() == tree
    with pytest.raises(ConfigurationError, match="version"):
        EvidenceWeights.from_json({**tree, "version": 0}, "x")
    with pytest.raises(ConfigurationError, match="membership"):
        EvidenceWeights.from_json({k: v for k, v in tree.items() if k != "membership"}, "x")
    with pytest.raises(ConfigurationError, match="no_such"):
        LinearModel.from_json({"weights": {"no_such": 1}}, ["a"], "x")


def test_remembered_vectors_are_those_of_the_embedder() -> None:
    embedder = HashingEmbedder()
    vectors = SentenceVectors(embedder, most=2)
    texts = ["one", "two", "one", "three"]
    assert np.array_equal(vectors.of(texts), embedder.embed_passages(texts))
    calls = len(embedder.calls)
    assert np.array_equal(vectors.of(["three"]), embedder.embed_passages(["three"]))
    assert len(embedder.calls) == calls + 1
    assert vectors.of([]).shape == (0, embedder.dimension)
