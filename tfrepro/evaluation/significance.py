"""Is one method better than another, or was it luck of the splits?"""

import numpy as np
import scipy.stats


def paired_t_test(better: np.ndarray, other: np.ndarray) -> float:
    """p-value of a paired, one-tailed t-test that ``better`` scores higher than ``other``.

    Parameters
    ----------
    better, other : (n,) scores of the two methods on the same n splits or seeds

    Returns
    -------
    p in [0, 1]; 0.5 if all differences are zero (nothing speaks for either),
    0 or 1 if they are all the same number, and nan for n < 2.

    Source: DARE, section 5.1.3; one-tailed with n - 1 degrees of freedom, which
    is what its printed p-values follow.
    """
    better, other = np.asarray(better, float), np.asarray(other, float)
    if better.shape != other.shape or better.ndim != 1:
        raise ValueError(f"shapes {better.shape} and {other.shape}: must both be (n,)")
    difference = better - other
    if len(difference) < 2:
        return float("nan")
    if np.ptp(difference) == 0:
        return 0.5 - 0.5 * float(np.sign(difference[0]))
    return float(scipy.stats.ttest_rel(better, other, alternative="greater").pvalue)
