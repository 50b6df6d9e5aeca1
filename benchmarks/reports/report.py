"""A report as pages, and the period that it is on."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field

from benchmarks.reports.companies import Company

__all__ = ["Page", "Period", "Report", "Rows"]

Rows = list[tuple[str, ...]]


@dataclass(frozen=True)
class Period:
    """`kind` is 10-K, 10-Q or 8-K; `quarter` 0 for a whole year; the fiscal `year` is named by its end."""

    kind: str
    year: int
    quarter: int
    month: int

    @property
    def ends(self) -> tuple[int, int, int]:
        """Year, month and day on which the period ends."""
        months = self.month - 12 + 3 * self.quarter if self.quarter else self.month
        year, month = (self.year, months) if months > 0 else (self.year - 1, months + 12)
        return year, month, calendar.monthrange(year, month)[1]

    @property
    def date(self) -> str:
        """The end as it is written."""
        year, month, day = self.ends
        return f"{calendar.month_name[month]} {day}, {year}"


@dataclass
class Page:
    """A heading, paragraphs, and perhaps a table below them."""

    heading: str
    paragraphs: list[str] = field(default_factory=list)
    rows: Rows = field(default_factory=list)


@dataclass
class Report:
    """A report's pages, and for each subject the numbers of the pages on it, from 0."""

    company: Company
    period: Period
    pages: list[Page] = field(default_factory=list)
    about: dict[str, list[int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the file, without extension."""
        year, month, day = self.period.ends
        if self.company.coded:
            form = {"10-K": "", "10-Q": "", "8-K": "ex991-"}[self.period.kind]
            return f"{form}{self.company.ticker.lower()}-{year}{month:02}{day:02}"
        quarter = f"Q{self.period.quarter}" if self.period.quarter else ""
        form = {"10-K": "10K", "10-Q": "10Q", "8-K": "EARNINGS"}[self.period.kind]
        word = "".join(part for part in self.company.name.split(",")[0].upper().split()[:2])
        return f"{word}_{self.period.year}{quarter}_{form}"

    def add(self, page: Page, *subjects: str) -> None:
        """Add a page that tells of subjects."""
        for subject in subjects:
            self.about.setdefault(subject, []).append(len(self.pages))
        self.pages.append(page)
