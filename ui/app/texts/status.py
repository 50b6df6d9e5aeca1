"""The texts of the Status page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CHINESE", "ENGLISH", "StatusTexts"]


@dataclass(frozen=True, kw_only=True)
class StatusTexts:
    """The texts of the Status page."""

    status_title: str
    library: str
    fact_folder: str
    fact_documents: str
    fact_pages: str
    fact_chunks: str
    fact_disk: str
    health: str
    check: str
    checking: str
    healthy: str
    unhealthy: str
    models: str
    model_role: str
    model_name: str
    model_origin: str
    model_licence: str
    roles: dict[str, str]
    none: str
    generator_writes: str
    generator_quotes: str
    fact_answers: str
    fact_device: str
    fact_memory: str
    not_loaded: str
    trained_title: str
    trained_set: str
    trained_questions: str
    trained_limits: str
    network: str
    network_none: str
    network_some: str
    sent_title: str
    sent_when: str
    sent_question: str
    sent_what: str
    sent: str
    sent_nothing: str
    versions: str
    fact_version: str


ENGLISH: Final = StatusTexts(
    status_title="Status",
    library="Library",
    fact_folder="Folder",
    fact_documents="Documents",
    fact_pages="Pages",
    fact_chunks="Chunks",
    fact_disk="On disk",
    health="Health",
    check="Check every invariant",
    checking="Checking …",
    healthy="All {n} checks hold.",
    unhealthy="Some checks fail. `citewell check` tells the same.",
    models="Models",
    model_role="For",
    model_name="Model",
    model_origin="Origin",
    model_licence="Licence",
    roles={
        "embedder": "Embedder",
        "second embedder": "Second embedder",
        "reader": "Reader",
        "reranker": "Reranker",
        "generator": "Generator",
        "reading of pictures": "Reading of pictures",
        "sentence boundaries": "Sentence boundaries",
        "language of a text": "Language of a text",
    },
    none="none",
    generator_writes="phrased by the generator, each sentence checked against the evidence",
    generator_quotes="exact quotes; the generator does not write",
    fact_answers="Answers",
    fact_device="Device",
    fact_memory="Most memory so far",
    not_loaded="not loaded yet",
    trained_title="What {name} was trained on",
    trained_set="Set",
    trained_questions="Questions",
    trained_limits="Its limits:",
    network="What leaves this machine",
    network_none="Nothing. Documents, questions and answers stay here; no setting names a remote.",
    network_some="Settings allow the program to talk to: {names}",
    sent_title="What left this machine, for each of the last {n} answers",
    sent_when="When (UTC)",
    sent_question="Question",
    sent_what="Sent",
    sent="{n} characters to {to}",
    sent_nothing="nothing",
    versions="Versions",
    fact_version="Version of its contents",
)

CHINESE: Final = StatusTexts(
    status_title="状态",
    library="文档库",
    fact_folder="文件夹",
    fact_documents="文档",
    fact_pages="页数",
    fact_chunks="块数",
    fact_disk="占用磁盘",
    health="健康",
    check="检查所有约束",
    checking="正在检查……",
    healthy="{n} 项检查全部通过。",
    unhealthy="有检查未通过。`citewell check` 会给出相同结果。",
    models="模型",
    model_role="用途",
    model_name="模型",
    model_origin="来源",
    model_licence="许可",
    roles={
        "embedder": "嵌入模型",
        "second embedder": "第二嵌入模型",
        "reader": "阅读模型",
        "reranker": "重排模型",
        "generator": "生成模型",
        "reading of pictures": "图片识别",
        "sentence boundaries": "句子切分",
        "language of a text": "语言识别",
    },
    none="无",
    generator_writes="由生成模型撰写，每一句都与证据核对",
    generator_quotes="逐字引文；生成模型不撰写答案",
    fact_answers="答案",
    fact_device="设备",
    fact_memory="内存峰值",
    not_loaded="尚未加载",
    trained_title="{name} 的训练数据",
    trained_set="数据集",
    trained_questions="问题数",
    trained_limits="局限：",
    network="离开本机的内容",
    network_none="没有。文档、问题和答案都留在本机；没有设置指向远程。",
    network_some="设置允许程序访问：{names}",
    sent_title="最近 {n} 个答案各自离开本机的内容",
    sent_when="时间（UTC）",
    sent_question="问题",
    sent_what="已发送",
    sent="向 {to} 发送 {n} 个字符",
    sent_nothing="无",
    versions="版本",
    fact_version="内容版本",
)
