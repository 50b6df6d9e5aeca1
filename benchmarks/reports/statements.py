"""The statements of a report: income, balance sheet, cash flows."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.reports.companies import Figures
from benchmarks.reports.report import Page, Report, Rows

__all__ = ["add_statements"]


def add_statements(report: Report, now: Figures, before: Figures) -> None:
    """Add the three statements of a period beside the one before."""
    company, period = report.company, report.period
    year, _, _ = period.ends
    dates = (period.date, period.date.replace(str(year), str(year - 1)))
    span = "Three months ended" if period.quarter else "Fiscal year ended"
    condensed = "CONDENSED " if period.quarter or period.kind == "8-K" else ""
    sales, cost, property_, overhead = company.lines

    def table(first: str, lines: Sequence[tuple[str, str]]) -> Rows:
        return [(first, *dates)] + [(label, _amount(now[key]), _amount(before[key])) for label, key in lines]

    note = "(in millions, unaudited)" if condensed else "(in millions)"
    report.add(
        Page(
            f"{company.name} {condensed}CONSOLIDATED STATEMENTS OF OPERATIONS",
            [note],
            table(
                span,
                [
                    (sales, "sales"),
                    (cost, "cost"),
                    ("Research and development", "research"),
                    (overhead, "overhead"),
                    ("Restructuring", "restructuring"),
                    ("Operating income", "operating"),
                    ("Interest expense", "interest"),
                    ("Provision for income taxes", "tax"),
                    ("Net income", "income"),
                ],
            ),
        ),
        "income",
    )
    goods = [("Inventories", "inventory")] if company.stock else []
    report.add(
        Page(
            f"{company.name} {condensed}CONSOLIDATED BALANCE SHEETS",
            [note],
            table(
                "As of",
                [
                    ("Cash and cash equivalents", "cash"),
                    ("Short-term investments", "securities"),
                    ("Accounts receivable, net", "receivables"),
                    *goods,
                    ("Prepaid expenses and other", "prepaid"),
                    ("Total current assets", "current_assets"),
                    (property_, "property"),
                    ("Goodwill", "goodwill"),
                    ("Intangible assets, net", "intangibles"),
                    ("Total assets", "assets"),
                    ("Accounts payable", "payables"),
                    ("Accrued liabilities", "accrued"),
                    ("Current portion of long-term debt", "short_debt"),
                    ("Total current liabilities", "current_debts"),
                    ("Long-term debt", "debt"),
                    ("Deferred income taxes", "deferred"),
                    ("Total liabilities", "debts"),
                    ("Total stockholders' equity", "equity"),
                ],
            ),
        ),
        "balance",
    )
    report.add(
        Page(
            f"{company.name} {condensed}CONSOLIDATED STATEMENTS OF CASH FLOWS",
            [note],
            table(
                span,
                [
                    ("Net income", "income"),
                    ("Depreciation and amortization", "depreciation"),
                    ("Stock-based compensation", "awards"),
                    ("Net cash provided by operating activities", "cash_flow"),
                    ("Purchases of property and equipment", "capex"),
                    ("Repurchases of common stock", "buybacks"),
                    ("Dividends paid", "dividends"),
                ],
            ),
        ),
        "cash",
    )


def _amount(value: float) -> str:
    return f"({-value:,.1f})" if value < 0 else f"{value:,.1f}"
