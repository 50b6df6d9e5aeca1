"""The product's regular expressions are linear; their checker finds what it is for, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.attacks import attacks
from benchmarks.attacks.backtracking import growth
from benchmarks.attacks.matching import Steps


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(?:a|a)*b",
        r"(?:word|words?|wo)+!",
        r"(?:\s*;)*\s*:",
        r"\s+$",
        r"x.*y.*z",
        r"(?:<!--.*?-->\s*)*<html",
        r"(?i)(?:cost|costs)(?: or)* (?:or )*end",
        r"(\w+),\1!",
    ],
)
def test_patterns_that_are_not_linear_are_found(pattern: str) -> None:
    assert growth(re.compile(pattern))[0] > 2.6


@pytest.mark.parametrize(
    "pattern", [r"a+b?", r"\s\S", r"(?:a|b)c", r"(?<!\s)\s++$", r"(?>\w+)!?", r"one|two|three|[0-9]{1,8}x"]
)
def test_linear_patterns_are_not(pattern: str) -> None:
    assert growth(re.compile(pattern))[0] < 2.2


def test_steps_of_a_text_do_not_depend_on_those_before() -> None:
    steps = Steps(re.compile(r"(a)?(?:b|c|de)(?(1)x|y)\Z"))
    texts = ["", "abx", "cy", "dey", "de" * 9, "a" * 9]
    counted = [steps(text) for text in texts]
    assert [steps(text) for text in texts] == counted
    assert [Steps(re.compile(r"(a)?(?:b|c|de)(?(1)x|y)\Z"))(text) for text in texts] == counted


def test_steps_end() -> None:
    assert Steps(re.compile(r"(a|a)*b"))("a" * 40) == 400_000


def test_the_patterns_of_the_product_are_linear(tmp_path: Path) -> None:
    trials = list(attacks()["patterns.pumped"].run(tmp_path, 1))
    assert len(trials) > 300
    assert [trial for trial in trials if trial.failure] == []
