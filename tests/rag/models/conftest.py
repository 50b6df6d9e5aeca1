"""Tiny random models, made here: real architectures and tokenizers, a few kilobytes of weights."""

from __future__ import annotations

from pathlib import Path

import pytest

CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|> {{ message['content'] }} <|end|> {% endfor %}"
    "{% if add_generation_prompt %}<|assistant|> {% endif %}"
)
TEXT = "the a cat dog sat ran on mat when did who open museum opens at nine in morning fox story . , ?"
WORDS = TEXT.split()


def save_tokenizer(
    folder: Path, specials: list[str], template: str | None = None, **special_tokens: str
) -> int:
    """A word-level tokenizer over WORDS; returns the size of its vocabulary."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate([*specials, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=specials[0]))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(specials)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **special_tokens)
    fast.chat_template = template
    fast.save_pretrained(folder)
    return len(vocabulary)


@pytest.fixture(scope="session")
def tiny_chat_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random Llama of 2 layers that knows WORDS."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("tiny-chat") / "tiny-chat"
    specials = ["[UNK]", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    ends = {"eos_token": "<|end|>", "pad_token": "<|end|>"}
    size = save_tokenizer(folder, specials, CHAT_TEMPLATE, unk_token="[UNK]", **ends)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        initializer_range=0.5,
        eos_token_id=1,
        bos_token_id=None,
        pad_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random BERT sequence classifier with one label."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("tiny-cross") / "tiny-cross"
    specials = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
    size = save_tokenizer(
        folder, specials, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]"
    )
    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        initializer_range=0.5,
        num_labels=1,
        pad_token_id=3,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random XLM-RoBERTa."""
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaModel

    folder = tmp_path_factory.mktemp("tiny-roberta") / "tiny-roberta"
    specials = ["[UNK]", "<pad>", "<s>", "</s>"]
    size = save_tokenizer(
        folder, specials, unk_token="[UNK]", pad_token="<pad>", cls_token="<s>", sep_token="</s>"
    )
    torch.manual_seed(5)
    config = XLMRobertaConfig(
        vocab_size=size,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=130,
        initializer_range=0.5,
        pad_token_id=1,
    )
    XLMRobertaModel(config).save_pretrained(folder)
    return folder
