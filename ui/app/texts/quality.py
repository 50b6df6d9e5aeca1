"""The texts of the Quality page."""

# ruff: noqa: E501  (a text is one line)
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["CHINESE", "ENGLISH", "QualityTexts"]


@dataclass(frozen=True, kw_only=True)
class QualityTexts:
    """The texts of the Quality page."""

    nav_quality: str
    quality_title: str
    quality_text: str
    tab_evaluations: str
    tab_feedback: str
    questions_upload: str
    questions_help: str
    questions_feedback: str
    evaluation_name: str
    feedback_name: str
    evaluate: str
    evaluation_help: str
    evaluation_progress: str
    evaluation_stop: str
    evaluation_stopped: str
    evaluation_failed: str
    no_evaluations: str
    choose_evaluation: str
    compare_with: str
    compare_none: str
    measure: str
    value: str
    interval: str
    difference: str
    compared_on: str
    pictures_none: str
    reliability: str
    risk_coverage: str
    judged_questions: str
    judged_right: str
    judged_wrong: str
    judged_silent: str
    column_question: str
    column_answer: str
    column_confidence: str
    column_outcome: str
    download_judged: str
    no_feedback: str
    feedback_up: str
    feedback_down: str
    feedback_wanted: str
    is_example: str
    approve: str
    approve_help: str
    unapprove: str
    approved: str
    not_approved: str
    download_questions: str
    measures: Mapping[str, tuple[str, str]]
    """By name in `rag.evaluation`: what people call it, and what it says."""


ENGLISH: Final = QualityTexts(
    nav_quality="Quality",
    quality_title="Quality",
    quality_text="How right the answers are, on questions whose answers are known; and what people thought of answers.",
    tab_evaluations="Evaluations",
    tab_feedback="Feedback ({n})",
    questions_upload="Questions (JSON lines)",
    questions_help="One object a line: id, question, answers (empty: the documents hold no answer), and where known documents, quotes.",
    questions_feedback="Take the {n} questions of the feedback",
    evaluation_name="Name",
    feedback_name="Feedback",
    evaluate="Run the evaluation",
    evaluation_help="Asks every question under the settings chosen here, in the background.",
    evaluation_progress="{name}: {done} of {all} questions",
    evaluation_stop="Stop",
    evaluation_stopped="stopped after {n} questions",
    evaluation_failed="The evaluation ended early; what was judged is kept.",
    no_evaluations="No evaluation yet.",
    choose_evaluation="Evaluation",
    compare_with="Compare with",
    compare_none="nothing",
    measure="Measure",
    value="Value",
    interval="95 % interval",
    difference="Difference",
    compared_on="Mean differences over the questions that both asked; an interval without 0 is no chance.",
    pictures_none="No answer could be judged right or wrong, so there is nothing to draw.",
    reliability="Reliability: is a confidence of 80 % right in 80 of 100 cases?",
    risk_coverage="Risk and coverage: how many are wrong when only the surest are answered?",
    judged_questions="Question by question",
    judged_right="right",
    judged_wrong="wrong",
    judged_silent="silent",
    column_question="Question",
    column_answer="Answer",
    column_confidence="Confidence",
    column_outcome="Outcome",
    download_judged="Judgements (JSON lines)",
    no_feedback="Nobody has rated an answer yet: use the thumbs under an answer.",
    feedback_up="right",
    feedback_down="wrong",
    feedback_wanted="wanted: {answer}",
    is_example="worked example",
    approve="Approve as example",
    approve_help="Later prompts may show this question with its right answer and the evidence.",
    unapprove="No longer an example",
    approved="It is an example now.",
    not_approved="Kept as feedback; it is no example, because the pool has this question already or no passage bears the answer out.",
    download_questions="Questions with right answers (questions.jsonl)",
    measures={
        "exact_match": ("Exact match", "Share of short answers that are word for word the right one"),
        "f1": (
            "Word overlap (F1)",
            "Harmonic mean of precision and recall of the answer's words against the right answer",
        ),
        "rouge_l": ("ROUGE-L", "Longest common subsequence of the answer and the right answer"),
        "contained": ("Right answer contained", "Share of answers whose text holds the right answer"),
        "citation_precision": (
            "Citation precision",
            "Share of the quotes that lie where the evidence is known to lie",
        ),
        "citation_recall": ("Citation recall", "Share of the known evidence that is quoted"),
        "citation_f1": ("Citation F1", "Harmonic mean of citation precision and recall"),
        "quotes_verified": (
            "Quotes verified",
            "Share of quotes that stand word for word in the document; anything under 1 is an error of the program",
        ),
        "accuracy": (
            "Accuracy",
            "Share of all questions that were answered right; silence counts as not right",
        ),
        "precision_of_answers": ("Right when answered", "Share of the given answers that are right"),
        "abstention_precision": (
            "Abstentions that were due",
            "Share of abstentions on questions that the documents do not answer",
        ),
        "abstention_recall": (
            "Unanswerable left unanswered",
            "Share of questions without an answer on which the program abstained",
        ),
        "answerable_refused": (
            "Answerable refused",
            "Share of questions with an answer on which the program abstained; lower is better",
        ),
        "conflicts_told": (
            "Contradictions told",
            "Share of questions where the answer tells of documents that disagree",
        ),
        "ece": (
            "Calibration error (ECE)",
            "Mean distance between confidence and the share of right answers; lower is better",
        ),
        "brier": ("Brier score", "Mean squared error of the confidence; lower is better"),
        "auroc": (
            "Ranking by confidence (AUROC)",
            "How often a right answer has more confidence than a wrong one",
        ),
        "auroc_answerable": (
            "Telling answerable apart (AUROC)",
            "How often a question with an answer has more confidence than one without",
        ),
        "aurc": ("Area under risk and coverage", "Mean share of errors over all coverages; lower is better"),
        "coverage_at_precision": (
            "Coverage at the wanted precision",
            "Share of questions that can be answered with as few errors as wanted",
        ),
        "latency_p50": ("Time, half of the questions (s)", "Half of the questions took no longer"),
        "latency_p95": ("Time, 95 % of the questions (s)", "95 % of the questions took no longer"),
    },
)

