"""ROC curves of many classes, one against the rest, and the areas under them.

Conventions
-----------
``y : (N,)`` true classes, ``P : (N, K)`` probabilities, as in :mod:`tfrepro.evaluation.scores`. The
``micro`` average takes every video and class as one decision, N K of them, of which N are true;
``macro`` is the mean over the classes that have a video, and a video of another class: the others
have no curve.

Source: NMCL, section 5.2 and Figure 4.
"""

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from tfrepro.evaluation.scores import validate_predictions


def areas(y: np.ndarray, P: np.ndarray) -> dict[str, float]:
    """``auc_micro`` and ``auc_macro``; nan where there is no curve."""
    validate_predictions(y, P)
    truth = _truth(y, P)
    seen = _classes_with_a_curve(truth)
    each = [roc_auc_score(truth[:, k], P[:, k]) for k in seen]
    micro = roc_auc_score(truth.ravel(), P.ravel()) if truth.size > len(y) > 0 else np.nan
    return {"auc_micro": float(micro), "auc_macro": float(np.mean(each)) if each else np.nan}


def curves(y: np.ndarray, P: np.ndarray, points: int) -> dict[str, np.ndarray]:
    """``false_positive_rate``, evenly from 0 to 1, and ``micro`` and ``macro`` true ones there.

    Each is (points,). At a rate where a curve rises straight up, its highest value counts.

    Raises ValueError if there is no curve.
    """
    validate_predictions(y, P)
    truth = _truth(y, P)
    seen = _classes_with_a_curve(truth)
    if not len(seen):
        raise ValueError("no class has a curve: all videos are of one class, or there is none")
    rates = np.linspace(0, 1, points)
    each = [_curve(truth[:, k], P[:, k], rates) for k in seen]
    return {
        "false_positive_rate": rates,
        "micro": _curve(truth.ravel(), P.ravel(), rates),
        "macro": np.mean(each, axis=0),
    }


def _truth(y: np.ndarray, P: np.ndarray) -> np.ndarray:
    return y[:, None] == np.arange(P.shape[1])


def _classes_with_a_curve(truth: np.ndarray) -> np.ndarray:
    return np.flatnonzero(truth.any(axis=0) & ~truth.all(axis=0))


def _curve(truth: np.ndarray, scores: np.ndarray, rates: np.ndarray) -> np.ndarray:
    false, true, _ = roc_curve(truth, scores)
    return np.interp(rates, false, true)
