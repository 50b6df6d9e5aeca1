"""The pages of a report: what is said on each, and which of them answer what."""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchmarks.reports.companies import Company, Figures
from benchmarks.reports.report import Page, Period, Report
from benchmarks.reports.statements import add_statements

__all__ = ["written"]


def written(company: Company, period: Period, now: Figures, before: Figures, notes: Sequence[str]) -> Report:
    """A report on one period, beside the one before; `notes` are texts for the notes to the statements."""
    report = Report(company, period)
    chance = random.Random(f"{company.seed} {period.year} {period.quarter} {period.kind}")
    if period.kind == "8-K":
        _release(report, now, before, chance)
        add_statements(report, now, before)
        return report
    _cover(report)
    if period.kind == "10-K":
        _business(report, chance)
        _risks(report)
        _holders(report, now, chance)
        _discussion(report, now, before, chance)
        report.add(_audit(report), "auditor")
        add_statements(report, now, before)
        _notes(report, notes, 8)
    else:
        add_statements(report, now, before)
        _notes(report, notes, 4)
        _discussion(report, now, before, chance)
    report.add(
        Page(
            "Controls and Procedures",
            [
                "Our management evaluated the effectiveness of our disclosure controls and procedures "
                "and concluded "
                f"that they were effective as of {period.date}. There were no changes in internal control."
            ],
        )
    )
    report.add(
        Page(
            "Exhibits and Signatures",
            [
                "Exhibit 31 Certifications of the chief executive officer and the chief financial "
                "officer. Exhibit 32. "
                "Exhibit 101 Inline XBRL.",
                f"Pursuant to the requirements of the Securities Exchange Act of 1934, "
                f"{company.name} has duly caused this report to be signed on its behalf.",
            ],
        )
    )
    return report


def _cover(report: Report) -> None:
    company, period = report.company, report.period
    form, span = ("10-K", "fiscal year") if period.kind == "10-K" else ("10-Q", "quarterly period")
    report.add(
        Page(
            "UNITED STATES SECURITIES AND EXCHANGE COMMISSION",
            [
                f"FORM {form}",
                f"{'ANNUAL' if form == '10-K' else 'QUARTERLY'} REPORT PURSUANT TO SECTION 13 OR 15(d) "
                f"OF THE SECURITIES EXCHANGE ACT OF 1934. For the {span} ended {period.date}.",
                f"{company.name} (Exact name of registrant as specified in its charter), {company.place}.",
                f"Securities registered pursuant to Section 12(b) of the Act: Common stock "
                f"({company.ticker}), New York "
                "Stock Exchange. Indicate by check mark whether the registrant is a large accelerated filer.",
            ],
        )
    )
    report.add(
        Page(
            "TABLE OF CONTENTS",
            [
                "Business. Risk Factors. Properties. Legal Proceedings. Management's Discussion and "
                "Analysis of Financial "
                "Condition and Results of Operations. Quantitative and Qualitative Disclosures About "
                "Market Risk. "
                "Consolidated Statements of Operations. Consolidated Balance Sheets. Consolidated "
                "Statements of Cash "
                "Flows. Notes to Consolidated Financial Statements. Controls and Procedures. Exhibits."
            ],
        )
    )


def _business(report: Report, chance: random.Random) -> None:
    company = report.company
    people = chance.randrange(3, 60) * 100
    report.add(
        Page(
            "Item 1. Business",
            [
                f"{company.name} supplies {', '.join(company.goods[:-1])} and {company.goods[-1]}. We "
                f"were founded in "
                f"{company.place} and sell in {chance.randrange(12, 60)} countries.",
                *(
                    f"Our {segment} segment serves customers that buy {chance.choice(company.goods)} "
                    f"and counts "
                    f"{chance.randrange(3, 90)} locations."
                    for segment in company.segments
                ),
                f"No customer made up more than {chance.randrange(8, 19)} % of what we sold.",
            ],
        ),
        "customers",
    )
    report.add(
        Page(
            "Human Capital",
            [
                f"At the end of fiscal {report.period.year} about {people:,} people worked for us, "
                f"{chance.randrange(20, 70)} "
                "% of them outside the United States. Union contracts cover some of our hourly workers.",
                "We compete for talent, train new colleagues in our own academy and measure engagement "
                "every spring.",
            ],
        ),
        "people",
    )
    report.add(
        Page(
            "Intellectual Property and Competition",
            [
                f"We hold {chance.randrange(40, 900)} patents. Competitors are larger in some markets; "
                f"we compete on "
                "service, price and quality. Regulation of the environment did not need material spending."
            ],
        ),
        "patents",
    )


def _risks(report: Report) -> None:
    goods = report.company.goods
    for heading, text in (
        (
            "Risks of Our Markets",
            "Demand for {0} depends on the economy. Inflation, rates of interest, wars and "
            "trade disputes may cut our sales, gross margin and cash flow. Customers may delay orders "
            "for {1}.",
        ),
        (
            "Risks of Our Supply",
            "We buy materials from few suppliers. Shortages, strikes or higher prices of "
            "transport may raise our costs, and inventories may become obsolete. A recall of {2} could "
            "harm us.",
        ),
        (
            "Risks of Technology",
            "A breach of our systems could expose data of customers and employees. We depend "
            "on cloud providers. New rules on privacy and artificial intelligence may limit {0}.",
        ),
        (
            "Risks of Our Debt",
            "Our indebtedness could limit our freedom to act. We may be unable to refinance, "
            "pay dividends or buy back stock. Goodwill and other intangible assets may be impaired; "
            "property and "
            "equipment may lose value, and our effective tax rate may rise.",
        ),
        (
            "Risks of Law",
            "We are subject to claims, investigations and litigation. Laws on tax and trade change. "
            "Our quarterly results may fluctuate and our stock price may be volatile.",
        ),
    ):
        report.add(
            Page(
                heading,
                [
                    text.format(*goods),
                    (
                        text + " These risks may be material to our business, "
                        "results of operations, financial condition and liquidity."
                    ).format(*goods),
                ],
            )
        )


