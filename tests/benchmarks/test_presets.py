"""What presets make of answers: asked once, kept, scored, and shown a way a row."""

import json
import math
import sys

from langchain_core.language_models import FakeListChatModel

import benchmarks.presets as benchmark
from rag.evaluation import AnswerQuestion
from rag.schema import Answer, AnswerSentence, Support

PLACES = ("mill", "bridge", "chapel", "school")


def folder(parent):
    made = parent / "xquad_en"
    made.mkdir(parents=True)
    corpus, questions = [], []
    for number, place in enumerate(PLACES):
        text = (
            f"The {place} of Harrow was built in {1800 + 7 * number}. Geese grazed by the {place} all summer."
        )
        corpus.append({"_id": place, "title": "", "text": text})
        question = {"id": place, "question": f"When was the {place} of Harrow built?"}
        questions.append({**question, "answers": [str(1800 + 7 * number)], "gold_doc_ids": [place]})
    for file, rows in {"corpus.jsonl": corpus, "questions.jsonl": questions}.items():
        (made / file).write_text("\n".join(map(json.dumps, rows)))
    (made / "lite_ids.json").write_text(json.dumps(PLACES[:3]))
    return parent


def test_a_way_becomes_a_row(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "ROOT", tmp_path)
    (tmp_path / "benchmarks").mkdir()
    data, work = folder(tmp_path / "data"), tmp_path / "work"
    flags = ["--data", str(data), "--work", str(work), "--sets", "xquad_en", "--only", "quotes (default)"]
    monkeypatch.setattr(sys, "argv", ["presets", *flags])
    benchmark.main()
    assert capsys.readouterr().out.count("quotes (default)") == 3
    result = json.loads((tmp_path / "benchmarks" / "results" / "presets.json").read_text())
    (row,) = result["rows"]
    assert row[:3] == ["xquad_en", "quotes (default)", "3"]
    assert row[3].startswith("1.00")
    assert len(row) == len(result["columns"])
    (kept,) = work.glob("told-*.jsonl")
    assert len(kept.read_text().splitlines()) == 3


def test_a_draft_is_written_once(tmp_path):
    path = tmp_path / "drafts.jsonl"
    first = benchmark.RememberedDrafts(FakeListChatModel(responses=["one", "two"]), path, math.inf)
    assert [first.invoke(asked).content for asked in ("a?", "b?", "a?")] == ["one", "two", "one"]
    again = benchmark.RememberedDrafts(FakeListChatModel(responses=["other"]), path, -math.inf)
    assert again.invoke("b?").content == "two"
    assert not again.late
    assert again.spared == json.loads(path.read_text().splitlines()[1])[2]


def test_past_its_time_nothing_new_is_written(tmp_path):
    path = tmp_path / "drafts.jsonl"
    model = benchmark.RememberedDrafts(FakeListChatModel(responses=["one"]), path, -math.inf)
    assert model.invoke("a?").content == ""
    assert model.late
    assert not path.exists()


def question(**values):
    given = {"question_id": "1", "question": "When?", "answers": ("1884",), "language": "en"}
    return AnswerQuestion(**{**given, "answerable": True, **values})


def answer(text, *supports, **values):
    sentences = tuple(AnswerSentence(text, (), support) for support in supports)
    return Answer("When?", text, sentences, (), **{"abstained": False, "confidence": 0.9, **values})


def test_a_written_answer_is_scored_as_told():
    told = benchmark.scored(
        question(), answer("It opened in 1884.", Support.SUPPORTED, Support.UNSUPPORTED), seconds=2.0
    )
    assert (told.contained, told.supported, told.words) == (1.0, 0.5, 4)
    assert 0 < told.f1 == told.short_f1 < 1


def test_silence_scores_nothing_and_has_no_sentences_to_support():
    told = benchmark.scored(question(), answer("I cannot say.", abstained=True), seconds=2.0)
    assert (told.contained, told.f1, told.supported, told.text) == (0.0, 0.0, None, "")


def test_rows_tell_refusals_of_what_has_an_answer_from_those_of_what_has_none():
    silent = benchmark.scored(question(), answer("", abstained=True), seconds=1.0)
    spoke = benchmark.scored(question(answerable=False), answer("In 1884.", Support.SUPPORTED), seconds=3.0)
    row = dict(zip(benchmark.COLUMNS, benchmark.row("s", "w", [silent, spoke]), strict=True))
    assert row["answerable refused"].startswith("1.00")
    assert row["unanswerable refused"].startswith("0.00") or row["unanswerable refused"].startswith(".00")
    assert row["CPU s"] == "2.0"
