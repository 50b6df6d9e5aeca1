"""Turns of a conversation as the tokens that a model's chat template makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.errors import ModelError
from rag.models.causal import Loaded

__all__ = ["chat_prompt"]


def chat_prompt(loaded: Loaded, turns: list[dict[str, str]], name: str) -> Any:
    """Token ids and attention mask, each of shape (1, length), by the model's chat template.

    Raises:
        ModelError: the model has no template, or it refuses the messages; `name` is the model's.
    """
    from jinja2 import TemplateError

    if not loaded.tokenizer.chat_template:
        raise ModelError(f"{name} has no chat template: choose an instruct model (setting generator.model)")
    for attempt in (turns, _without_system(turns)):
        try:
            prompt = loaded.tokenizer.apply_chat_template(
                attempt,
                add_generation_prompt=True,
                return_tensors="pt",
                return_dict=True,
                enable_thinking=False,  # Qwen3's switch; other templates pass over it
            )
            return prompt.to(loaded.model.device)
        except TemplateError as error:
            reason = error
    raise ModelError(f"the chat template of {name} refuses these messages: {reason}")


def _without_system(turns: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """For templates without a system role (Gemma): its text goes before the first user turn."""
    system = "\n\n".join(turn["content"] for turn in turns if turn["role"] == "system")
    others = [turn for turn in turns if turn["role"] != "system"]
    if not system or not others:
        return others
    first = {**others[0], "content": f"{system}\n\n{others[0]['content']}"}
    return [first, *others[1:]]
