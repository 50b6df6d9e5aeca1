from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.models.lookup_decoding import LookupDecoding
from rag.models.prefix_cache import PrefixCache, common_prefix
from tests.searching import examples

TOKENS = st.lists(st.integers(5, 25), min_size=1, max_size=24)


@pytest.fixture(scope="module")
def loaded(tiny_chat_model: Path) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(tiny_chat_model).eval()


def generate(model: Any, tokens: list[int], decoding: LookupDecoding | None = None, **options: Any) -> Any:
    import torch

    torch.manual_seed(0)
    ids = torch.tensor([tokens])
    options = {"max_new_tokens": 24, "do_sample": False, "pad_token_id": 1, **options}
    if decoding is not None:
        options["custom_generate"] = decoding
    return model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), **options)[0].tolist()


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prompts=st.lists(TOKENS, min_size=1, max_size=4), penalty=st.sampled_from([1.0, 1.4]))
def test_drafts_and_kept_prefixes_change_no_token(
    loaded: Any, prompts: list[list[int]], penalty: float
) -> None:
    prefix = PrefixCache()
    beginning: list[int] = []
    for prompt in prompts:
        tokens = beginning + prompt
        plain = generate(loaded, tokens, repetition_penalty=penalty)
        assert generate(loaded, tokens, LookupDecoding(prefix, 5), repetition_penalty=penalty) == plain
        beginning = plain[: len(plain) // 2]


def test_sampling_draws_the_same_with_and_without_drafts(loaded: Any) -> None:
    options = {"do_sample": True, "temperature": 0.4, "top_k": 0}
    plain = generate(loaded, [5, 6, 7, 5, 6], LookupDecoding(PrefixCache(), 0), **options)
    drafted = LookupDecoding(PrefixCache(), 4)
    assert generate(loaded, [5, 6, 7, 5, 6], drafted, **options) == plain


def test_a_text_that_repeats_its_prompt_takes_fewer_passes(loaded: Any) -> None:
    tokens = [5, 6, 7, 8] * 4
    continuation = generate(loaded, tokens)[len(tokens) :]
    decoding = LookupDecoding(PrefixCache(), 8)
    repeated = [*tokens, *continuation, *tokens]
    text = generate(loaded, repeated, decoding)
    assert text == generate(loaded, repeated)
    plain = LookupDecoding(PrefixCache(), 0)
    generate(loaded, repeated, plain)
    assert plain.passes == len(text) - len(repeated)
    assert decoding.passes < plain.passes


def test_a_kept_prefix_is_not_read_again(loaded: Any) -> None:
    lengths: list[int] = []
    inner = loaded.forward

    def counted(*args: Any, **kwargs: Any) -> Any:
        lengths.append(kwargs["input_ids"].shape[1])
        return inner(*args, **kwargs)

    prefix = PrefixCache()
    generate(loaded, [5, 6, 7, 8, 9, 10], LookupDecoding(prefix, 0), max_new_tokens=2)
    counted.__signature__ = __import__("inspect").signature(inner)  # type: ignore[attr-defined]
    loaded.forward = counted
    try:
        generate(loaded, [5, 6, 7, 8, 11, 12], LookupDecoding(prefix, 0), max_new_tokens=2)
    finally:
        loaded.forward = inner
    assert lengths == [2, 1]


def test_the_drafts_never_pass_the_most_tokens(loaded: Any) -> None:
    for most in range(1, 9):
        tokens = [5, 6, 7] * 6
        assert len(generate(loaded, tokens, LookupDecoding(PrefixCache(), 10), max_new_tokens=most)) <= (
            len(tokens) + most
        )


@given(a=TOKENS, b=TOKENS)
def test_a_common_prefix_is_the_longest(a: list[int], b: list[int]) -> None:
    shared = common_prefix(a, b)
    assert a[:shared] == b[:shared]
    assert shared in (len(a), len(b)) or a[shared] != b[shared]


def test_a_prompt_that_is_being_read_can_be_stopped(loaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.models import lookup_decoding, prefix_cache

    monkeypatch.setattr(lookup_decoding, "STRIDE", 4)
    monkeypatch.setattr(prefix_cache, "STRIDE", 4)
    looks: list[int] = []

    def stopped() -> bool:
        looks.append(1)
        return len(looks) > 2

    tokens = list(range(5, 25))
    decoding = LookupDecoding(PrefixCache(), 0, is_stopped=stopped)
    assert generate(loaded, tokens, decoding) == tokens
    assert decoding.passes == 0
    kept = decoding.prefix.take(tokens)  # what was read until then serves the next prompt
    assert kept is not None
    assert kept.get_seq_length() == 8


def test_a_prompt_may_end_with_the_token_that_ends_answers(loaded: Any) -> None:
    tokens = [5, 6, 7, 8, 1]
    text = generate(loaded, tokens, LookupDecoding(PrefixCache(), 5))
    assert text == generate(loaded, tokens)
    assert len(text) > len(tokens)
