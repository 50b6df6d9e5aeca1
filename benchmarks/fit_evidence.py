"""Fit the weights of evidence selection on several sets jointly, and report them on what they have not seen.

    python -m benchmarks.fit_evidence SETS_FOLDER --work FOLDER [--most N] [--write]

Ranking and prefilter are conditional logits (McFadden 1974): the gold unit of a question against its
other units. Membership is a logistic regression over the best units of each question. Every set has
the same say. Features have the sign that common sense gives them, or none of a set's quirks would be
safe from being learned.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.fit_data import MOST_QUESTIONS, OWN_SETS, SETS, CachedEmbedder, Case, cases, field_cases
from rag.answering.fitting import fit_logistic
from rag.models import build_embedder, load_readers
from rag.reading import LinearModel
from rag.reading.evidence_weights import EvidenceWeights, UnitModels
from rag.reading.features import FEATURES, WORD_FEATURES
from rag.reading.membership import MEMBERSHIP_FEATURES, choose
from rag.reading.votes import ReaderVotes
from rag.resources import resource
from rag.settings import load_settings

CHINESE = ("xquad_zh", "cmrc2018_trial", "drcd_dev", "rgb_zh_fact")
EMBEDDERS = ("packaged:all-MiniLM-L6-v2", "packaged:universal-sentence-encoder-multilingual")
_HELPS = {
    *("overlap", "near_overlap", "context_overlap", "passage_overlap", "overlap_gap", "pairs", "names"),
    *("names_in_context", "numbers", "numbers_in_context", "kind", "rank", "cosine", "window_cosine"),
    *("passage_cosine", "cosine_gap", "untrusted_overlap", "untrusted_near_overlap"),
    *("rest_overlap", "resolved_overlap", "lone_cosine"),
    *("reader_evidence", "reader_answerable", "reader_span", "reader_gap"),
}
_HARMS = {"short", "open", "asks", "heading"}
_MEMBERSHIP_SIGNS = {
    **dict.fromkeys(("lead", "gap", "rank", "kind", "passage_rank", "bridge", "new_coverage"), 1),
    **dict.fromkeys(("read_evidence", "read_gap"), 1),
    # CLAPNQ was built of passages whose gold sentences do not follow each other: not a fact of the world
    **dict.fromkeys(("next", "previous", "refers_back"), 1),
    "terms": -1,
}
_RANKING_RIDGE = 0.02
_MEMBERSHIP_RIDGE = 3.0
_HEADING_WEIGHT = -2.0
"""Set by hand, because the sets' passages have no headings; as much as a wrong kind of answer costs."""
_MOST_SENTENCES = 3
_LEAST_GROUP = 40
_SINGLE_GOLD = 0.4
"""What a case with gold passages only has to say in a set of single answers, against its retrieved twin.

With less, every answer from a few passages grows to three sentences, as the sets of long answers want.
"""


