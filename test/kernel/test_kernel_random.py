"""Random sequences of cells have the values that they have in Node's own prompt."""

import json

import pytest
from prompt import in_prompt
from sequences import Sequence

LENGTH = 7
TOGETHER = 250


def cells(sequences):
    """The cells of many sequences side by side: the first of each in one cell, and so on; each shows all values."""
    for steps in zip(*(sequence.steps for sequence in sequences), strict=True):
        code = "\n".join(step.code for step in steps)
        yield f"{code}\nconsole.log(JSON.stringify([{', '.join(step.values for step in steps)}]))"


def compare(kernel, sequences):
    """Runs them in the kernel and in the prompt."""
    sources = list(cells(sequences))
    (expected,) = in_prompt([sources])
    for at, (source, in_node) in enumerate(zip(sources, expected, strict=True)):
        assert "failure" not in in_node, in_node
        values, right = json.loads(kernel.ok(source).text()), json.loads(in_node["printed"])
        for sequence, value, wanted in zip(sequences, values, right, strict=True):
            assert value == wanted, "\n".join(step.code for step in sequence.steps[: at + 1])


@pytest.mark.parametrize("batch", range(8))
def test_two_thousand_sequences(kernel, batch):
    # The names of the batch before are there, and are declared again.
    compare(kernel, [Sequence(batch * TOGETHER + at, f"s{at}", LENGTH) for at in range(TOGETHER)])


def test_redeclarations_that_throw(kernel):
    sequences = [Sequence(seed, f"t{seed % 4}", LENGTH, throws=True) for seed in range(40)]
    sources = [[f"{step.code}\n;{step.values}" for step in sequence.steps] for sequence in sequences]
    thrown = 0
    for cells, expected in zip(sources, in_prompt(sources), strict=True):
        for source, in_node in zip(cells, expected, strict=True):
            outcome = kernel.run(source)
            assert (outcome.status == "error") == ("failure" in in_node), source
            assert (outcome.result or "") == in_node.get("value", ""), source
            thrown += outcome.status == "error"
    assert thrown >= 10
