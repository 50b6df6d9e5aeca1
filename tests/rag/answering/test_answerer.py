import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from rag.answering import Answerer, Finished, PassagesFound, Searching, SentenceReady, TokenWritten
from rag.errors import ModelNotFoundError, UsageError
from rag.models import Reader, load_readers
from rag.prompting import PromptBuilder
from rag.retrieval import HybridRetriever
from rag.schema import Message, Passage, Support, Verdict
from rag.settings import Settings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

TEXT = (
    "Marisol Okafor has been the head librarian of Tidewater since 2021. She follows Per Lindqvist.\n\n"
    "Members may borrow twelve items at a time. Late items cost 15 cents per day.\f"
    "The Anchor Room seats ten people and has a projector."
)
CHINESE = "图书馆于1998年由李明创建。读者每次可以借阅十二本书。逾期罚款为每天五角。"


class ScriptedModel(GenericFakeChatModel):
    """Streams what it was told to say, word by word."""


class BrokenModel(GenericFakeChatModel):
    """Raises in the middle of an answer, as an endpoint that goes away does."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from list(super()._stream(*args, **kwargs))[:1]
        raise ConnectionError("endpoint went away")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library") as store:
        embedder = HashingEmbedder(256, 256)
        add_to_store(store, document(TEXT, "handbook.txt"), embedder)
        add_to_store(store, document(CHINESE, "手册.txt"), embedder)
        yield store


def answerer(store: Store, model: Any = None, readers: Sequence[Reader] = (), **answering: Any) -> Answerer:
    settings = Settings.model_validate(
        {
            "generator": {"writes": model is not None, "api_key": "secret-key"},
            "answering": {"abstain_below": 0.05, **answering},
        }
    )
    embedder = HashingEmbedder(256, 256)
    retriever = HybridRetriever(store, embedder, settings.retrieval)
    builder = PromptBuilder(settings.prompt, lambda text: len(text.split()))
    return Answerer(store, retriever, embedder, settings, model, prompt_builder=builder, readers=readers)


def says(text: str) -> ScriptedModel:
    return ScriptedModel(messages=iter([AIMessage(text)]))


def test_more_is_wanted_of_what_no_reader_has_read(store: Store) -> None:
    asked = ("Who is the head librarian of Tidewater?", "Ποιος διευθύνει τη βιβλιοθήκη;")
    reads = answerer(store, readers=load_readers(Settings()), abstain_below=None)
    told = [reads.answer(question)[1].why["confidence"] for question in asked]
    assert [confidence["features"]["read"] for confidence in told] == [1.0, 0.0]
    assert told[0]["abstain_below"] < told[1]["abstain_below"]


def test_an_answer_quotes_the_document(store: Store) -> None:
    answer, record = answerer(store).answer("Who is the head librarian of Tidewater?")
    assert not answer.abstained
    assert "Marisol Okafor" in answer.text
    for citation in answer.citations:
        assert store.text(citation.document_id, citation.start, citation.end) == citation.quote
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert answer.sentences[0].citations == (1,)
    assert record.run_id == answer.run_id
    assert record.why["evidence"][0]["chosen"]


def test_a_citation_tells_its_page(store: Store) -> None:
    answer, _ = answerer(store, max_sentences=1).answer("How many people does the Anchor Room seat?")
    assert answer.citations[0].page == 2
    assert answer.text == "The Anchor Room seats ten people and has a projector."


def test_chinese_sentences_join_without_spaces(store: Store) -> None:
    answer, _ = answerer(store).answer("图书馆是哪一年创建的？")
    assert "1998年" in answer.text
    assert " " not in answer.text


def test_the_same_question_gets_the_same_answer(store: Store) -> None:
    question = "What do late items cost?"
    first, second = (answerer(store).answer(question)[0] for _ in range(2))
    assert (first.text, first.citations, first.confidence) == (
        second.text,
        second.citations,
        second.confidence,
    )


@pytest.mark.parametrize(
    ("question", "words"), [("Who painted Guernica?", "could not find"), ("谁画了格尔尼卡？", "没有找到")]
)
def test_it_abstains_in_the_language_of_the_question(store: Store, question: str, words: str) -> None:
    answer, record = answerer(store, abstain_below=0.999).answer(question)
    assert answer.abstained
    assert words in answer.text
    assert answer.passages
    assert not answer.sentences
    assert not answer.citations
    assert record.why["abstained_because"] == answer.reason
    assert answer.verdict is Verdict.NOT_FOUND


def test_an_empty_library_abstains(tmp_path: Path) -> None:
    with Store.open(tmp_path / "empty") as store:
        answer, _ = answerer(store, abstain_below=0.0).answer("Who is the librarian?")
    assert answer.abstained
    assert answer.confidence == 0.0


def test_a_question_without_words_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="holds no word"):
        answerer(store).answer(" ?! ")


def test_events_come_in_order(store: Store) -> None:
    events = list(answerer(store).stream("Who is the head librarian of Tidewater?"))
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Searching, PassagesFound]
    assert kinds[-1] is Finished
    assert set(kinds[2:-1]) == {SentenceReady}


def test_a_draft_is_cited_by_code(store: Store) -> None:
    model = says("Late items cost 15 cents per day [7]. Members may borrow twelve items at a time.")
    answer, record = answerer(store, model).answer("What do late items cost?")
    assert [sentence.support for sentence in answer.sentences] == [Support.SUPPORTED] * 2
    assert answer.sentences[0].text == "Late items cost 15 cents per day."
    assert {c.quote for c in answer.citations} == {
        "Late items cost 15 cents per day.",
        "Members may borrow twelve items at a time.",
    }
    assert record.prompt
    assert record.why["draft"].startswith("Late items")


def test_a_wrong_number_is_told(store: Store) -> None:
    model = says("Late items cost 25 cents per day.")
    answer, _ = answerer(store, model, unsupported="mark").answer("What do late items cost?")
    assert answer.sentences[0].support is Support.CONTRADICTED
    assert answer.confidence == 0.0


def test_the_evidence_is_quoted_where_no_written_sentence_is_borne_out(store: Store) -> None:
    model = says("Late items cost 25 cents per day. Penguins breed on distant islands in winter.")
    answer, record = answerer(store, model).answer("What do late items cost?")
    quoted, _ = answerer(store).answer("What do late items cost?")
    assert (answer.text, answer.citations, answer.short_answer, answer.model, answer.confidence) == (
        *(quoted.text, quoted.citations, quoted.short_answer, quoted.model, quoted.confidence),
    )
    assert "quoted, because the evidence does not support" in answer.reason
    assert record.why["draft"].startswith("Late items cost 25 cents")
    assert [told["support"] for told in record.why["alignments"]] == ["contradicted", "unsupported"]
    assert record.prompt


def test_a_draft_that_is_empty_gives_way_to_quotes(store: Store) -> None:
    answer, _ = answerer(store, says(" ")).answer("What do late items cost?")
    assert "15 cents" in answer.text
    assert "wrote nothing" in answer.reason


def test_a_draft_stopped_before_a_sentence_is_borne_out_quotes_nothing(store: Store) -> None:
    stop = threading.Event()
    for event in answerer(store, says("Penguins breed on islands.")).stream(
        "What do late items cost?", stop=stop
    ):
        if isinstance(event, TokenWritten):
            stop.set()
    assert isinstance(event, Finished)
    assert event.answer.abstained


@pytest.mark.parametrize(("policy", "sentences"), [("quote", 1), ("mark", 2), ("drop", 1), ("refuse", 0)])
def test_what_happens_to_an_unsupported_sentence(store: Store, policy: str, sentences: int) -> None:
    model = says("Late items cost 15 cents per day. Penguins breed on distant islands in winter.")
    answer, _ = answerer(store, model, unsupported=policy).answer("What do late items cost?")
    assert len(answer.sentences) == sentences
    assert answer.abstained is (policy == "refuse")


def test_where_a_model_finds_nothing_good_evidence_is_quoted_and_poor_is_not(store: Store) -> None:
    for threshold, abstained in ((0.0, False), (0.999, True)):
        model = says("The passages do not say what the rooms cost.")
        answer, _ = answerer(store, model, abstain_below=threshold).answer("What do late items cost?")
        assert answer.abstained is abstained
        assert abstained or "the model finds no answer" in answer.reason


def test_a_model_that_writes_is_asked_however_little_the_evidence_promises(store: Store) -> None:
    model = says("Late items cost 15 cents per day.")
    answer, _ = answerer(store, model, abstain_below=0.999).answer("What do late items cost?")
    assert not answer.abstained
    assert answer.text == "Late items cost 15 cents per day."
    assert answer.verdict in (Verdict.PIECED, Verdict.NEAR)


def test_quotes_stand_in_for_a_failing_model(store: Store) -> None:
    model = BrokenModel(messages=iter([AIMessage("Late items cost nothing at all.")]))
    answer, record = answerer(store, model).answer("What do late items cost?")
    assert "15 cents" in answer.text
    assert "ConnectionError" in answer.reason
    assert "endpoint went away" in record.why["generator_failed"]
    assert answer.reason.startswith("quoted, because the model that writes failed: ")


class MissingModel(GenericFakeChatModel):
    """Finds its weights gone."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        raise ModelNotFoundError("generator.model: there is no file 'model.gguf' here")