def main() -> None:
    """Fit, report, and write `data/calibration/evidence.json` when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries and embeddings")
    parser.add_argument("--most", type=int, default=MOST_QUESTIONS, help="questions a set and embedder")
    parser.add_argument("--only", nargs="+", default=SETS, metavar="SET", help="public sets to fit on")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    kinds = ("retrieved", "gold")
    measured = list(load_cases(arguments.sets, arguments.work, kinds, arguments.most, arguments.only))
    report = held_out_report(measured)
    print(json.dumps(report, indent=1))
    if arguments.write:
        write(fit(measured), report)


def load_cases(
    folder: Path,
    work: Path,
    kinds: Sequence[str],
    most: int = MOST_QUESTIONS,
    names: Sequence[str] = SETS,
) -> Iterable[Case]:
    """The cases of all sets, and of our own questions: with each embedder where it is used."""
    first, second = (
        CachedEmbedder(
            build_embedder(load_settings(overrides={"embedder": {"model": model}})), work / "embeddings"
        )
        for model in EMBEDDERS
    )
    readers = load_readers(load_settings())
    for set_name in names:
        yield from cases(folder, set_name, first, work, kinds, most, readers)
        if set_name in CHINESE:
            yield from cases(folder, set_name, second, work, kinds, most, readers)
        first.save()
    for folder in OWN_SETS:
        for combined in (False, True):
            yield from field_cases(folder, first, second, readers, work, combined=combined)
    first.save()
    second.save()


def fit(measured: Sequence[Case]) -> EvidenceWeights:
    """All models: with the reader on what it has read, without it on all cases as if nobody had read them."""
    return EvidenceWeights(
        prefilter=fit_ranking(measured, WORD_FEATURES),
        read=fit_units([case for case in measured if case.measured.votes.has_read]),
        unread=fit_units([_unread(case) for case in measured]),
    )


def fit_units(measured: Sequence[Case]) -> UnitModels:
    """Ranking and membership, on cases that are alike read or unread, in their own language or another."""
    ranking = fit_ranking(measured, FEATURES)
    weights = ranking.weights.copy()
    weights[FEATURES.index("heading")] = _HEADING_WEIGHT
    ranking = LinearModel(FEATURES, weights)
    return UnitModels(ranking, fit_membership(measured, ranking))


def _unread(case: Case) -> Case:
    """The case as it is where no reader knows the language."""
    matrix = case.measured.matrix.copy()
    matrix[:, [i for i, name in enumerate(FEATURES) if name.startswith("reader_")]] = 0.0
    votes = ReaderVotes.none(len(matrix))
    return replace(case, measured=replace(case.measured, matrix=matrix, votes=votes))


def fit_ranking(measured: Sequence[Case], features: Sequence[str]) -> LinearModel:
    """The conditional logit of gold units among those of retrieved passages."""
    usable = [case for case in measured if case.kind == "retrieved" and case.any_label.any()]
    shares = _shares(usable)
    columns = [FEATURES.index(name) for name in features]
    matrix = np.vstack([case.measured.matrix[:, columns] for case in usable])
    scale = np.where(matrix.std(axis=0) > 1e-9, matrix.std(axis=0), 1.0)
    design = (matrix - matrix.mean(axis=0)) / scale
    gold = np.concatenate([case.any_label for case in usable])
    sizes = [len(case.measured.units) for case in usable]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(len(usable)), sizes)

    def loss(beta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = design @ beta
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        total, good = np.add.reduceat(odds, starts), np.add.reduceat(odds * gold, starts)
        slope = shares[owner] * (odds / total[owner] - odds * gold / good[owner])
        value = -float(shares @ np.log(good / total)) + 0.5 * _RANKING_RIDGE * float(beta @ beta)
        return value, design.T @ slope + _RANKING_RIDGE * beta

    bounds = [(0, None) if f in _HELPS else (None, 0) if f in _HARMS else (None, None) for f in features]
    found = minimize(loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B", bounds=bounds)
    return LinearModel(tuple(features), found.x / scale)


def fit_membership(measured: Sequence[Case], ranking: LinearModel) -> LinearModel:
    """Which of the best units belong to the answer; the first that holds a single answer is enough."""
    usable = [case for case in measured if case.any_label.any()]
    say = [1.0 if case.kind == "retrieved" or case.several else _SINGLE_GOLD for case in usable]
    shares = _shares(usable) * say
    rows, labels, weights = [], [], []
    for case, share in zip(usable, shares, strict=True):
        members = case.measured.members(ranking.scores(case.measured.matrix))
        gold = case.any_label[members.candidates]
        if not case.several:
            gold = gold * (np.cumsum(gold) <= 1)
        rows.append(members.matrix())
        labels.append(gold)
        weights.append(np.full(len(gold), share * 2_000.0))
    return fit_logistic(
        MEMBERSHIP_FEATURES,
        np.vstack(rows),
        np.concatenate(labels),
        ridge=_MEMBERSHIP_RIDGE,
        example_weights=np.concatenate(weights),
        signs=_MEMBERSHIP_SIGNS,
    )


def held_out_report(measured: Sequence[Case]) -> dict[str, Any]:
    """Scores on the odd half after a fit on the even half, and on each set after a fit on the others."""
    even = fit([case for case in measured if case.task.half == 0])
    odd = [case for case in measured if case.task.half == 1]
    report: dict[str, Any] = {"held_out_half": _by_set(odd, lambda _: even), "left_out_set": {}}
    for set_name in sorted({case.task.set_name for case in measured}):
        weights = fit([case for case in measured if case.task.set_name != set_name])
        own = [case for case in measured if case.task.set_name == set_name]
        report["left_out_set"].update(_by_set(own, lambda _, weights=weights: weights))
    return report


def write(weights: EvidenceWeights, report: dict[str, Any]) -> None:
    """Write the shipped file."""
    tree = {
        "about": "Weights of evidence selection, fitted by benchmarks/fit_evidence.py on public sets.",
        **weights.to_json(),
        "report": report,
    }
    path = resource("data", "calibration", "evidence.json")
    path.write_text(json.dumps(tree, indent=1) + "\n", "utf-8")


def _shares(usable: Sequence[Case]) -> NDArray[np.float64]:
    """Weights of cases that sum to 1 and give every set, kind and embedder the same say.

    A group of a few cases (of a language that was detected wrongly) has no more than their share.
    """
    groups = [_group(case) for case in usable]
    counts = Counter(groups)
    shares = np.array([1.0 / max(counts[group], _LEAST_GROUP) for group in groups])
    return shares / shares.sum()


def _group(case: Case) -> str:
    trusted = "trusted" if case.measured.vectors.trust.trust else "words"
    width = case.measured.vectors.question.size
    return f"{case.task.set_name} {case.kind} {trusted} {width}"


def _by_set(
    measured: Sequence[Case], weights_for: Callable[[str], EvidenceWeights]
) -> dict[str, dict[str, float]]:
    """For each group: how often the best unit and the chosen units hold gold, and sentence F1."""
    rows: dict[str, list[list[float]]] = {}
    for case in measured:
        if case.task.answerable and case.any_label.any():
            rows.setdefault(_group(case), []).append(_scored(case, weights_for(case.task.set_name)))
    names = ("best_is_gold", "holds_gold", "precision", "recall", "f1", "sentences")
    return {
        group: {"questions": len(found)}
        | {name: round(float(value), 3) for name, value in zip(names, np.mean(found, axis=0), strict=True)}
        for group, found in sorted(rows.items())
    }


def _scored(case: Case, weights: EvidenceWeights) -> list[float]:
    models = weights.of(case.measured.votes.has_read)
    members = case.measured.members(models.ranking.scores(case.measured.matrix))
    probabilities = models.membership.probabilities(members.matrix())
    chosen = [unit for unit, _ in choose(members, probabilities, _MOST_SENTENCES)]
    best = (0.0, 0.0, 0.0)
    for gold in case.labels:
        hits = float(gold[chosen].sum())
        if hits:
            precision, recall = hits / len(chosen), hits / float(gold.sum())
            best = max(best, (2 * precision * recall / (precision + recall), precision, recall))
    any_gold = case.any_label
    return [
        float(any_gold[members.order[0]]),
        float(any_gold[chosen].max()),
        best[1],
        best[2],
        best[0],
        float(len(chosen)),
    ]


if __name__ == "__main__":
    main()
