"""Fits of the small models that calibrate answers: logistic regression and isotonic regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.reading.linear import LinearModel

__all__ = ["fit_isotonic", "fit_line", "fit_logistic"]

Matrix = NDArray[np.float64]
_ROUNDS = 400
_LINE_ROUNDS = 100


def fit_logistic(
    features: Sequence[str],
    matrix: Matrix,
    labels: Matrix,
    *,
    ridge: float = 1.0,
    example_weights: Matrix | None = None,
    signs: Mapping[str, int] | None = None,
) -> LinearModel:
    """Logistic regression with a ridge on standardised features and fixed signs where wanted.

    Newton's method on the coordinates that are free; one that a sign forbids is held at 0 and let go
    again only when its gradient points the allowed way (an active-set method).

    Args:
        features: Names of the columns.
        matrix: Shape (n, len(features)).
        labels: Shape (n,), 0 or 1 or a share between.
        ridge: Weight of the squared coefficients.
        example_weights: Shape (n,); 1 for each when None.
        signs: +1 or -1 for features whose weight may not have the other sign.
    """
    weights = np.ones(len(labels)) if example_weights is None else example_weights
    mean, scale = matrix.mean(axis=0), matrix.std(axis=0)
    usable = scale > 1e-9
    standard = np.where(usable, (matrix - mean) / np.where(usable, scale, 1.0), 0.0)
    design = np.hstack([standard, np.ones((len(matrix), 1))])
    wanted = np.array([(signs or {}).get(name, 0) for name in features] + [0], np.float64)
    penalty = np.array([ridge] * len(features) + [1e-9])
    beta = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        predicted = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30.0, 30.0)))
        gradient = design.T @ (weights * (predicted - labels)) + penalty * beta
        blocked = (wanted != 0) & (beta * wanted <= 0.0) & (gradient * wanted >= 0.0)
        free = ~blocked & np.append(usable, True)
        curvature = design[:, free].T * (weights * predicted * (1.0 - predicted)) @ design[:, free]
        step = np.linalg.solve(curvature + np.diag(penalty[free] + 1e-9), gradient[free])
        moved = beta.copy()
        moved[free] -= step
        moved[blocked] = 0.0
        moved[(wanted != 0) & (moved * wanted < 0.0)] = 0.0
        if np.abs(moved - beta).max() < 1e-6:
            break
        beta = beta + 0.7 * (moved - beta)
    weights_out = np.where(usable, beta[:-1] / np.where(usable, scale, 1.0), 0.0)
    return LinearModel(tuple(features), weights_out, float(beta[-1] - weights_out @ mean))


def fit_line(log_odds: Matrix, labels: Matrix, slope_doubt: float, shift_doubt: float) -> tuple[float, float]:
    """Slope and shift of log odds by which they become those of the labels (Platt 1999), shrunk to (1, 0).

    The likeliest pair after normal priors around no change at all, so that a few examples change little.
    Newton's method; the slope is at least 0.

    Args:
        log_odds: Shape (n,).
        labels: Shape (n,), 0 or 1.
        slope_doubt: Standard deviation of the slope's prior.
        shift_doubt: Standard deviation of the shift's prior.
    """
    design = np.stack([log_odds, np.ones(len(log_odds))], axis=1)
    prior, precision = np.array([1.0, 0.0]), np.array([slope_doubt, shift_doubt]) ** -2.0
    line = prior.copy()
    for _ in range(_LINE_ROUNDS):
        predicted = 1.0 / (1.0 + np.exp(-np.clip(design @ line, -30.0, 30.0)))
        gradient = design.T @ (predicted - labels) + precision * (line - prior)
        curvature = design.T * (predicted * (1.0 - predicted)) @ design + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        line = line - 0.7 * step
        line[0] = max(line[0], 0.0)
        if np.abs(step).max() < 1e-8:
            break
    return float(line[0]), float(line[1])


def fit_isotonic(scores: Matrix, labels: Matrix, least_group: int = 1) -> tuple[Matrix, Matrix]:
    """Isotonic regression by pooling adjacent violators (Zadrozny and Elkan 2002): knots x, y.

    Each knot is the mean score and the share of positives of a group of at least `least_group`
    examples, so that interpolation between knots is monotone and not driven by single examples.
    """
    order = np.argsort(scores, kind="stable")
    groups: list[list[float]] = []
    for score, label in zip(scores[order], labels[order], strict=True):
        groups.append([float(score), float(label), 1.0])
        while len(groups) > 1 and (
            groups[-2][1] / groups[-2][2] >= groups[-1][1] / groups[-1][2] or groups[-2][2] < least_group
        ):
            last = groups.pop()
            groups[-1] = [a + b for a, b in zip(groups[-1], last, strict=True)]
    if len(groups) > 1 and groups[-1][2] < least_group:
        last = groups.pop()
        groups[-1] = [a + b for a, b in zip(groups[-1], last, strict=True)]
    x = np.array([total / count for total, _, count in groups])
    y = np.array([positives / count for _, positives, count in groups])
    return x, np.maximum.accumulate(y)
