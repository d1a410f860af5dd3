"""What routers decide by, and a text without an expert: worked out by hand, for lists and for NumPy's arrays."""

import json
import math

import jupyterlab_switchyard as switchyard
import numpy as np
import pytest
from jupyterlab_switchyard.recording.errors import SwitchyardError
from jupyterlab_switchyard.watching.ablation import ablated
from recording.standin import Module

KINDS = pytest.mark.parametrize("of", [lambda values: values, np.array], ids=["lists", "numpy"])
LOG = [[math.log(x) for x in row] for row in ([0.5, 0.3, 0.15, 0.05], [0.1, 0.2, 0.3, 0.4])]


def as_lists(values):
    return [[round(float(x), 4) for x in row] for row in values]


@KINDS
def test_logits_margins_and_z_loss_by_hand(of, valid):
    run = switchyard.record(display=False)
    run.observe("moe", logits=of([[0, 2, -1, 0], [-30, 100, 99.5, 0.1]]), k=2)
    run.step(1)
    data = valid(run.payload())["data"]
    internals, bins = data["layers"][0]["internals"], data["scoreBins"]
    # As test/kernel-lib/study/telemetry/internals.test.ts has it for kernel-lib.
    assert [bins["logits"][0], bins["logits"][20], bins["logits"][-1], len(bins["margins"])] == [-27.2899, 0, 27.2899, 21]
    found = {bins["logits"][i]: share for i, share in enumerate(internals["logits"]) if share}
    assert found == {-27.2899: 0.125, -1.1752: 0.125, 0: 0.375, 1.9043: 0.125, 22.3394: 0.25}
    assert {bins["margins"][i]: share for i, share in enumerate(internals["margins"]) if share} == {0.4108: 0.5, 1.9043: 0.5}
    z = [math.log(2 + math.exp(2) + math.exp(-1)), 100 + math.log(1 + math.exp(-0.5))]
    assert [internals["margin"], internals["zLoss"]] == [1.25, pytest.approx((z[0] ** 2 + z[1] ** 2) / 2, rel=1e-4)]
    assert data["history"]["internals"] == {
        **{"steps": [1], "margin": [[1.25]], "zLoss": [[internals["zLoss"]]]},
        **{"biasSize": [], "biasFlips": []},
    }


@KINDS
def test_padding_and_what_is_not_finite_have_no_scores(of, valid):
    run = switchyard.record(display=False)
    run.batch([[1, 2, 3]], mask=of([[1, 1, 0]]))
    run.observe("moe", logits=of([[1.0, 0.0], [float("-inf"), 0.0], [9.0, 0.0]]), k=1)
    run.step(1)
    assert valid(run.payload())["data"]["layers"][0]["internals"]["margin"] == 1
    given = switchyard.record(display=False)
    given.observe("moe", probabilities=of([[0.75, 0.25]]), k=1)
    given.step(1)
    assert "internals" not in valid(given.payload())["data"]["layers"][0]


@KINDS
def test_logits_alone_are_masked(of):
    output = ablated("gate", of(LOG), 1, "without", 4)
    assert as_lists(output)[0] == [-0.6931, -10000, -1.8971, -2.9957]
    assert [row.index(max(row)) for row in as_lists(ablated("gate", (of(LOG),), 2, "only", 4)[0])] == [2, 2]
    shares = ablated("gate", of([[0.5, 0.3, 0.2]]), 0, "without", 3)
    assert as_lists(shares) == [[0, 0.6, 0.4]]


@KINDS
def test_choices_go_to_the_next_in_line(of):
    indices, weights = of([[0, 1], [3, 2]]), of([[0.625, 0.375], [8 / 7, 6 / 7]])
    _, given, chosen = ablated("gate", (of(LOG), weights, indices), 0, "without", 4)
    # As test/kernel-lib/nn/routers/ablate.test.ts has it for kernel-lib.
    assert as_lists(chosen) == [[1, 2], [3, 2]]
    assert as_lists(given) == [[0.6667, 0.3333], [1.1429, 0.8571]]
    _, given, chosen = ablated("gate", (of(LOG), weights, indices), 2, "only", 4)
    assert [row[0] for row in as_lists(chosen)] == [2, 2]
    assert as_lists(given) == [[1, 0], [2, 0]]


