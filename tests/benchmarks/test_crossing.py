"""Sets in two languages made into one whose questions are in another language than its documents."""

import json
from pathlib import Path

from benchmarks.crossing import CROSSINGS, crossed_set
from rag.evaluation import read_answer_set


def write_set(folder: Path, language: str, question: str, answer: str, text: str) -> None:
    folder.mkdir()
    known = {
        "gold_doc_ids": ["0-0"],
        "lang": language,
        "answerable": True,
        "answer_start": [text.index(answer)],
    }
    lines = [
        {"id": "a", "question": question, "answers": [answer], **known},
        {"id": f"only-{language}", "question": "?", "answers": [answer], **known},
    ]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    corpus = json.dumps({"_id": "0-0", "title": "", "text": text})
    (folder / "corpus.jsonl").write_text(corpus + "\n", "utf-8")


def test_a_question_of_one_language_gets_the_answer_of_the_other(tmp_path: Path) -> None:
    write_set(tmp_path / "xquad_en", "en", "How high is it?", "30 metres", "The tower is 30 metres high.")
    write_set(tmp_path / "xquad_zh", "zh", "它有多高？", "三十米", "灯塔高三十米。")
    assert CROSSINGS["xquad_en_zh"] == ("xquad_en", "xquad_zh")
    made = read_answer_set(crossed_set(tmp_path, "xquad_en_zh", tmp_path / "work"))
    (question,) = made.questions
    assert (question.question, question.answers) == ("How high is it?", ("三十米",))
    assert question.language == "en"
    assert [entry.text for entry in made.entries.values()] == ["灯塔高三十米。"]
    again = crossed_set(tmp_path, "xquad_en_zh", tmp_path / "work")
    assert read_answer_set(again).questions == made.questions
