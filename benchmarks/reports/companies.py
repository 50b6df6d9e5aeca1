"""Companies that do not exist, with the figures of several years and what their reports say in words."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

__all__ = ["COMPANIES", "Company", "Figures", "figures"]


@dataclass(frozen=True)
class Company:
    """A company: `month` in which its year ends, `coded` if its files are named by ticker and date only.

    `lines` are its own names for revenue, cost of revenue, property and overhead.
    """

    name: str
    ticker: str
    part: str
    month: int
    coded: bool
    seed: int
    goods: tuple[str, ...]
    segments: tuple[str, ...]
    place: str
    auditor: str
    lines: tuple[str, str, str, str]
    stock: bool = True


COMPANIES: Final = (
    Company(
        "Harrow Instruments, Inc.",
        "HRWI",
        "dev",
        12,
        False,
        1,
        ("laboratory balances", "spectrometers", "service contracts"),
        ("Laboratory", "Process Control", "Services"),
        "Dayton, Ohio",
        "Pell & Marwood LLP",
        (
            "Net sales",
            "Cost of sales",
            "Property, plant and equipment, net",
            "Selling, general and administrative",
        ),
    ),
    Company(
        "Bellmont Grocers Company",
        "BLMG",
        "dev",
        1,
        True,
        2,
        ("fresh produce", "private-label groceries", "pharmacy services"),
        ("Supermarkets", "Pharmacies", "Online"),
        "Tulsa, Oklahoma",
        "Ostrander LLP",
        ("Revenue", "Cost of goods sold", "Property and equipment, net", "Operating and administrative"),
    ),
    Company(
        "Castellan Software, Inc.",
        "CSTL",
        "dev",
        6,
        True,
        3,
        ("subscriptions for contract software", "cloud archives", "training"),
        ("Subscriptions", "Professional Services"),
        "Austin, Texas",
        "Pell & Marwood LLP",
        ("Total revenue", "Cost of revenue", "Premises and equipment, net", "General and administrative"),
        False,
    ),
    Company(
        "Northgate Logistics Corp.",
        "NGLC",
        "final",
        12,
        True,
        4,
        ("freight forwarding", "warehousing", "customs brokerage"),
        ("Freight", "Contract Logistics", "Brokerage"),
        "Memphis, Tennessee",
        "Vane, Ludlow & Co.",
        (
            "Operating revenues",
            "Purchased transportation and materials",
            "Property and equipment, net",
            "Selling and administrative",
        ),
    ),
    Company(
        "Juniper Valley Foods, Inc.",
        "JVFD",
        "final",
        9,
        False,
        5,
        ("frozen vegetables", "canned fruit", "pet food"),
        ("Retail", "Foodservice", "Pet"),
        "Fresno, California",
        "Ostrander LLP",
        (
            "Net sales",
            "Cost of products sold",
            "Property, plant and equipment, net",
            "Selling, general and administrative",
        ),
    ),
    Company(
        "Orbis Medical Devices PLC",
        "OBMD",
        "final",
        3,
        True,
        6,
        ("infusion pumps", "ventilators", "disposables"),
        ("Hospital", "Home Care"),
        "Minneapolis, Minnesota",
        "Vane, Ludlow & Co.",
        (
            "Net revenues",
            "Cost of products sold",
            "Property, plant and equipment, net",
            "Marketing and administrative",
        ),
    ),
)


@dataclass(frozen=True)
class Figures:
    """Amounts in millions by name, for a period and the end of it."""

    amounts: dict[str, float]

    def __getitem__(self, name: str) -> float:
        return self.amounts[name]


def figures(company: Company, periods: int, scale: float = 1.0) -> list[Figures]:
    """Figures of `periods` periods, oldest first; `scale` shortens what a period earns."""
    chance = random.Random(company.seed * 101 + periods + round(scale * 7))
    sales = chance.uniform(1_500, 9_000)
    found = []
    for _ in range(periods):
        sales *= chance.uniform(0.94, 1.18)
        found.append(Figures(_amounts(company, sales, scale, chance)))
    return found


def _amounts(company: Company, sales: float, scale: float, chance: random.Random) -> dict[str, float]:
    def share(low: float, high: float) -> float:
        return round(sales * chance.uniform(low, high), 1)

    a = {"sales": round(sales * scale, 1), "cost": round(share(0.45, 0.7) * scale, 1)}
    for name, low, high in (
        ("research", 0.02, 0.08),
        ("overhead", 0.12, 0.2),
        ("restructuring", 0.0, 0.01),
        ("interest", 0.005, 0.02),
        ("tax", 0.01, 0.03),
        ("depreciation", 0.02, 0.05),
        ("capex", 0.02, 0.07),
        ("dividends", 0.005, 0.02),
        ("buybacks", 0.0, 0.04),
        ("awards", 0.005, 0.02),
    ):
        a[name] = round(share(low, high) * scale, 1)
    for name, low, high in (
        ("cash", 0.05, 0.2),
        ("securities", 0.01, 0.08),
        ("receivables", 0.08, 0.16),
        ("prepaid", 0.01, 0.03),
        ("property", 0.1, 0.4),
        ("goodwill", 0.05, 0.3),
        ("intangibles", 0.02, 0.1),
        ("payables", 0.06, 0.14),
        ("accrued", 0.03, 0.09),
        ("short_debt", 0.01, 0.05),
        ("debt", 0.1, 0.3),
        ("deferred", 0.01, 0.03),
    ):
        a[name] = share(low, high)
    a["inventory"] = share(0.08, 0.18) if company.stock else 0.0
    a["operating"] = round(a["sales"] - a["cost"] - a["research"] - a["overhead"] - a["restructuring"], 1)
    a["income"] = round(a["operating"] - a["interest"] - a["tax"], 1)
    a["current_assets"] = round(
        sum(a[n] for n in ("cash", "securities", "receivables", "inventory", "prepaid")), 1
    )
    a["assets"] = round(a["current_assets"] + a["property"] + a["goodwill"] + a["intangibles"], 1)
    a["current_debts"] = round(a["payables"] + a["accrued"] + a["short_debt"], 1)
    a["debts"] = round(a["current_debts"] + a["debt"] + a["deferred"], 1)
    a["equity"] = round(a["assets"] - a["debts"], 1)
    a["cash_flow"] = round(a["income"] + a["depreciation"] + a["awards"], 1)
    return a
