"""The texts of the Ask page: the question, the conversation, the first minute."""

# ruff: noqa: E501  (a text is one line)
from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CHINESE", "ENGLISH", "AskingTexts"]


@dataclass(frozen=True, kw_only=True)
class AskingTexts:
    """The texts of the Ask page: the question, the conversation, the first minute."""

    # asking
    ask_title: str
    ask_text: str
    ask_text_written: str
    ask_placeholder: str
    try_these: str
    asked_before: str
    scope_all: str
    scope_some: str
    scope_label: str
    scope_placeholder: str
    searching: str
    reading_passages: str
    writing: str
    seconds: str
    stop: str
    stopping: str
    stopped: str
    asking_failed: str
    again: str
    options: str
    options_changed: str
    options_reset: str
    preset: str
    preset_help: str
    preset_own: str
    preset_quotes: str
    preset_written: str
    option_top_k: str
    option_abstain_below: str
    option_calibrated: str
    sampling: str
    sampling_none: str
    option_temperature: str
    option_top_p: str
    option_max_new_tokens: str
    option_candidates: str
    option_seed: str
    # conversations
    new_conversation: str
    conversations: str
    delete_conversation: str
    export: str
    export_markdown: str
    export_json: str
    export_copy: str
    # the first minute
    welcome: str
    welcome_text: str
    stays_here: str
    goes_out: str
    take_samples: str


ENGLISH: Final = AskingTexts(
    # asking
    ask_title="Ask your documents",
    ask_text="Answers come from the {documents} of this library, word for word, and each sentence shows where it stands. What the documents do not hold is not made up.",
    ask_text_written="A model writes the answers from the {documents} of this library; each sentence is checked against them and shows where it stands, and what they do not bear out gives way to quotes.",
    ask_placeholder="Ask a question about your documents",
    try_these="Try one of these",
    asked_before="Asked before",
    scope_all="All documents ({n})",
    scope_some="{documents} chosen",
    scope_label="Ask only these documents",
    scope_placeholder="All documents",
    searching="Searching the documents …",
    reading_passages="Reading {passages} …",
    writing="Writing …",
    seconds="{n} s",
    stop="Stop",
    stopping="Stopping …",
    stopped="(stopped)",
    asking_failed="The question could not be answered.",
    again="Ask again",
    options="How to answer",
    options_changed="How to answer: changed",
    options_reset="Back to the settings of the library",
    preset="Preset",
    preset_help="For this session only; others who use this library are not touched by it.",
    preset_own="As the library is set",
    preset_quotes="Quotes only",
    preset_written="Written by the model, checked against the evidence",
    option_top_k="Passages to read",
    option_abstain_below="Answer from this confidence on",
    option_calibrated="as calibrated",
    sampling="Sampling",
    sampling_none="Answers are quotes here: nothing is sampled. Choose a preset with a model that writes.",
    option_temperature="Temperature (0: always the same)",
    option_top_p="Top-p",
    option_max_new_tokens="Most tokens",
    option_candidates="Drafts to choose from",
    option_seed="Seed",
    # conversations
    new_conversation="New conversation",
    conversations="Conversations",
    delete_conversation="Delete this conversation",
    export="Export",
    export_markdown="Markdown with citations",
    export_json="JSON",
    export_copy="Copy",
    # the first minute
    welcome="Ask your own documents",
    welcome_text="Bring in some documents, then ask. Every sentence of an answer names the page it comes from, and a click shows it there.",
    stays_here="Everything stays on this machine.",
    goes_out="Documents stay on this machine; a question and the passages found for it are sent to {name}.",
    take_samples="Try it with the {n} sample documents",
)

CHINESE: Final = AskingTexts(
    # asking
    ask_title="向文档提问",
    ask_text="答案逐字取自文档库中的 {documents}，每一句都标明出处。文档中没有的内容不会编造。",
    ask_text_written="答案由模型依据本库的{documents} 写成；每一句都与原文核对并标明出处，没有依据的内容改用原文引用。",
    ask_placeholder="就您的文档提一个问题",
    try_these="可以试试这些问题",
    asked_before="曾经问过",
    scope_all="全部 {n} 份文档",
    scope_some="已选 {documents}",
    scope_label="只问这些文档",
    scope_placeholder="全部文档",
    searching="正在检索文档……",
    reading_passages="正在阅读 {passages}……",
    writing="正在撰写……",
    seconds="{n} 秒",
    stop="停止",
    stopping="正在停止……",
    stopped="（已停止）",
    asking_failed="未能回答这个问题。",
    again="重新提问",
    options="回答方式",
    options_changed="回答方式（已更改）",
    options_reset="恢复默认",
    preset="预设",
    preset_help="仅对本次会话有效，不影响其他使用者。",
    preset_own="文档库的设置",
    preset_quotes="只用引文",
    preset_written="由模型撰写，并与证据核对",
    option_top_k="阅读的段落数",
    option_abstain_below="作答所需的最低把握",
    option_calibrated="按校准",
    sampling="采样",
    sampling_none="这里的答案是引文，没有采样。请选择由模型撰写的预设。",
    option_temperature="温度（0：每次相同）",
    option_top_p="核采样 top-p",
    option_max_new_tokens="最多词元数",
    option_candidates="候选草稿数",
    option_seed="随机种子",
    # conversations
    new_conversation="新对话",
    conversations="对话",
    delete_conversation="删除这个对话",
    export="导出",
    export_markdown="带引文的 Markdown",
    export_json="JSON",
    export_copy="复制",
    # the first minute
    welcome="向自己的文档提问",
    welcome_text="先放入一些文档，然后提问。答案的每一句都标明来自哪一页，点击即可查看原处。",
    stays_here="所有内容都留在本机。",
    goes_out="文档留在本机；问题和为它找到的段落会发送到 {name}。",
    take_samples="用 {n} 份示例文档试试",
)
