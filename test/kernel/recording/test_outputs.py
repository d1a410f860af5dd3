"""What is read of the outputs of routers, worked out by hand, for lists and for NumPy's arrays; real models are in ``torch_checks``."""

import math

import numpy as np
import pytest
from jupyterlab_switchyard.recording.errors import SwitchyardError
from jupyterlab_switchyard.watching.outputs import OutputReader

KINDS = pytest.mark.parametrize("of", [lambda values: values, np.array], ids=["lists", "numpy"])
PROBABILITIES = [[0.5, 0.3, 0.15, 0.05], [0.1, 0.2, 0.3, 0.4], [0.25, 0.4, 0.2, 0.15]]
LOGITS = [[math.log(x) + 1 for x in row] for row in PROBABILITIES]


class Gate:
    """A router without a word about its experts."""


class NllbMoeTop2Router:
    """Its class says how many experts a token has."""

    num_experts = 4


class Four:
    num_experts = 4


class AllOfTwo:
    num_experts, top_k = 2, 2


def read(output, module=Gate, k=None):
    return OutputReader().read("moe", module(), output, k=k)


def rounded(values):
    return None if values is None else [[round(float(x), 4) for x in row] for row in values]


@KINDS
def test_switch_transformers_logits_with_the_experts_that_had_room(of):
    # The second token found its expert full.
    room, most = of([[1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]]), of([[0.5], [0.4], [0.4]])
    routed = read((room, most, of(LOGITS)))
    assert [routed.num_experts, routed.router, routed.knows_dropped] == [4, "switch", True]
    # One expert a token, the most probable, also of a token that was dropped.
    assert rounded(routed.indices) == [[0], [3], [1]] and rounded(routed.weights) == [[0.5], [0.4], [0.4]]
    assert [[bool(x) for x in row] for row in routed.dropped] == [[False], [True], [False]]
    assert rounded(routed.probabilities) == PROBABILITIES


@KINDS
def test_nllb_weights_with_the_experts_that_had_room(of):
    room = of([[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]])
    weights = of([[0.625, 0.375, 0, 0], [0, 0, 0, 0.4], [0, 0, 0, 0]])
    routed = read((room, weights), NllbMoeTop2Router)
    # The two of weight above 0, best first; who had no room has no choice.
    assert rounded(routed.indices) == [[0, 1], [3, -1], [-1, -1]]
    assert rounded(routed.weights) == [[0.625, 0.375], [0.4, 0], [0, 0]]
    assert [routed.num_experts, routed.probabilities, routed.dropped] == [4, None, None]
    # Where nothing says how many, it is one.
    assert rounded(read((room, weights), Four).indices) == [[0], [3], [-1]]


@KINDS
def test_experts_that_had_room_without_scores(of):
    routed = read((of([[0, 1, 0, 0], [0, 0, 0, 0]]), of([[0.5], [0.4]])), Four)
    assert [routed.num_experts, routed.router] == [4, "switch"]
    assert rounded(routed.indices) == [[1], [-1]]


@KINDS
def test_choices_and_weights_without_scores(of):
    routed = read((of([[3, 1], [0, 2]]), of([[0.75, 0.25], [0.5, 0.5]])), Four)
    assert [routed.num_experts, routed.router, routed.knows_dropped] == [4, "top-k", True]
    assert rounded(routed.indices) == [[3, 1], [0, 2]] and rounded(routed.weights) == [[0.75, 0.25], [0.5, 0.5]]


@KINDS
def test_choices_of_all_experts_are_no_room(of):
    logits, weights = of([[-1.0, 1.0], [1.0, -1.0]]), of([[0.75, 0.25], [0.5, 0.5]])
    routed = read((logits, weights, of([[1, 0], [0, 1]])), AllOfTwo)
    assert rounded(routed.indices) == [[1, 0], [0, 1]] and rounded(routed.weights) == [[0.75, 0.25], [0.5, 0.5]]
    assert routed.router == "top-k"


@KINDS
def test_logits_alone_need_a_k_and_probabilities_are_known_by_their_sum(of):
    with pytest.raises(SwitchyardError, match="k must be given where a router returns logits alone"):
        read(of(LOGITS))
    assert rounded(read(of(LOGITS), k=2).indices) == [[0, 1], [3, 2], [1, 0]]
    # 5.2 of transformers returns probabilities: no softmax of a softmax.
    for scores in (LOGITS, PROBABILITIES):
        assert rounded(read((of(scores),), k=1).probabilities) == PROBABILITIES
    with pytest.raises(SwitchyardError, match="a router must return logits of shape"):
        read(None)