@KINDS
def test_experts_that_had_room_as_switch_transformers_return_them(of):
    # The third token had no room.
    room, most = of([[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]), of([[0.5], [0.4], [0.4]])
    logits = of([*LOG, LOG[1]])
    taken, share, scores = ablated("router", (room, most, logits), 0, "without", 4)
    assert as_lists(taken) == [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    # One weight scales what the expert gives, whichever it is; the logits are what the router said.
    assert as_lists(share) == as_lists(most) and scores is logits
    taken, _, _ = ablated("router", (room, most, logits), 2, "only", 4)
    assert as_lists(taken) == [[0, 0, 1, 0]] * 3
    assert as_lists(room)[0] == [1, 0, 0, 0]


@KINDS
def test_experts_that_had_room_with_weights_as_nllb_returns_them(of):
    # The mask has the first choice alone, the weights both.
    first, weights = of([[1, 0, 0, 0], [0, 0, 0, 1]]), of([[0.625, 0.375, 0, 0], [0, 0, 0.5, 0.5]])
    taken, given, _ = ablated("router", (first, weights, of(LOG)), 0, "without", 4)
    assert as_lists(taken) == [[0, 1, 0, 0], [0, 0, 0, 1]]
    assert as_lists(given) == [[0, 0.6667, 0.3333, 0], [0, 0, 0.5, 0.5]]
    # The second choice: the mask stays.
    taken, given, _ = ablated("router", (first, weights, of(LOG)), 1, "without", 4)
    assert as_lists(taken) == as_lists(first)
    assert as_lists(given) == [[0.7692, 0, 0.2308, 0], [0, 0, 0.5, 0.5]]
    taken, given, _ = ablated("router", (first, weights, of(LOG)), 3, "only", 4)
    assert as_lists(taken) == [[0, 0, 0, 1]] * 2
    assert as_lists(given) == [[0, 0, 0, 1], [0, 0, 0, 1]]


def test_what_no_form_is_known_of_is_refused():
    room = [[1, 0, 0, 0], [0, 0, 0, 1]]
    weights = [[0.7, 0, 0, 0], [0, 0, 0, 0.6]]
    for output, rule in [
        ((weights, room), "where the scores of all experts are returned"),
        ((LOG, room, room), "where a router returns logits"),
        (([[0.5], [0.5]], room), "where a router returns logits"),
        ((LOG, [[0], [3]]), "where the choices come with weights"),
    ]:
        with pytest.raises(SwitchyardError, match=rule):
            ablated("router", output, 0, "without", 4)


class Gate(Module):
    """Sends token t to expert t % 4, the next one is t % 4 + 1."""

    num_experts, top_k = 4, 1

    def forward(self, tokens):
        return [[2.0 if e == t % 4 else 1.0 if e == (t + 1) % 4 else 0.0 for e in range(4)] for t in tokens]


class Block(Module):
    def __init__(self):
        super().__init__()
        self.gate = Gate()

    def forward(self, tokens):
        return [row.index(max(row)) for row in self.gate(tokens)]


class Language(Module):
    """Predicts token 97 + the expert that each token goes to, with logit 1."""

    training = True

    def __init__(self):
        super().__init__()
        self.mlp = Block()

    def forward(self, input_ids):
        return [[[1.0 if v == 97 + expert else 0.0 for v in range(128)] for expert in self.mlp(input_ids[0])]]


def test_a_text_without_an_expert(valid):
    model = Language()
    read = lambda text: model([[ord(letter) for letter in text]])  # noqa: E731
    with switchyard.watch(model, routers="mlp.gate", tokenizer=chr, probe=read, k=1, display=False) as run:
        model([[1, 2, 3]])
        run.step()
        probe, experts = run._probe, run._recorder.num_experts
        probe.ablate({"layer": "mlp.gate", "expert": 1, "mode": "without"}, experts)
        assert "give one first" in probe.problem
        # "a" is 97 and goes to expert 1, "d" is 100 and goes to expert 0.
        probe.ask("adb")
        for wrong in ({"layer": "mlp.gate", "expert": 4, "mode": "only"}, {"layer": "x", "expert": 0, "mode": "only"}, 3):
            probe.ablate(wrong, experts)
            assert probe.ablation is None and "must be one of a layer" in probe.problem
        probe.ablate({"layer": "mlp.gate", "expert": 1, "mode": "without"}, experts)
        probe.refresh(1)
        tokens = valid(run.payload())["data"]["tokens"]
        hit, missed = math.log(127 + math.e) - 1, math.log(127 + math.e)
        # "a" predicts 98, which is not "d"; "d" predicts 97, which is not "b".
        assert tokens["loss"] == [pytest.approx(missed, abs=1e-3)] * 2 + [None]
        assert tokens["ablation"] == {"layer": "mlp.gate", "expert": 1, "mode": "without", "loss": tokens["loss"]}
        # Alone, expert 3 predicts "d" after "a".
        probe.ablate({"layer": "mlp.gate", "expert": 3, "mode": "only"}, experts)
        probe.refresh(1)
        tokens = valid(run.payload())["data"]["tokens"]
        assert tokens["ablation"]["loss"] == [pytest.approx(hit, abs=1e-3), pytest.approx(missed, abs=1e-3), None]
        # The sample is that of the whole model, and the model is as it was.
        assert tokens["experts"] == [[[1], [0], [2]]]
        assert model.mlp([97]) == [1]
        probe.ablate(None, experts)
        probe.refresh(1)
        assert "ablation" not in valid(run.payload())["data"]["tokens"]
        json.dumps(run.payload())


@KINDS
def test_contexts_of_the_layer_that_a_reader_looks_at(of, valid):
    run = switchyard.record(display=False, tokenizer=chr, window=1)
    recorder = run._recorder

    def step(text, weights, domain=None):
        run.domain(domain)
        run.batch([[ord(letter) for letter in text]])
        run.observe("moe", indices=of([[0]] * len(text)), weights=of([[x] for x in weights]), num_experts=2)
        run.step()

    step("abc", [0.1, 0.9, 0.2])
    assert "contexts" not in recorder.data("moe")["layers"][0]
    recorder.ask("moe")
    step("abc", [0.1, 0.9, 0.2], "letters")
    step("abc", [0.4, 0.8, 0.2], "letters")
    contexts = recorder.data("moe")["layers"][0]["contexts"]
    assert [(c["before"], c["token"], c["after"], c["weight"], c["domain"], c["step"]) for c in contexts[0]] == [
        ("a", "b", "c", 0.8, 0, 3),
        ("", "a", "bc", 0.4, 0, 3),
        ("ab", "c", "", 0.2, 0, 3),
    ]
    assert contexts[1] == []
    from jupyterlab_switchyard.recording.payload import RunState, routing_details

    assert len(valid(routing_details(RunState("t"), recorder.data("moe"), "moe"))["data"]["layers"][0]["contexts"][0]) == 3
    assert "contexts" not in valid(run.payload())["data"]["layers"][0]
