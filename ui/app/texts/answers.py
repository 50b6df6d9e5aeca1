"""The texts of an answer and the evidence beside it."""

# ruff: noqa: E501  (a text is one line)
from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CHINESE", "ENGLISH", "AnswerTexts"]


@dataclass(frozen=True, kw_only=True)
class AnswerTexts:
    """The texts of an answer and the evidence beside it."""

    # answers
    confidence: str
    confidence_high: str
    confidence_medium: str
    confidence_low: str
    confidence_help: str
    verdict_stated: str
    verdict_pieced: str
    verdict_near: str
    coverage: str
    partial: str
    contradicted: str
    unsupported: str
    unsupported_some: str
    unsupported_help: str
    citation_place: str
    abstained: str
    abstained_reason: str
    nearest: str
    why: str
    why_help: str
    copy: str
    wanted: str
    wanted_label: str
    wanted_help: str
    understood: str
    conflict: str
    # evidence
    page: str
    slide: str
    row: str
    close: str
    previous_citation: str
    next_citation: str
    page_picture: str
    around: str
    original: str
    original_help: str
    in_library: str
    original_not_kept: str
    document_gone: str
    open_place: str
    open_original: str
    open_original_help: str


ENGLISH: Final = AnswerTexts(
    # answers
    confidence="{word} confidence · {percent} %",
    confidence_high="High",
    confidence_medium="Medium",
    confidence_low="Low",
    verdict_stated="Stated word for word",
    verdict_pieced="Pieced together",
    verdict_near="Near, but perhaps no answer",
    coverage="Read {read} of {of} parts, documents: {documents}",
    confidence_help="Of the answers that get this figure, about {percent} in 100 should be right. Open the numbers and check those that matter.",
    partial="partly supported",
    contradicted="the source says otherwise",
    unsupported="no support found",
    unsupported_some="Check the marked sentences",
    unsupported_help="Marked sentences are not, or not fully, borne out by the quoted evidence.",
    citation_place="{name}, {place}",
    abstained="I could not find it in these documents.",
    abstained_reason="No passage answers the question well enough.",
    nearest="Nearest passages ({n})",
    why="Why",
    why_help="See the passages, the prompt and the times behind this answer",
    copy="Copy",
    wanted="What would be right?",
    wanted_label="The right answer",
    wanted_help="Kept in the library with the question, as a worked example and a question to test with.",
    understood="Understood as:",
    conflict="The documents disagree:",
    # evidence
    page="page {n}",
    slide="slide {n}",
    row="row {n}",
    close="Close",
    previous_citation="Previous citation",
    next_citation="Next citation",
    page_picture="Page {n} with the quote marked: {quote}",
    around="The text around",
    original="Original file",
    original_help="Download the file as it was ingested: {source}",
    in_library="All its pages",
    original_not_kept="The original file is not kept in the library.",
    document_gone="This document is no longer in the library.",
    open_place="Show in the document",
    open_original="Open at this page",
    open_original_help="The original file in the browser, at page {n}",
)

CHINESE: Final = AnswerTexts(
    # answers
    confidence="{word} · {percent} %",
    confidence_high="把握大",
    confidence_medium="把握中等",
    confidence_low="把握小",
    verdict_stated="原文如此",
    verdict_pieced="综合多处",
    verdict_near="相近，但可能不是答案",
    coverage="已读{of}处中的{read}处，文档：{documents}",
    confidence_help="得到这一数值的答案中，大约每 100 个有 {percent} 个正确。重要的内容请点开编号核对。",
    partial="部分有据",
    contradicted="与原文不符",
    unsupported="未找到依据",
    unsupported_some="请核对带标记的句子",
    unsupported_help="带标记的句子没有得到或没有完全得到引文的支持。",
    citation_place="{name}，{place}",
    abstained="在这些文档中没有找到答案。",
    abstained_reason="没有段落能够可靠地回答这个问题。",
    nearest="最接近的 {n} 个段落",
    why="依据",
    why_help="查看这个答案背后的段落、提示词和耗时",
    copy="复制",
    wanted="正确答案是什么？",
    wanted_label="正确答案",
    wanted_help="与问题一起保存在文档库中，可用作示例和测试问题。",
    understood="理解为：",
    conflict="文档之间说法不一：",
    # evidence
    page="第 {n} 页",
    slide="第 {n} 张幻灯片",
    row="第 {n} 行",
    close="关闭",
    previous_citation="上一条引文",
    next_citation="下一条引文",
    page_picture="第 {n} 页，已标出引文：{quote}",
    around="上下文",
    original="原文件",
    original_help="下载收录时的原文件：{source}",
    in_library="全部页面",
    original_not_kept="文档库没有保留原文件。",
    document_gone="该文档已不在文档库中。",
    open_place="在文档中查看",
    open_original="在此页打开",
    open_original_help="在浏览器中打开原文件的第 {n} 页",
)
