"""The squared tree-guided group lasso, and regressions that it penalises.

Conventions
-----------
W (K, T) holds the weights of T linear regressions, one a class, on the same K inputs. A node v
of a tree over the classes is a group G_v of them with a weight e_v; w^k_{G_v} is what row k
of W has in the columns of the group. The penalty

    Ω(W) = (Σ_k Σ_v e_v ‖w^k_{G_v}‖)²

makes classes of one node use the same inputs. It is not smooth, but by the Cauchy-Schwarz
inequality it is the least that

    Σ_k Σ_v e_v² ‖w^k_{G_v}‖² / q_kv = Σ_t w_t' Q^t w_t,    Q^t_kk = Σ_{v ∋ t} e_v² / q_kv,

can be for shares q > 0 of sum one, found at q_kv ∝ e_v ‖w^k_{G_v}‖. While q stays as it is,
the T regressions part into ridge regressions, each with the diagonal Q^t.

Sources: S. Kim and E. Xing, Tree-guided group lasso, ICML 2010; J. Zhang et al., Shorter-is-better
(TRUMANN), MM 2016.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tfrepro.corpora.label_tree import LabelTree

Normalisation = Literal["global", "per-task"]


@dataclass(frozen=True)
class Nodes:
    """The nodes of a tree as arrays.

    Attributes
    ----------
    members : (V, T) float64, 1 where the node has the class, else 0
    weights : (V,) float64 > 0, the e_v

    Raises ValueError if a class is in no node, for then nothing would penalise it.
    """

    members: np.ndarray
    weights: np.ndarray

    def __post_init__(self):
        alone = np.flatnonzero(self.members.sum(axis=0) == 0)
        if alone.size:
            raise ValueError(f"class {alone[0]} is in no node of a weight above 0")

    @classmethod
    def of_tree(cls, tree: LabelTree, classes: Sequence[int] | np.ndarray) -> "Nodes":
        """The tree with no other classes than these, which get the numbers 0 ... T-1.

        Nodes keep their weights; those that are empty, or weigh nothing, are left out.
        """
        members = np.zeros((len(tree.groups), len(tree.classes)))
        for v, group in enumerate(tree.groups):
            members[v, list(group)] = 1
        members, weights = members[:, np.asarray(classes)], np.array(tree.weights, float)
        counts = (members.sum(axis=1) > 0) & (weights > 0)
        return cls(members[counts], weights[counts])


def node_norms(W: np.ndarray, nodes: Nodes) -> np.ndarray:
    """‖w^k_{G_v}‖ of each row and node: (K, V)."""
    return np.sqrt(np.square(W) @ nodes.members.T)


def tree_penalty(W: np.ndarray, nodes: Nodes) -> float:
    """Ω(W)."""
    return float((node_norms(W, nodes) @ nodes.weights).sum() ** 2)


def inverse_penalties(
    W: np.ndarray, nodes: Nodes, normalisation: Normalisation = "global"
) -> np.ndarray:
    """1 / Q^t_kk where q is best for W: (K, T).

    It is 0, and the penalty infinite, where all of a node is 0: what is 0 in W stays 0.

    Parameters
    ----------
    W : (K, T)
    nodes : V nodes over T classes
    normalisation : what the shares sum to one over: ``global``, all inputs and nodes, as the
        inequality asks for; ``per-task``, all inputs and those nodes that have the class t,
        so that q is another one in each Q^t
    """
    norms = node_norms(W, nodes)
    total = nodes.weights * norms.sum(axis=0)
    total = total.sum() if normalisation == "global" else total @ nodes.members
    # With q put in, Q^t_kk = total Σ_{v ∋ t} e_v / ‖w^k_{G_v}‖.
    zero = norms == 0
    ratios = np.divide(nodes.weights, norms, out=np.zeros_like(norms), where=~zero)
    Q = total * (ratios @ nodes.members)
    finite = zero @ nodes.members == 0
    return np.divide(1, Q, out=np.zeros_like(Q), where=finite)


def fit_tasks(BB: np.ndarray, BY: np.ndarray, inverse: np.ndarray, tree: float) -> np.ndarray:
    """The T ridge regressions w_t = (B'B + λ3 Q^t)⁻¹ B'y_t: W (K, T).

    Parameters
    ----------
    BB : (K, K) B'B
    BY : (K, T) B'Y
    inverse : (K, T) 1 / Q^t_kk, see :func:`inverse_penalties`
    tree : λ3 > 0
    """
    # With S = Q^(-1/2) it is S (S B'B S + λ3 I)⁻¹ S B'y: no eigenvalue is below λ3, and an
    # infinite penalty needs no infinite number.
    S = np.sqrt(inverse)
    systems = S.T[:, :, None] * S.T[:, None, :]
    systems *= BB
    diagonal = np.arange(len(BB))
    systems[:, diagonal, diagonal] += tree
    solutions = np.linalg.solve(systems, (S * BY).T[:, :, None])
    return S * solutions[:, :, 0].T