CHINESE: Final = QualityTexts(
    nav_quality="质量",
    quality_title="质量",
    quality_text="用已知答案的问题衡量答案的正确程度，以及人们对答案的评价。",
    tab_evaluations="评测",
    tab_feedback="反馈（{n}）",
    questions_upload="问题（JSON Lines）",
    questions_help="每行一个对象：id、question、answers（为空表示文档中没有答案），以及已知的 documents、quotes。",
    questions_feedback="使用反馈中的 {n} 个问题",
    evaluation_name="名称",
    feedback_name="反馈",
    evaluate="开始评测",
    evaluation_help="在后台用这里选择的设置逐个提问。",
    evaluation_progress="{name}：{done}/{all} 个问题",
    evaluation_stop="停止",
    evaluation_stopped="在 {n} 个问题后停止",
    evaluation_failed="评测提前结束，已评判的部分均已保留。",
    no_evaluations="还没有评测。",
    choose_evaluation="评测",
    compare_with="对比",
    compare_none="不对比",
    measure="指标",
    value="数值",
    interval="95 % 区间",
    difference="差异",
    compared_on="两次都问过的问题上的平均差异；区间不含 0 即非偶然。",
    pictures_none="没有可以判断对错的答案，无图可画。",
    reliability="可靠性：把握 80 % 的答案是否每 100 个有 80 个正确？",
    risk_coverage="风险与覆盖：只回答最有把握的问题时，错误有多少？",
    judged_questions="逐题结果",
    judged_right="正确",
    judged_wrong="错误",
    judged_silent="未作答",
    column_question="问题",
    column_answer="答案",
    column_confidence="把握",
    column_outcome="结果",
    download_judged="评判结果（JSON Lines）",
    no_feedback="还没有人评价答案：请用答案下方的拇指。",
    feedback_up="正确",
    feedback_down="错误",
    feedback_wanted="正确答案：{answer}",
    is_example="示例",
    approve="批准为示例",
    approve_help="之后的提示词可以展示这个问题、正确答案及证据。",
    unapprove="不再作示例",
    approved="已成为示例。",
    not_approved="已保存为反馈；未成为示例，因为示例库已有此问题，或没有段落支持该答案。",
    download_questions="带正确答案的问题（questions.jsonl）",
    measures={
        "exact_match": ("完全一致", "短答案与正确答案逐字相同的比例"),
        "f1": ("词语重合度（F1）", "答案与正确答案词语的精确率和召回率的调和平均"),
        "rouge_l": ("ROUGE-L", "答案与正确答案的最长公共子序列"),
        "contained": ("包含正确答案", "答案文本包含正确答案的比例"),
        "citation_precision": ("引用精确率", "引文落在已知证据处的比例"),
        "citation_recall": ("引用召回率", "已知证据被引用的比例"),
        "citation_f1": ("引用 F1", "引用精确率与召回率的调和平均"),
        "quotes_verified": ("引文核实", "引文逐字存在于文档中的比例；低于 1 即为程序错误"),
        "accuracy": ("正确率", "全部问题中答对的比例；未作答不算答对"),
        "precision_of_answers": ("作答时的正确率", "已给出的答案中正确的比例"),
        "abstention_precision": ("合理的不作答", "不作答的问题中文档确实没有答案的比例"),
        "abstention_recall": ("无答案问题未作答", "文档没有答案的问题中程序未作答的比例"),
        "answerable_refused": ("有答案却未作答", "文档有答案的问题中程序未作答的比例；越低越好"),
        "conflicts_told": ("指出矛盾", "答案指出文档相互矛盾的问题比例"),
        "ece": ("校准误差（ECE）", "把握与实际正确比例的平均差距；越低越好"),
        "brier": ("Brier 分数", "把握的均方误差；越低越好"),
        "auroc": ("按把握排序（AUROC）", "正确答案的把握高于错误答案的频率"),
        "auroc_answerable": ("区分有无答案（AUROC）", "有答案的问题把握高于无答案问题的频率"),
        "aurc": ("风险覆盖曲线下面积", "各覆盖率下错误比例的平均；越低越好"),
        "coverage_at_precision": ("达到所需精确率的覆盖率", "在所需精确率下可以作答的问题比例"),
        "latency_p50": ("用时中位数（秒）", "一半问题的用时不超过此值"),
        "latency_p95": ("95 % 用时（秒）", "95 % 问题的用时不超过此值"),
    },
)