def _holders(report: Report, now: Figures, chance: random.Random) -> None:
    company = report.company
    report.add(
        Page(
            "Item 2. Properties and Item 3. Legal Proceedings",
            [
                f"Our headquarters in {company.place} has {chance.randrange(80, 900)},000 square feet "
                f"and is leased until "
                f"{report.period.year + chance.randrange(4, 15)}.",
                f"In {report.period.year - 1} a class action was brought in the District Court on the "
                f"labelling of "
                f"{chance.choice(company.goods)}. We believe that the claims have no merit.",
            ],
        ),
        "office",
        "lawsuit",
    )
    report.add(
        Page(
            "Item 5. Market for Registrant's Common Equity",
            [
                f"Our Board approved buying back up to ${chance.randrange(2, 20) * 50} million of our stock. "
                f"Holders of record numbered {chance.randrange(900, 9_000):,}."
            ],
        ),
        "authorization",
    )


_CAUSES = (
    "higher prices and a better mix of products",
    "lower volumes in the second half of the year",
    "the loss of a large customer",
    "costs of freight and wages",
    "the acquisition of a smaller competitor",
    "a weaker dollar",
    "store closures",
    "savings from the closing of a plant",
    "incentive pay",
)


def _discussion(report: Report, now: Figures, before: Figures, chance: random.Random) -> None:
    company, period = report.company, report.period
    what = f"quarter ended {period.date}" if period.quarter else f"fiscal year {period.year}"
    up = "rose" if now["sales"] > before["sales"] else "fell"
    report.add(
        Page(
            "Management's Discussion and Analysis",
            [
                f"This discussion should be read together with our consolidated financial statements. "
                f"In the {what} our "
                f"business {up} mainly because of {chance.choice(_CAUSES)}.",
                *(
                    f"{segment}: sales changed by {chance.uniform(-9, 15):.1f} %, driven by "
                    f"{chance.choice(_CAUSES)}."
                    for segment in company.segments
                ),
            ],
        ),
        "growth",
    )
    more = now["overhead"] / now["sales"] - before["overhead"] / before["sales"]
    report.add(
        Page(
            "Results of Operations",
            [
                f"{company.lines[3]} expenses {'rose' if more > 0 else 'fell'} as a percentage of sales "
                f"because of "
                f"{chance.choice(_CAUSES)}. We expect them to be about the same next year.",
                f"Interest expense changed with our average borrowings. Restructuring concerned "
                f"{chance.randrange(20, 300)} positions.",
            ],
        ),
        "overhead",
    )
    report.add(
        Page(
            "Liquidity and Capital Resources",
            [
                "Our principal sources of liquidity are cash from operations, our revolving credit "
                "facility and the "
                f"capital markets. The facility of ${chance.randrange(3, 20) * 100} million matures in "
                f"{period.year + 3} "
                "and has a covenant on leverage. We believe that our liquidity is enough for twelve months."
            ],
        ),
        "facility",
    )
    report.add(
        Page(
            "Critical Accounting Estimates and Market Risk",
            [
                "Estimates concern inventories, goodwill, income taxes and revenue. A change of one "
                "percentage point in "
                f"rates of interest would change interest expense by ${chance.uniform(1, 20):.1f} "
                f"million. Foreign "
                "currencies are hedged for up to eighteen months."
            ],
        ),
        "rates",
    )


def _audit(report: Report) -> Page:
    company = report.company
    return Page(
        "Report of Independent Registered Public Accounting Firm",
        [
            f"We have audited the accompanying consolidated balance sheets of {company.name} and the related "
            f"consolidated statements of operations, cash flows and equity. In our opinion they present "
            f"fairly the "
            f"financial position as of {report.period.date}. {company.auditor}, {company.place}."
        ],
    )


def _release(report: Report, now: Figures, before: Figures, chance: random.Random) -> None:
    company, period = report.company, report.period
    change = 100 * (now["sales"] / before["sales"] - 1)
    report.add(
        Page(
            f"{company.name} Reports Results",
            [
                f"{company.place}. {company.name} today announced results for the period ended "
                f"{period.date}. Sales "
                f"changed by {change:.1f} % because of {chance.choice(_CAUSES)}. Diluted earnings per "
                f"share were "
                f"${chance.uniform(0.4, 6):.2f}."
            ],
        ),
        "growth",
    )
    report.add(
        Page(
            "Outlook",
            [
                f"For fiscal {period.year + 1} the company expects sales to grow by "
                f"{chance.randrange(1, 9)} % to "
                f"{chance.randrange(9, 14)} % and capital spending of ${chance.randrange(40, 400)} million."
            ],
        ),
        "outlook",
    )


def _notes(report: Report, notes: Sequence[str], count: int) -> None:
    for number, text in enumerate(notes[:count], 1):
        lines = [line for line in text.splitlines() if line.strip()]
        rows = [
            tuple(cell.strip() for cell in line.strip("|").split("|"))
            for line in lines
            if line.startswith("|")
        ]
        prose = [line for line in lines if not line.startswith("|")]
        report.add(Page(f"Note {number}", prose[:4], rows[:18]))
