"""Number tables: items by periods, places by months, totals and parts, ticks and empty cells."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchmarks.reader.synthesis.names import NAMES, company, machine, town
from benchmarks.reader.synthesis.templates import phrase
from benchmarks.reader.synthesis.values import MONTHS, number_text
from benchmarks.reader.synthesis.window import Group, Window, mark, plain

__all__ = ["matrix_group", "tick_group"]

_ITEMS = {
    "Income statement": """Revenue|Cost of sales|Gross profit|Research costs|Administrative expenses|Operating income
|Interest expense|Income taxes|Net income|Other income|Depreciation|Marketing costs|Wages and salaries""",
    "Balance sheet": """Cash and equivalents|Receivables|Inventories|Property and equipment|Goodwill|Total assets
|Trade payables|Long-term debt|Provisions|Equity|Deferred taxes|Lease liabilities|Retained earnings""",
    "Cash flow": """Cash from operations|Capital expenditure|Acquisitions|Dividends paid|Share buybacks|New loans
|Repayment of debt|Free cash flow|Proceeds from sales""",
    "Budget": """Personnel|Travel|Equipment|Rent|Energy|Insurance|Consulting|Printing|Training|Cleaning|Software
|Maintenance|Postage|Catering|Donations""",
    "Segment report": "Retail|Wholesale|Online|Services|Licensing|Spare parts|Rental|Export|Home market",
    "Energy report": "Electricity|Natural gas|District heat|Diesel|Solar power|Heating oil|Wood chips|Petrol",
    "Staff figures": "Production|Sales|Research|Logistics|Administration|Apprentices|Part-time staff|Temporary staff",
    "Waste report": "Paper|Glass|Metal|Plastics|Organic waste|Residual waste|Wood|Electronic scrap|Building rubble",
    "Traffic count": "Cars|Lorries|Buses|Bicycles|Motorcycles|Pedestrians|Trams|Taxis",
    "Library figures": "Loans|Visits|New members|Books bought|Events held|Reminders sent|Interlibrary loans",
    "Production": "Bottles|Cans|Jars|Cartons|Pouches|Barrels|Crates|Tubes",
    "Survey results": "Very satisfied|Satisfied|Undecided|Dissatisfied|Very dissatisfied|No answer",
    "Enrolment": "First year|Second year|Third year|Evening students|Exchange students|Guests",
    "Hospital figures": "Admissions|Births|Operations|Emergencies|Beds|Outpatients|X-rays|Transfers",
    "Harvest": "Wheat|Barley|Oats|Rye|Potatoes|Sugar beet|Maize|Peas|Rapeseed|Apples|Hops",
}
_UNITS = {
    "Income statement": [
        "in millions",
        "EUR thousand",
        "in thousands of euros",
        "USD million",
        "in € thousand",
    ],
    "Balance sheet": ["in millions", "EUR thousand", "in thousands of dollars", "GBP million"],
    "Cash flow": ["in millions", "USD thousand", "in thousands", "EUR million"],
    "Budget": ["EUR", "in dollars", "GBP", "CHF", ""],
    "Segment report": ["in millions", "EUR million", "in thousands"],
    "Energy report": ["MWh", "kWh", "GJ"],
    "Waste report": ["tonnes", "t", "kg"],
    "Harvest": ["t", "tonnes", "dt/ha"],
    "Survey results": ["%", "percent", "answers"],
}
_TOTALS = ["Total", "Sum", "Overall", "All", "Grand total"]


@dataclass(frozen=True)
class Matrix:
    """A table of numbers: rows by columns, where a column is a path of one or two names."""

    title: str
    section: str
    label: str
    unit: str
    rows: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    cells: dict[tuple[str, tuple[str, ...]], str]
    units_shown: bool

    def key(self, row: str, column: tuple[str, ...]) -> str:
        return f"{row}/{'/'.join(column)}"

    def lines(self) -> list[str]:
        lines = []
        for row in self.rows:
            own = [(c, self.cells[row, c]) for c in self.columns if (row, c) in self.cells]
            parts = [f"{self.label}: {row}"] if self.label else [row]
            parts += [f"{' > '.join(c)}: {mark(self.key(row, c), v)}" for c, v in own]
            unit = f" ({self.unit})" if self.unit and self.units_shown else ""
            lines.append((f"{self.section} > " if self.section else "") + "; ".join(parts) + unit)
        return lines


def _periods(rng: Random) -> list[tuple[str, ...]]:
    year, style = rng.randint(2010, 2026), rng.randint(0, 6)
    years = [str(year - i) for i in range(rng.randint(2, 4))]
    if rng.random() < 0.4:
        years.reverse()
    if style <= 1:
        return [(y,) for y in years]
    if style == 2:
        quarters = rng.choice([["Q1", "Q2", "Q3", "Q4"], ["First quarter", "Second quarter"], ["H1", "H2"]])
        return [(y, q) for y in years[:2] for q in quarters]
    if style == 3:
        kinds = rng.sample(["Plan", "Actual", "Forecast", "Budget", "Prior year"], 2)
        return [(y, k) for y in years[:2] for k in kinds]
    if style == 4:
        return _months(rng, 5)
    if style == 5:
        return [(f"Year ended {rng.choice(['31 December', 'June 30', 'September 30'])}", y) for y in years]
    return [(f"FY{y[2:]}",) for y in years]


def _months(rng: Random, most: int) -> list[tuple[str, ...]]:
    first = rng.randint(0, 8)
    return [(m,) for m in MONTHS[first : first + rng.randint(2, most)]]


def _matrix(rng: Random, topic: str, like: Matrix | None = None) -> Matrix:
    items = _ITEMS[topic].replace("\n", "").split("|")
    style = rng.random()
    columns: list[tuple[str, ...]]
    if like:
        rows, columns = list(like.rows), list(like.columns)
    elif style < 0.62:
        rows, columns = rng.sample(items, min(len(items), rng.randint(3, 8))), _periods(rng)
    elif style < 0.82:
        rows = list(dict.fromkeys(town(rng) for _ in range(rng.randint(3, 7))))
        columns = _months(rng, 4)
        if rng.random() < 0.5:
            columns = [(i,) for i in rng.sample(items, min(len(items), rng.randint(2, 4)))]
    else:
        rows = [p[0] for p in _periods(rng) if len(p) == 1] or [str(y) for y in range(2019, 2024)]
        columns = [(i,) for i in rng.sample(items, min(len(items), rng.randint(2, 4)))]
    if not like and rng.random() < 0.3:
        rows.append(rng.choice(_TOTALS))
    scale, places = rng.choice([60, 900, 9000, 90000]), rng.choice([0, 0, 0, 1, 2])
    sep = rng.choice([",", ",", "-", " ", "."])
    numbers = {(r, c): rng.uniform(scale / 40, scale) for r in rows for c in columns}
    for c in columns:
        if rows[-1] in _TOTALS:
            numbers[rows[-1], c] = sum(numbers[r, c] for r in rows[:-1])
    cells = {k: number_text(rng, v, places, sep) for k, v in numbers.items()}
    if rng.random() < 0.15:
        cells = {k: f"({v})" if rng.random() < 0.2 else v for k, v in cells.items()}
    if like:
        return Matrix(
            like.title, like.section, like.label, like.unit, like.rows, like.columns, cells, like.units_shown
        )
    label = rng.choice(
        ["", "Item", "Position", "Year" if rows[0][:2] in {"19", "20", "FY"} else "Category", "Line"]
    )
    if style >= 0.62:
        label = rng.choice(["Place", "Site", "Branch"]) if style < 0.82 else "Year"
    unit = rng.choice(_UNITS.get(topic, [""]))
    title = f"{company(rng) if rng.random() < 0.5 else 'Annual report'} > {topic}"
    return Matrix(title, "", label, unit, tuple(rows), tuple(columns), cells, rng.random() < 0.7)


def _window(rng: Random, matrices: list[Matrix], heading: str = "") -> Window:
    window = Window(matrices[0].title if rng.random() < 0.85 else matrices[0].title.split(" > ")[0])
    if rng.random() < 0.4:
        window.line(
            rng.choice(
                [
                    f"Table {rng.randint(1, 9)}: {matrices[0].title.split(' > ')[-1]}",
                    f"({matrices[0].unit})" if matrices[0].unit else "All figures are rounded.",
                    f"Page {rng.randint(2, 90)}",
                ]
            )
        )
    for matrix in matrices:
        if heading:
            window.heading(heading)
        window.lines(matrix.lines())
    return window


def _replace(
    matrix: Matrix, rows: tuple[str, ...], columns: tuple[tuple[str, ...], ...], section: str = ""
) -> Matrix:
    cells = {k: v for k, v in matrix.cells.items() if k[0] in rows and k[1] in columns}
    return Matrix(
        matrix.title,
        section or matrix.section,
        matrix.label,
        matrix.unit,
        rows,
        columns,
        cells,
        matrix.units_shown,
    )


def _asked(rng: Random, row: str, column: tuple[str, ...], unit: str) -> str:
    lead = "" if row.isupper() or row[:2] in {"19", "20", "FY"} else row
    r, c = (lead[0].lower() + lead[1:] if lead and rng.random() < 0.5 else row), " ".join(reversed(column))
    place = {"c": c, "r": r}
    period = (
        column[-1][:4].isdigit() or column[-1] in MONTHS or column[0][:4].isdigit() or column[0][:2] == "FY"
    )
    if period:
        words = rng.choice(
            [
                "(What (was|were)|How (much|high) (was|were)) (the |){r} in {c}?",
                "{r} {c}",
                "What figure is given for {r} in {c}?",
                "How much {r} (was there|did they report|is shown) (for|in) {c}?",
                "(Tell me|Give me|I need) (the |){r} (of|for|in) {c}.",
                "What did {r} (come|amount) to in {c}?",
                "In {c}, (what was|how large was) (the |){r}?",
                "{c} {r}?",
            ]
        )
    else:
        words = rng.choice(
            [
                "(What|How (much|many)) {c} (did|does) {r} have?",
                "{c} {r}",
                "{r} {c}?",
                "What is the figure for {c} in (the row of |){r}?",
                "How (many|much) {c} (were there|are there|is shown) (for|in|at) {r}?",
                "(Tell me|Give me) (the |){c} of {r}.",
            ]
        )
    text = phrase(rng, words, **place)
    if unit and len(unit) < 12 and rng.random() < 0.08:
        text = text.rstrip("?.") + f", in {unit.removeprefix('in ')}?"
    return text


def matrix_group(rng: Random, heldout: bool) -> Group | None:
    """A cell asked by its row and column; against other years, other rows, other tables of the same shape."""
    names = sorted(_ITEMS)
    topic = rng.choice(names[::5] if heldout else [n for i, n in enumerate(names) if i % 5])
    matrix = _matrix(rng, topic)
    row, column = rng.choice(matrix.rows), rng.choice(matrix.columns)
    if rng.random() < 0.4 and matrix.rows[-1] in _TOTALS:
        row = matrix.rows[-1]
    key = matrix.key(row, column)
    question = _asked(rng, row, column, matrix.unit)
    rows = tuple(r for r in matrix.rows if r != row)
    columns = tuple(c for c in matrix.columns if c != column)
    answered = rng.random() < 0.72
    windows = []
    if answered and rng.random() < 0.25:
        places = rng.sample(
            ["North", "South", "Group", "Parent company", "Plant A", "Plant B", "Schools", "Hospitals"], 2
        )
        other = _replace(_matrix(rng, topic, matrix), matrix.rows, matrix.columns, places[1])
        marked = _replace(matrix, matrix.rows, matrix.columns, places[0])
        window = _window(rng, [marked])
        window.lines(_unmarked(other.lines()))
        question = question.rstrip("?.") + rng.choice(
            [f" for {places[0]}?", f" ({places[0]})", f", {places[0]}?"]
        )
        windows.append(window)
    elif answered:
        windows.append(_window(rng, [matrix], topic if rng.random() < 0.2 else ""))
    for _ in range(rng.choice([0, 1, 1, 2]) if answered else rng.choice([1, 2, 2, 3])):
        like = _matrix(rng, topic, matrix)
        if rng.random() < 0.5 and columns:
            windows.append(_window(rng, [_replace(like, like.rows, columns)]))
        elif rows:
            windows.append(_window(rng, [_replace(like, rows, like.columns)]))
    if not windows:
        return None
    return Group(question, "table" if answered else "unanswerable", tuple(windows), key)


def _unmarked(lines: list[str]) -> list[str]:
    return [plain(line) for line in lines]


_TICKED = [
    ("✓", "✗"),
    ("yes", "no"),
    ("x", ""),
    ("✔", "–"),
    ("Yes", "No"),
    ("[x]", "[ ]"),
    ("included", "not included"),
    ("☒", "☐"),
    ("true", "false"),
    ("●", ""),
    ("✓", ""),
    ("Y", "N"),
    ("☑", "☐"),
    ("available", "–"),
]
_FEATURES = """Wi-Fi|Parking|Breakfast|Lift|Wheelchair access|Air conditioning|Pets allowed|Garden|Delivery|Night mode
|Timer|Child lock|Bluetooth|Remote control|Waterproof|Card payment|Changing room|Guided tours|Audio guide|Lockers
|Gluten-free|Vegan|Contains nuts|Contains milk|Winter hardy|Edible|Evergreen|Export to PDF|Backup|Two-factor login
|Offline use|Theft|Fire|Water damage|Glass breakage|Legal aid|First aid kit|Heating|Kitchen|Projector|Whiteboard
|Showers|Floodlights|Bicycle hire|Insurance included|Spare tyre|Signed contract|Vaccinated|Certificate|Paid|Safety shoes
|Ear protection|Driving licence|Photo consent|Allergies|Newsletter|Member|Invited|Confirmed""".replace(
    "\n", ""
).split("|")


def tick_group(rng: Random, heldout: bool) -> Group | None:
    """A table or list of ticks: does the row have the feature, asked as yes or no."""
    kind = rng.choice(
        ["ship", "planet", "hotel"]
        if heldout
        else [
            "machine",
            "sight",
            "course",
            "software",
            "policy",
            "person",
            "roomname",
            "dish",
            "plant",
            "flat",
        ]
    )
    rows = list(dict.fromkeys(NAMES[kind](rng) for _ in range(rng.randint(2, 7))))
    features = rng.sample(_FEATURES, rng.randint(2, 5))
    row, feature = rng.choice(rows), rng.choice(features)
    key, signs, label = (
        f"{row}/{feature}",
        rng.choice(_TICKED),
        rng.choice(["Name", "Type", "Item", "Model", "Entry", ""]),
    )
    listed = signs[0] in {"[x]", "☒", "☑"} and rng.random() < 0.7

    def window(names: list[str], shown: list[str]) -> Window:
        made = Window(
            rng.choice(["Comparison", "Overview", "Features", "Checklist", "Equipment list", machine(rng)])
        )
        for name in names:
            if listed:
                made.heading(name)
            cells = [f"{label}: {name}" if label else name]
            for f in shown:
                sign, proof = signs[rng.random() < 0.5], mark(f"{name}/{f}")
                if listed:
                    made.line(f"{sign} {f}{proof}")
                elif sign:
                    cells.append(f"{f}: {sign}{proof}")
            if not listed:
                made.line("; ".join(cells))
        return made

    windows = [window(rng.sample(rows, len(rows)), features)]
    if not windows[0].holds(key):
        return None
    if rng.random() < 0.5:
        windows.append(window([r for r in rows if r != row] or [NAMES[kind](rng) + " II"], features))
    if rng.random() < 0.4 and len(features) > 1:
        windows.append(window(rows, [f for f in features if f != feature]))
    if rng.random() < 0.2:
        windows = windows[1:]
    if not windows:
        return None
    question = phrase(
        rng,
        rng.choice(
            [
                "(Is|Are) {f} (ticked|marked|checked) for {r}?",
                "Does {r} have {f}?",
                "{f} {r}?",
                "{r}: {f}?",
                "What does it say about {f} for {r}?",
                "(Is there|Does one get) {f} (with|for|at) {r}?",
                "What is (entered|marked) under {f} for {r}?",
            ]
        ),
        f=feature
        if rng.random() < 0.4
        else feature.lower()
        if feature not in {"Wi-Fi", "Bluetooth"}
        else feature,
        r=row,
    )
    return Group(question, "yes_no", tuple(windows), key, short=False)