def test_a_failure_that_has_a_message_is_told_without_the_name_of_its_class(store: Store) -> None:
    asked = answerer(store, MissingModel(messages=iter([])))
    answer, _ = asked.answer("What do late items cost?")
    assert "the model that writes failed: generator.model: there is no file" in answer.reason
    assert "Error" not in answer.reason
    silent = answerer(store, MissingModel(messages=iter([])), abstain_below=0.999)
    refused, _ = silent.answer("What do late items cost?")
    assert refused.abstained
    assert "the model that writes failed" in refused.reason


def test_stop_ends_generation_and_keeps_what_was_written(store: Store) -> None:
    model = says("Late items cost 15 cents per day. Members may borrow twelve items at a time.")
    stop = threading.Event()
    written = ""
    for event in answerer(store, model).stream("What do late items cost?", stop=stop):
        if isinstance(event, TokenWritten):
            written += event.text
            if written.endswith("day."):
                stop.set()
    assert isinstance(event, Finished)
    assert event.answer.text == "Late items cost 15 cents per day."


def test_no_secret_reaches_a_record(store: Store) -> None:
    _, record = answerer(store, says("Late items cost 15 cents per day.")).answer("What do late items cost?")
    assert "secret-key" not in repr(record)
    assert "api_key" not in record.settings["generator"]


