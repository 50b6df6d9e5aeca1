"""Signatures estimate how much two texts have in common."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.minhash import resemblance, signature, signature_bands
from tests.searching import examples


def words(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [f"w{chance.randrange(5_000)}" for _ in range(count)]


def exact(first: list[str], second: list[str]) -> float:
    sets = [{tuple(text[i : i + 5]) for i in range(len(text) - 4)} for text in (first, second)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


@pytest.mark.parametrize("changed", [0.0, 0.005, 0.02, 0.05, 1.0])
def test_it_estimates_the_share_of_word_sequences(changed):
    chance = random.Random(7)
    errors = []
    for seed in range(8):
        text = words(2_000, seed)
        other = [f"x{chance.random()}" if chance.random() < changed else word for word in text]
        estimate = resemblance(signature(" ".join(text)), signature(" ".join(other)))
        errors.append(estimate - exact(text, other))
    assert abs(np.mean(errors)) < 0.045  # three standard errors of a mean of eight
    assert max(map(abs, errors)) < 0.18


@settings(max_examples=examples(50))
@given(st.text())
def test_any_text_is_wholly_like_itself_whatever_its_case_and_white_space(text):
    found = signature(text)
    assert len(found) in (0, 126)
    assert resemblance(found, signature(text)) == float(len(found) > 0)
    spaced = "  \n".join(text.split(" "))
    assert np.array_equal(signature(spaced), signature(text))


def test_texts_that_are_alike_share_a_band_and_others_do_not():
    near = far = 0
    for seed in range(20):
        text = words(1_500, seed)
        like = [*text[:1_400], *words(100, seed + 100)]
        bands = set(signature_bands(signature(" ".join(text))))
        near += bool(bands & set(signature_bands(signature(" ".join(like)))))
        far += bool(bands & set(signature_bands(signature(" ".join(words(1_500, seed + 200))))))
    assert (near, far) == (20, 0)


def test_chinese_is_compared_by_characters():
    text = "第一章规定本公司的名称和住所以及经营范围。" * 3 + "董事会由九名董事组成。"
    assert resemblance(signature(text), signature(text.replace("九", "七"))) > 0.6


def test_texts_without_words_are_like_nothing():
    empty = signature(" … — ")
    assert resemblance(empty, empty) == 0.0
    assert signature_bands(empty) == []
