"""Questions on the reports, as people ask them: for figures to work out, by year and quarter, at length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, Final

from benchmarks.reports.report import Report

__all__ = ["asked"]

_YEARLY: Final = (
    (
        "ratio",
        "balance",
        "What was the quick ratio of {c} in {p}? If it is not a useful measure, then state that and "
        "explain why.",
    ),
    ("ratio", "balance", "How did the working capital of {c} develop in {p}? Round to one decimal place."),
    ("ratio", "balance", "By what percentage did {c}'s PP&E grow in {p}?"),
    ("ratio", "balance", "How highly geared was {c} at the end of {p}, as debt to equity?"),
    ("ratio", "income", "What gross margin did {c} make in {p}, and did it improve on the year before?"),
    ("ratio", "income", "What was {c}'s effective tax rate for {p}? Use only what the P&L statement shows."),
    ("ratio", "income", "How many times over could {c} pay its interest from operating profit in {p}?"),
    (
        "ratio",
        "income",
        "Does {c} have an improving operating margin profile as of {p}? If operating margin is not "
        "relevant for a company like this, state so and why.",
    ),
    (
        "ratio",
        "cash",
        "What was the free cash flow of {c} in {p}? Define it as cash from operations less capex. "
        "Answer in USD millions.",
    ),
    (
        "ratio",
        "cash",
        "How much did {c} hand back to its shareholders in {p}, counting dividends and buybacks?",
    ),
    (
        "ratio",
        "balance income",
        "What is {c}'s {p} return on assets? It is defined as net income / average total assets. Round "
        "your answer to two decimal places.",
    ),
    (
        "ratio",
        "balance income",
        "What is {c}'s {p} days payable outstanding (DPO)? DPO is defined as 365 * average accounts "
        "payable / COGS. Answer by using the line items of the balance sheet and the P&L.",
    ),
    (
        "ratio",
        "cash income balance",
        "Is {c} capital-intensive, going by {p}? Please base your judgment on the statements and keep "
        "your answer short.",
    ),
    (
        "ratio",
        "cash income",
        "What is the {p} unadjusted EBITDA margin of {c}? Assume the perspective of an investment "
        "analyst who only has access to the cash flow statement and the income statement.",
    ),
    ("text", "overhead", "What drove the change of SG&A as a percent of sales at {c} in {p}?"),
    ("text", "people", "How large was the workforce of {c} in {p}?"),
    (
        "text",
        "lawsuit",
        "Was {c} being sued by anyone as of {p}? If there were no legal battles, then state that.",
    ),
    ("text", "facility", "How big is the revolver that {c} reported for {p}, and when does it fall due?"),
    (
        "text",
        "authorization",
        "How much stock was {c} allowed to buy back according to its annual report for {p}?",
    ),
    ("text", "auditor", "Who audited {c} for {p}?"),
    (
        "several",
        "people office",
        "How many people does {c} employ as of {p}, and until when is its head office rented?",
    ),
    (
        "several",
        "growth facility",
        "Why did sales of {c} change in {p}, and does it have enough liquidity for the year to come?",
    ),
)
_QUARTERLY: Final = (
    (
        "ratio",
        "balance",
        "Did {c} have enough current assets to meet its short-term debts at the end of {p}?",
    ),
    ("ratio", "income", "What was {c}'s gross profit in {p}?"),
    ("ratio", "cash", "What share of operating cash flow did {c} spend on capex in {p}?"),
    ("period", "income", "How much did {c} earn in {p}?"),
    ("period", "balance", "How much cash did {c} hold at the end of {p}?"),
    ("period", "growth", "What was behind {c}'s sales in {p}?"),
    (
        "period",
        "rates",
        "What would one point more of interest have cost {c} according to its report for {p}?",
    ),
)
_YEARS: Final = ("FY{0}", "fiscal {0}", "fiscal year {0}", "FY{0}")
_QUARTERS: Final = ("Q{1} {0}", "Q{1} of FY{0}", "the {2} quarter of fiscal {0}", "the quarter ended {3}")
_ORDINALS: Final = ("", "first", "second", "third")


def asked(reports: Sequence[Report], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Each question once, of a report drawn by chance, with the pages that answer it, counted from 0."""
    kinds = (("10-K", _YEARLY, _YEARS), ("10-Q", _QUARTERLY, _QUARTERS))
    for form, questions, names in kinds:
        of_form = [report for report in reports if report.period.kind == form]
        for number, (kind, subjects, words) in enumerate(questions):
            report = of_form[(7 * number + chance.randrange(len(of_form))) % len(of_form)]
            period = report.period
            name = chance.choice(names).format(
                period.year, period.quarter, _ORDINALS[period.quarter], period.date
            )
            short = report.company.name.split(",")[0].removesuffix(" Company").removesuffix(" Corp.")
            yield {
                "id": f"{report.company.part}-{form}-{number:02}",
                "kind": kind,
                "question": words.format(c=short, p=name),
                "gold_pages": [
                    [r.name, page]
                    for r in reports
                    if r.company is report.company and _tells(r, report)
                    for subject in subjects.split()
                    for page in r.about.get(subject, ())
                ],
            }


def _tells(one: Report, asked_of: Report) -> bool:
    """Whether a report is of the same period, or repeats its statements."""
    return one.period.ends == asked_of.period.ends