def test_history_reaches_the_prompt(store: Store) -> None:
    history = [Message("user", "Who lends?"), Message("assistant", "The library of Tidewater.")]
    model = says("Late items cost 15 cents per day.")
    _, record = answerer(store, model).answer("What do late items cost?", history=history)
    assert any("The library of Tidewater." in message.content for message in record.prompt)


def test_given_passages_need_no_document_in_the_store(store: Store) -> None:
    text = "The lighthouse was lit first in 1851. It is 31 metres tall."
    passage = Passage("x", "lighthouse.txt", "Lighthouse", 4, 100, 100 + len(text), text, 1.0)
    answer, _ = answerer(store, max_sentences=1).answer_from("How tall is the lighthouse?", [passage])
    assert answer.citations[0].quote == "It is 31 metres tall."
    assert (answer.citations[0].page, answer.citations[0].start) == (4, 138)


def test_a_follow_up_question_is_searched_and_answered_as_understood(store: Store) -> None:
    history = [Message("user", "What do late items cost?"), Message("assistant", "15 cents per day.")]
    answer, record = answerer(store).answer("And the Anchor Room?", history=history)
    assert answer.question == "And the Anchor Room?"
    assert answer.understood.startswith("What")
    assert "the Anchor Room" in answer.understood
    assert "Anchor Room" in answer.understood
    assert any("Anchor Room" in passage.text for passage in answer.passages)
    assert record.answer["understood"] == answer.understood


def test_a_standalone_question_is_understood_as_it_is(store: Store) -> None:
    history = [Message("user", "Who is the head librarian?"), Message("assistant", "Marisol Okafor.")]
    answer, _ = answerer(store).answer("What do late items cost?", history=history)
    assert answer.understood == ""


@pytest.mark.parametrize(("field", "refused"), [("", True), (" none", False)])
def test_an_empty_field_of_a_form_is_no_answer(tmp_path: Path, field: str, refused: bool) -> None:
    form = f"Riding club\n\nAllergies{':' if field else ''}{field}\n"
    with Store.open(tmp_path / "library") as store:
        add_to_store(store, document(form, "form.txt"), HashingEmbedder(256, 256))
        answer, _ = answerer(store).answer("What allergies are there?")
    assert answer.abstained is refused


def test_each_part_of_a_question_gets_its_own_answer_in_its_order(store: Store) -> None:
    asked = "How many people does the Anchor Room seat, and who is the head librarian of Tidewater?"
    answer, _ = answerer(store).answer(asked)
    told = [sentence.text for sentence in answer.sentences]
    assert len(told) == 2
    assert "seats ten people" in told[0]
    assert "Marisol Okafor" in told[1]
