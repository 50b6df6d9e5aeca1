"""A reason is told in the language of the question, or not at all."""

from __future__ import annotations

import re

import pytest

from rag.answering.doubts import doubt
from rag.answering.reasons import Reasons, reasons_for, reply_language
from rag.answering.run_records import Grounds
from rag.answering.understanding import did_you_mean
from rag.answering.wording import abstention
from rag.reading import EvidenceSelector
from rag.schema import Passage
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

_TEXT = "The old bridge was opened by Clara Weiss and is 120 m long."
_PASSAGES = [Passage("a", "bridge.txt", "The old bridge", 1, 0, len(_TEXT), _TEXT, 1.0)]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Wer ist der Direktor der Firma Zimmermann?", "kommt Direktor, Firma, Zimmermann vor"),
        ("Welche Mannschaft hat Frau Brandt trainiert?", "kommt Mannschaft, Frau, Brandt vor"),
        ("Quel est le loyer de Pierre Durand ?", "ne mentionne Pierre, Durand"),
        ("¿Quién es Carlos Molina?", "menciona Carlos, Molina"),
        ("Chi ha scritto a Giulia Ferri?", "menziona Giulia, Ferri"),
    ],
)
def test_words_that_ask_are_no_names_in_other_languages(question: str, reason: str) -> None:
    selection = EvidenceSelector(None).select(f"{question} bridge", _PASSAGES)
    told = doubt(question, Grounds(selection, 0.1, 0.3), _PASSAGES)
    assert reason in told


@pytest.mark.parametrize(
    "question",
    ["Qual é o nome do diretor da empresa Santos?", "この橋はいつ開通しましたか？", "Кто построил мост?"],
)
def test_no_reason_is_told_in_another_language(question: str) -> None:
    selection = EvidenceSelector(None).select(question, _PASSAGES)
    assert doubt(question, Grounds(selection, 0.1, 0.3), _PASSAGES) == ""
    assert reasons_for(question).naming("did_you_mean", ["Porto"]) == ""
    assert abstention(question) != abstention("Who?")


def test_a_short_line_is_told_from_english_by_its_small_words() -> None:
    assert reply_language("Quel est le loyer de Pierre Durand?") == "fr"
    assert reply_language("Rent of Pierre Durand") == "en"
    assert reply_language("Pierre Durand") == "en"


@pytest.mark.parametrize("language", ["zh", "de", "fr", "es", "it"])
def test_each_language_has_every_reason_with_what_is_filled_in(language: str) -> None:
    english, other = Reasons("en")._texts, Reasons(language)._texts
    assert english.keys() == other.keys()
    for name, text in english.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", other[name])


def test_a_word_that_asks_is_no_slip_of_another(tmp_path) -> None:
    with Store.open(tmp_path / "library") as store:
        add_to_store(store, document("The fuel of the van is diesel.", "van.txt"), HashingEmbedder())
        add_to_store(store, document("Rosa: cuota pagada.", "cuotas.txt"), HashingEmbedder())
        assert did_you_mean("Quel est le prix de la voiture?", store) == ()
        assert did_you_mean("Which fuil does it take?", store) == (("fuil", "fuel"),)
        assert did_you_mean("¿Quién no ha pagado la cuota?", store) == ()
