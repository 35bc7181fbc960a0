"""How samples are coded: the settings of a joint-sparse code, which all stages share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfrepro.baselines.dictionary.inputs import Read, in_pieces
from tfrepro.baselines.dictionary.joint_sparse import joint_sparse_codes, objective


@dataclass(frozen=True)
class Coding:
    """See :func:`~tfrepro.baselines.dictionary.joint_sparse.joint_sparse_codes`."""

    sparsity: float
    ridge: float = 0.0
    tolerance: float = 1e-4
    iterations: int = 1000

    def codes(self, inputs: Sequence[np.ndarray], dictionaries: Sequence[np.ndarray]) -> np.ndarray:
        """(N, S, K)."""
        return joint_sparse_codes(
            inputs,
            dictionaries,
            self.sparsity,
            self.ridge,
            tolerance=self.tolerance,
            iterations=self.iterations,
        )

    def objective(
        self,
        inputs: Sequence[np.ndarray],
        dictionaries: Sequence[np.ndarray],
        codes: np.ndarray,
    ) -> np.ndarray:
        """What each sample's code costs: (N,)."""
        return objective(inputs, dictionaries, codes, self.sparsity, self.ridge)

    def all_codes(self, read: Read, N: int, dictionaries: Sequence[np.ndarray]) -> np.ndarray:
        """The codes of a whole set, read a piece at a time: (N, S, K) of the inputs' precision."""
        codes = np.empty((N, len(dictionaries), len(dictionaries[0])), dictionaries[0].dtype)
        for rows in in_pieces(N):
            codes[rows] = self.codes(read(rows), dictionaries)
        return codes
