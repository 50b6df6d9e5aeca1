"""Text measures against the published scripts: SQuAD's, MLQA's and the package rouge-score."""

import re
import string
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from rag.evaluation.text_metrics import (
    answer_tokens,
    best_over_answers,
    contains,
    exact_match,
    f1,
    normalised,
    rouge_l,
)


def squad_normalize(text):
    """`normalize_answer` of SQuAD's evaluate-v2.0.py, as published."""
    lowered = "".join(ch for ch in text.lower() if ch not in set(string.punctuation))
    return " ".join(re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", lowered).split())


def squad_f1(gold, predicted):
    """`compute_f1` of the same script."""
    gold_toks, pred_toks = squad_normalize(gold).split(), squad_normalize(predicted).split()
    same = sum((Counter(gold_toks) & Counter(pred_toks)).values())
    if len(gold_toks) == 0 or len(pred_toks) == 0:
        return int(gold_toks == pred_toks)
    if same == 0:
        return 0
    precision, recall = 1.0 * same / len(pred_toks), 1.0 * same / len(gold_toks)
    return (2 * precision * recall) / (precision + recall)


def mlqa_tokens(text):
    """`mixed_segmentation` of MLQA's script for Chinese after its `normalize_answer`."""
    punctuation = {chr(i) for i in range(0x10000) if unicodedata.category(chr(i)).startswith("P")}
    punctuation |= set(string.punctuation)
    kept = "".join(ch for ch in text.lower() if ch not in punctuation)
    found, buffer = [], ""
    for char in kept:
        if re.search("[\u4e00-\u9fa5]", char):
            found += buffer.split()
            buffer = ""
            found.append(char)
        else:
            buffer += char
    return found + buffer.split()


ENGLISH = st.text("abc the an a.,-'$%0123456789 \tEI", max_size=60)
CHINESE = st.text("中国人民银行是1998年成立的，。（）NBA the", min_size=1, max_size=40).filter(
    lambda text: re.search("[\u4e00-\u9fa5]", text)
)


@given(ENGLISH, ENGLISH)
def test_english_follows_squads_script(predicted, gold):
    assert normalised(predicted) == squad_normalize(predicted)
    assert f1(predicted, gold) == pytest.approx(squad_f1(gold, predicted))
    assert exact_match(predicted, gold) == float(squad_normalize(predicted) == squad_normalize(gold))


@given(CHINESE, CHINESE)
def test_chinese_follows_mlqas_segmentation(predicted, gold):
    ours, theirs = mlqa_tokens(predicted), mlqa_tokens(gold)
    assert answer_tokens(predicted) == ours
    same = (Counter(ours) & Counter(theirs)).total()
    assert f1(predicted, gold) == pytest.approx(2 * same / (len(ours) + len(theirs)))


@given(ENGLISH, ENGLISH)
def test_rouge_l_is_that_of_the_package(predicted, gold):
    expected = RougeScorer(["rougeL"], use_stemmer=False).score(gold, predicted)["rougeL"].fmeasure
    assert rouge_l(predicted, gold) == pytest.approx(expected)


def test_rouge_l_of_chinese_counts_characters():
    assert rouge_l("他生于北京", "生于南京") == pytest.approx(2 * 3 / 9)


@pytest.mark.parametrize(
    ("text", "gold", "held"),
    [
        ("The mill was built in 1884.", "1884", 1.0),
        ("It cost $186,400 in all.", "$186,400", 1.0),
        ("The Panthers gave up 3080 points.", "308", 0.0),
        ("He lives in Portland.", "port", 0.0),
        ("in the 2018-19 season", "2018", 1.0),
        ("一共136次擒杀。", "136 次", 1.0),
        ("Held in Tampa Florida", "Tampa, Florida", 1.0),
        ("anything", "", 0.0),
        ("anything", "…", 0.0),
    ],
)
def test_an_answer_is_contained_by_whole_words(text, gold, held):
    assert contains(text, gold) == held


def test_the_best_of_all_right_answers_counts():
    assert best_over_answers(f1, "Billy Flynn", ["Casey Deidrick", "Flynn"]) == pytest.approx(2 / 3)
    assert best_over_answers(f1, "Billy Flynn", []) == 0.0
