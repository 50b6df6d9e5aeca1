"""The texts of the Why page."""

# ruff: noqa: E501  (a text is one line)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["CHINESE", "ENGLISH", "WhyTexts"]


@dataclass(frozen=True, kw_only=True)
class WhyTexts:
    """The texts of the Why page."""

    why_title: str
    why_text: str
    no_runs: str
    choose_run: str
    outcome: str
    model: str
    no_model: str
    took: str
    library_version: str
    tab_evidence: str
    tab_passages: str
    tab_timings: str
    tab_prompt: str
    tab_settings: str
    passages_help: str
    cited_page: str
    cut: str
    why_details: str
    evidence_help: str
    no_evidence: str
    taken: str
    leg_told: str
    confidence_told: str
    no_timings: str
    no_prompt: str
    examples: str
    download_run: str
    tab_examples: str
    tab_map: str
    tab_replay: str
    no_examples: str
    examples_chosen: str
    order_last: str
    order_first: str
    similarity: str
    tokens_told: str
    map_help: str
    map_small: str
    map_drawing: str
    map_document: str
    map_question: str
    map_hit: str
    map_cited: str
    map_show: str
    replay_help: str
    replay: str
    replay_legs: str
    replay_fusion: str
    replay_before: str
    replay_now: str
    legs: Mapping[str, str]
    fusions: Mapping[str, str]
    stages: Mapping[str, str]


ENGLISH: Final = WhyTexts(
    why_title="Why this answer",
    why_text="Everything that made an answer: what was found, how near it was, what a model was told, and how long it took.",
    no_runs="No question has been asked yet.",
    choose_run="Question",
    outcome="Outcome",
    model="Model",
    no_model="none: quotes only",
    took="Time",
    library_version="Library version",
    tab_evidence="Evidence",
    tab_passages="Passages",
    tab_timings="Times",
    tab_prompt="Prompt",
    tab_settings="Settings",
    passages_help="Best first. “dense” is the nearness in meaning (cosine), “lexical” the match of words (BM25).",
    cited_page="cited",
    cut="Left out of the prompt, because it was full ({n})",
    why_details="The whole record of the decision",
    evidence_help="{n} sentences of the passages were weighed; the best, with what speaks for those taken:",
    no_evidence="No sentence was weighed.",
    taken="taken",
    leg_told="by {leg}: {n} hits, weight {weight}",
    confidence_told="confidence {value} %, answers from {limit} %",
    no_timings="No times were kept.",
    no_prompt="No model wrote this answer: its sentences are quotes, copied from the documents by code.",
    examples="Worked examples in the prompt ({n})",
    download_run="Run record (JSON)",
    tab_examples="Examples",
    tab_map="Map",
    tab_replay="Replay",
    no_examples="No worked example went into this answer: it was quoted, not written.",
    examples_chosen="Chosen by “{selector}”, most similar {order} in the prompt.",
    order_last="last",
    order_first="first",
    similarity="similarity {value}",
    tokens_told="about {n} tokens in the prompt",
    map_help="Every dot is a piece of a document; near in the picture is near in meaning (PCA, then t-SNE, of {shown} of {n} chunks). The question stands among the pieces that are nearest to it.",
    map_small="There is too little in the library for a map.",
    map_drawing="Drawing the map …",
    map_document="Document",
    map_question="Question",
    map_hit="Passage read",
    map_cited="Cited",
    map_show="Draw the map",
    replay_help="The same question with other settings; nothing is kept of it.",
    replay="Ask with these settings",
    replay_legs="Search by",
    replay_fusion="Fusion",
    replay_before="As it was answered",
    replay_now="With these settings",
    legs={"dense": "meaning", "lexical": "words"},
    fusions={"adaptive": "adaptive", "reciprocal_rank": "reciprocal ranks"},
    stages={
        "retrieve": "Search",
        "evidence": "Weigh the sentences",
        "prompt": "Lay out the prompt",
        "generate": "Write",
        "attribute": "Check each sentence",
    },
)

CHINESE: Final = WhyTexts(
    why_title="答案的依据",
    why_text="构成答案的一切：检索到什么、有多接近、模型看到什么、用时多久。",
    no_runs="还没有提过问题。",
    choose_run="问题",
    outcome="结果",
    model="模型",
    no_model="无：只用引文",
    took="用时",
    library_version="文档库版本",
    tab_evidence="证据",
    tab_passages="段落",
    tab_timings="用时",
    tab_prompt="提示词",
    tab_settings="设置",
    passages_help="按优先次序排列。“dense”为语义相近度（余弦），“lexical”为词语匹配（BM25）。",
    cited_page="已引用",
    cut="有 {n} 项未能放入提示词",
    why_details="决定的完整记录",
    evidence_help="共衡量了段落中的 {n} 个句子，以下为得分最高者及采用的理由：",
    no_evidence="没有衡量任何句子。",
    taken="已采用",
    leg_told="{leg}：{n} 条命中，权重 {weight}",
    confidence_told="把握 {value} %，{limit} % 以上才作答",
    no_timings="没有记录用时。",
    no_prompt="这个答案不是由模型撰写：句子均由程序从文档中逐字复制。",
    examples="提示词中有 {n} 个示例",
    download_run="运行记录（JSON）",
    tab_examples="示例",
    tab_map="地图",
    tab_replay="重放",
    no_examples="这个答案没有使用示例：它是引文，不是撰写的。",
    examples_chosen="由“{selector}”选择，最相似的排在提示词的{order}。",
    order_last="末尾",
    order_first="开头",
    similarity="相似度 {value}",
    tokens_told="提示词约 {n} 个词元",
    map_help="每个点是文档的一块，图中相近即语义相近（对 {n} 块中的 {shown} 块先后作 PCA 和 t-SNE）。问题位于与它最接近的块之间。",
    map_small="文档库内容太少，无法绘制地图。",
    map_drawing="正在绘制地图……",
    map_document="文档",
    map_question="问题",
    map_hit="已读段落",
    map_cited="已引用",
    map_show="绘制地图",
    replay_help="用其他设置再问同一个问题，不会保存结果。",
    replay="用这些设置提问",
    replay_legs="检索方式",
    replay_fusion="融合方式",
    replay_before="当时的答案",
    replay_now="用这些设置",
    legs={"dense": "语义", "lexical": "词语"},
    fusions={"adaptive": "自适应", "reciprocal_rank": "倒数排名"},
    stages={
        "retrieve": "检索",
        "evidence": "衡量句子",
        "prompt": "组织提示词",
        "generate": "撰写",
        "attribute": "逐句核对",
    },
)
