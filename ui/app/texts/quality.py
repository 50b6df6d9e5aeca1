"""The texts of the Quality page."""

# ruff: noqa: E501  (a text is one line)
from __future__ import annotations

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
)
