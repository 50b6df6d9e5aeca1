"""From groups to an endless, seeded stream of batches: negatives drawn, questions varied, lengths alike."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from benchmarks.reader.form import Group, Passage
from benchmarks.reader.model import Batch, collate
from benchmarks.reader.negatives import Neighbours, swapped_question
from benchmarks.reader.questions import as_typed
from benchmarks.reader.windows import Example, cut, joined, only, without
from rag.models.reader_pairs import Pair, PairEncoder

__all__ = ["Source", "batches"]

_MOST_WINDOWS = 3
_ALONE = 0.3
"""The share of passages of which only a few units are read, as those are that an answer tells."""
_BUNDLE = 384
"""Groups that are laid out together, so that batches hold windows of like length."""


class Source:
    """The groups of one source, and the windows that are made of them."""

    def __init__(self, name: str, groups: Sequence[Group], made: bool, alone: float = 0.5) -> None:
        """`made`: written by a program, with near misses of its own and questions in all shapes.

        Such passages are short; `alone` is the share of them that stand without text of other groups around.
        """
        self.name = name
        self.groups = groups
        self.made = made
        self._alone = alone
        short = sum(len(passage.units) == 1 for group in groups for passage in group.passages)
        self._sentences = not made and short > 0.8 * sum(len(group.passages) for group in groups)
        self._neighbours = None if made else Neighbours(groups)

    def windows(self, index: int, rng: random.Random) -> list[Example]:
        """Up to three windows with the question of group `index`, an answerable one first if there is one."""
        group = self.groups[index]
        if self.made:
            passages = [self._among_others(passage, rng) for passage in group.passages]
            return _few([e for passage in passages for e in cut(group.question, passage)], rng)
        question = as_typed(group.question, rng)
        context = rng.random() < 0.8
        if self._sentences and rng.random() < 0.6:
            return _few(self._together(index, question, rng), rng)
        passages = [self._few_units(passage, rng) for passage in group.passages]
        found = [e for passage in passages for e in cut(question, passage, context)]
        found.extend(self._negatives(index, question, context, rng))
        return _few(found, rng)

    def _few_units(self, passage: Passage, rng: random.Random) -> Passage:
        """The passage, or what an answer would tell of it: the evidence, or some sentences that are none."""
        if passage.evidence is None or len(passage.units) < 3 or rng.random() > _ALONE:
            return passage
        right = [index for index, marked in enumerate(passage.evidence) if marked]
        wrong = [index for index, marked in enumerate(passage.evidence) if not marked]
        more = rng.sample(wrong, min(rng.randrange(0 if right else 1, 3), len(wrong)))
        return only(passage, sorted([*right, *more]))

    def _among_others(self, passage: Passage, rng: random.Random) -> Passage:
        """The passage, mostly with text of other groups around it."""
        if rng.random() < self._alone:
            return passage
        parts = [passage]
        for _ in range(rng.randrange(1, 4)):
            other = rng.choice(rng.choice(self.groups).passages)
            none = (False,) * len(other.units)
            parts.append(Passage(other.text, other.title, False, (), other.units, none))
        rng.shuffle(parts)
        if rng.random() < 0.6:
            parts = [_under_its_title(part) for part in parts]
        return replace(joined(parts, "\n"), title=passage.title)

    def _together(self, index: int, question: str, rng: random.Random) -> list[Example]:
        """Single sentences as one window, with and without the one that answers."""
        group = self.groups[index]
        right = [passage for passage in group.passages if passage.relevant][:1]
        wrong = [passage for passage in group.passages if not passage.relevant]
        for _ in range(rng.randrange(2, 6)):
            near = self._neighbours.draw(index, rng) if self._neighbours else None
            if near is not None and near not in wrong:
                wrong.append(near)
        rng.shuffle(wrong)
        half = (len(wrong) + 1) // 2
        gap = rng.choice((" ", "\n"))
        found = []
        for some in (right + wrong[:half], wrong[half:]):
            rng.shuffle(some)
            if some:
                found.extend(cut(question, joined(some, gap)))
        return found

    def _negatives(self, index: int, question: str, context: bool, rng: random.Random) -> list[Example]:
        group = self.groups[index]
        found: list[Example] = []
        near = self._neighbours.draw(index, rng) if self._neighbours else None
        if near is not None and (len(group.passages) < 2 or rng.random() < 0.3):
            found.extend(cut(question, near, context))
        passage = next((passage for passage in group.passages if passage.relevant), None)
        if passage is None:
            return found
        gap = without(passage)
        if gap is not None and rng.random() < 0.5:
            found.extend(cut(question, gap, context))
        if passage.spans is not None or passage.evidence is not None or rng.random() < 0.3:
            other = self.groups[rng.randrange(len(self.groups))]
            changed = swapped_question(group, passage, other, rng)
            if changed is not None:
                found.extend(_about_something_else(changed, passage, context))
        return found


def _under_its_title(passage: Passage) -> Passage:
    """The passage with its title as a heading line above it."""
    head = f"## {passage.title}\n" if passage.title else ""
    return replace(
        passage,
        text=head + passage.text,
        spans=_moved(passage.spans, len(head)),
        units=_moved(passage.units, len(head)) or (),
    )


def _moved(places: tuple[tuple[int, int], ...] | None, by: int) -> tuple[tuple[int, int], ...] | None:
    return None if places is None else tuple((start + by, end + by) for start, end in places)


def _about_something_else(question: str, passage: Passage, context: bool) -> list[Example]:
    none = (False,) * len(passage.units)
    wrong = Passage(passage.text, passage.title, False, (), passage.units, none)
    return cut(question, wrong, context)


def _few(found: list[Example], rng: random.Random) -> list[Example]:
    """One answerable window and some others, drawn; questions keep their answerable one always."""
    right = [example for example in found if example.answerable]
    wrong = [example for example in found if not example.answerable]
    chosen = [rng.choice(right)] if right else []
    rng.shuffle(wrong)
    return chosen + wrong[: _MOST_WINDOWS - 1 - (0 if right else 1) + (rng.random() < 0.3)]


def batches(
    sources: Sequence[Source],
    weights: Mapping[str, float],
    encoder: PairEncoder,
    tokens: int,
    seed: int,
) -> Iterator[Batch]:
    """Batches of up to some `tokens` padded tokens, for ever; the same seed draws the same ones.

    A source is drawn by its weight (1 where none is given) times its number of groups; its groups come in
    shuffled order, each once before any comes again.
    """
    rng = random.Random(seed)
    orders: dict[str, list[int]] = {source.name: [] for source in sources}
    shares = [weights.get(source.name, 1.0) * len(source.groups) for source in sources]
    while True:
        bundle: list[list[tuple[Pair, Example]]] = []
        for source in rng.choices(sources, shares, k=_BUNDLE):
            order = orders[source.name]
            if not order:
                order.extend(range(len(source.groups)))
                rng.shuffle(order)
            examples = source.windows(order.pop(), rng)
            by_question: dict[str, list[Example]] = {}
            for example in examples:
                by_question.setdefault(example.question, []).append(example)
            laid = [
                pair_and_example
                for question, asked in by_question.items()
                for pair_and_example in zip(
                    encoder.pairs(question, [example.text for example in asked]), asked, strict=True
                )
            ]
            if laid:
                bundle.append(laid)
        yield from _batches_of(bundle, tokens, rng)


def _batches_of(bundle: list[list[tuple[Pair, Example]]], tokens: int, rng: random.Random) -> Iterator[Batch]:
    bundle.sort(key=lambda group: max(len(pair.ids) for pair, _ in group))
    found: list[list[list[tuple[Pair, Example]]]] = [[]]
    count = longest = 0
    for group in bundle:
        longest = max(longest, *(len(pair.ids) for pair, _ in group))
        if found[-1] and (count + len(group)) * longest > tokens:
            found.append([])
            count, longest = 0, max(len(pair.ids) for pair, _ in group)
        found[-1].append(group)
        count += len(group)
    rng.shuffle(found)
    for groups in found:
        rows = [(pair, example, number) for number, group in enumerate(groups) for pair, example in group]
        yield collate([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
