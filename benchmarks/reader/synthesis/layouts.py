"""How a document writes down its subjects: tables, sections, directories, prose, forms, records, logs."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.reader.synthesis.noise import furniture
from benchmarks.reader.synthesis.templates import capital
from benchmarks.reader.synthesis.values import date_text
from benchmarks.reader.synthesis.window import Window, mark
from benchmarks.reader.synthesis.world import Attribute, Subject, World, ask

__all__ = ["LAYOUTS", "Layout"]

Layout = Callable[[Random, World], Window]


def _held(world: World, subject: Subject) -> list[Attribute]:
    return [a for a in world.attributes if a.key in subject.values]


def _shuffled(rng: Random, world: World) -> list[Subject]:
    return rng.sample(world.subjects, len(world.subjects))


def _cased(rng: Random, heading: str) -> str:
    return heading.upper() if rng.random() < 0.12 else heading


def _name(world: World, subject: Subject, text: str = "") -> str:
    return mark(f"{subject.name}/name", text or subject.name)


def table(rng: Random, world: World) -> Window:
    """Rows of subjects: `Town: Belk; Mayor: Otto Kranz; River: Mure`."""
    window = Window(world.title)
    furniture(rng, window, 0.3, world.domain.columns[0])
    units = {}
    for a in world.attributes:
        found = {s.values[a.key].unit for s in world.subjects if a.key in s.values}
        if len(found) == 1 and (unit := found.pop()) and rng.random() < 0.6:
            units[a.key] = unit
    shared = f" ({next(iter(units.values()))})" if len(units) == 1 and rng.random() < 0.4 else ""
    rows = []
    for subject in _shuffled(rng, world):
        cells = [f"{world.column}: {_name(world, subject)}"]
        for a in world.attributes:
            if a.key not in subject.values:
                if rng.random() < 0.3:
                    cells.append(f"{world.labels[a.key]}: {rng.choice(['–', '-', 'n/a'])}")
                continue
            unit = units.get(a.key, "")
            label = world.labels[a.key] + (f" ({unit})" if unit and not shared else "")
            cells.append(f"{label}: {world.marked(subject, a, bare=bool(unit))}")
        rows.append("; ".join(cells) + shared)
    window.lines(_sectioned(rng, rows))
    return window


def _sectioned(rng: Random, rows: list[str]) -> list[str]:
    if len(rows) < 4 or rng.random() > 0.25:
        return rows
    names = rng.sample(
        [
            "North",
            "South",
            "New",
            "Indoor",
            "Outdoor",
            "Category A",
            "Category B",
            "Public",
            "Private",
            "Group 1",
            "Group 2",
            "Spring",
            "Autumn",
            "Regular",
            "Other",
        ],
        2,
    )
    cut = rng.randint(1, len(rows) - 1)
    return [f"{names[i >= cut]} > {row}" for i, row in enumerate(rows)]


def columns(rng: Random, world: World) -> Window:
    """A table whose columns are the subjects: `Property: Weight; Corvex 3: 12 kg; Corvex 5: 14 kg`."""
    window = Window(world.title)
    furniture(rng, window, 0.2, world.domain.columns[0])
    subjects = _shuffled(rng, world)[:5]
    column = rng.choice(["Property", "Feature", "Item", "Criterion", "Detail"])
    headed = rng.random() < 0.7
    for a in world.attributes:
        cells = [f"{column}: {world.labels[a.key]}" if headed else world.labels[a.key]]
        cells += [f"{s.name}: {world.marked(s, a)}" for s in subjects if a.key in s.values]
        if len(cells) > 1:
            window.line("; ".join(cells))
    return window


def sections(rng: Random, world: World) -> Window:
    """A small section for each subject; the sentences under its heading do not name it."""
    window = Window(world.title)
    for subject in _shuffled(rng, world):
        window.heading(_cased(rng, subject.heading))
        held = _held(world, subject)
        texts = [world.fragment(rng, subject, a) for a in rng.sample(held, len(held))]
        if texts:
            window.paragraph(texts)
    return window


def directory(rng: Random, world: World) -> Window:
    """A heading for each subject and under it items such as `- Phone: 4711`."""
    window = Window(world.title)
    bullet = rng.choice(["- ", "- ", "• ", "* ", ""])
    colon = rng.choice([": ", ": ", ": ", " – ", " = ", " "])
    for subject in _shuffled(rng, world):
        window.heading(_cased(rng, subject.heading))
        for a in _held(world, subject):
            label = world.labels[a.key]
            window.line(
                f"{bullet}{label}{': ' if not bullet and colon == ' ' else colon}{world.marked(subject, a)}"
            )
    return window


def listing(rng: Random, world: World) -> Window:
    """One line for each subject: `Corvex 300: price 40 EUR, weight 12 kg`."""
    window = Window(world.title)
    furniture(rng, window, 0.3, world.domain.columns[0])
    bullet, joint = rng.choice(["- ", "• ", "", "* "]), rng.choice([", ", "; ", " | ", " · "])
    for subject in _shuffled(rng, world):
        parts = [f"{world.labels[a.key]} {world.marked(subject, a)}" for a in _held(world, subject)]
        window.line(
            f"{bullet}{_name(world, subject, subject.heading)}{rng.choice([': ', ' – '])}{joint.join(parts)}"
        )
    return window


def prose(rng: Random, world: World) -> Window:
    """Running text in which each sentence names its subject."""
    window = Window(world.title)
    if rng.random() < 0.4:
        window.heading(
            _cased(
                rng, rng.choice(["Overview", "Details", "Summary", world.title.split(" {")[0], "At a glance"])
            )
        )
    texts = [
        world.sentence(rng, s, a)
        for s in world.subjects
        for a in _held(world, s)
        if rng.random() < 0.75 or a is world.attributes[0]
    ]
    rng.shuffle(texts)
    while texts:
        cut = rng.randint(2, 5)
        window.paragraph([capital(t) for t in texts[:cut]])
        texts = texts[cut:]
    return window


def portraits(rng: Random, world: World) -> Window:
    """A paragraph for each subject: its first sentence names it, those after it say it, we or nothing."""
    window = Window(world.title)
    for subject in _shuffled(rng, world):
        held = rng.sample(_held(world, subject), len(_held(world, subject)))
        if held:
            first = capital(world.sentence(rng, subject, held[0]))
            window.paragraph([first, *(world.fragment(rng, subject, a) for a in held[1:])])
    return window


def form(rng: Random, world: World) -> Window:
    """A filled form: labels and values of one subject after the other."""
    window = Window(world.title)
    furniture(rng, window, 0.2, world.domain.columns[0])
    upper = rng.random() < 0.15
    colon = rng.choice([": ", ": ", ": ", " : ", ":  ", " = "])
    for subject in _shuffled(rng, world)[: 3 if len(world.subjects) < 5 else 4]:
        lines = [f"{world.column}{colon}{subject.name}"]
        for a in _held(world, subject):
            label = world.labels[a.key]
            lines.append(f"{label.upper() if upper else label}{colon}{world.marked(subject, a)}")
        window.lines(lines)
    return window


def records(rng: Random, world: World) -> Window:
    """Lines of a data file: `corvex > weight: 12 kg`, or `{"name": …}` objects."""
    window = Window(world.title)
    style = rng.randint(0, 2)
    for subject in _shuffled(rng, world):
        held = _held(world, subject)
        keys = {a.key: world.labels[a.key].lower().replace(" ", "_").strip("_.") for a in held}
        if style == 0:
            pairs = [f'"{keys[a.key]}": "{world.marked(subject, a)}"' for a in held]
            window.line("{" + ", ".join([f'"{world.column.lower()}": "{subject.name}"', *pairs]) + "}")
        elif style == 1:
            window.lines(f"{subject.name} > {keys[a.key]}: {world.marked(subject, a)}" for a in held)
        else:
            pairs = [f"{keys[a.key]}: {world.marked(subject, a)}" for a in held]
            window.line("; ".join([f"{world.column.lower()}: {subject.name}", *pairs]))
    return window


def faq(rng: Random, world: World) -> Window:
    """Headings are questions, the answers below do not repeat them."""
    window = Window(
        f"{world.title} > {rng.choice(['FAQ', 'Questions and answers', 'Frequently asked questions'])}"
    )
    pairs = [(s, a) for s in world.subjects for a in _held(world, s)]
    for subject, a in rng.sample(pairs, min(len(pairs), rng.randint(4, 8))):
        window.heading(ask(rng, subject, a, world.domain))
        window.paragraph([world.fragment(rng, subject, a)])
    return window


def log(rng: Random, world: World) -> Window:
    """Dated lines, one statement each."""
    window = Window(world.title)
    year, month, style = rng.randint(2019, 2026), rng.randint(1, 12), rng.choice([2, 2, 0, 3])
    level = rng.choice(["", "", "INFO ", "note: ", "[ok] "])
    lines = [(s, a) for s in world.subjects for a in _held(world, s) if rng.random() < 0.8]
    rng.shuffle(lines)
    for day, (subject, a) in enumerate(lines[:12], 1):
        stamp = date_text(rng, year, month, min(28, day * 2), style)
        clock = f" {rng.randint(6, 20):02d}:{rng.randint(0, 59):02d}" if rng.random() < 0.5 else ""
        window.line(f"{stamp}{clock} {level}{capital(world.sentence(rng, subject, a))}")
    return window


LAYOUTS: dict[str, tuple[Layout, str, tuple[int, int], tuple[int, int]]] = {
    # layout, kind, from and to how many subjects, from and to how many attributes
    "table": (table, "table", (3, 10), (2, 5)),
    "columns": (columns, "table", (2, 5), (3, 6)),
    "sections": (sections, "heading_subject", (2, 6), (2, 4)),
    "directory": (directory, "heading_subject", (2, 6), (2, 5)),
    "faq": (faq, "heading_subject", (1, 4), (3, 5)),
    "listing": (listing, "record", (3, 9), (1, 4)),
    "form": (form, "form", (1, 3), (3, 7)),
    "records": (records, "record", (1, 6), (2, 5)),
    "log": (log, "record", (2, 6), (2, 3)),
    "prose": (prose, "prose", (2, 6), (1, 4)),
    "portraits": (portraits, "prose", (1, 4), (2, 5)),
}
