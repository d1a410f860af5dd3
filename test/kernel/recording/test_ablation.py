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


@KINDS
def test_two_experts_that_had_room_are_no_choices_of_two(of):
    room, logits = of([[1, 0], [0, 1]]), of([[1.0, -1.0], [-1.0, 1.0]])
    taken, _, _ = ablated("router", (room, of([[0.9], [0.9]]), logits), 0, "without", 2)
    assert as_lists(taken) == [[0, 1], [0, 1]]
    taken, given, _ = ablated("router", (room, of([[0.9, 0], [0, 0.9]]), logits), 0, "without", 2)
    assert [as_lists(taken), as_lists(given)] == [[[0, 1], [0, 1]], [[0, 0.9], [0, 0.9]]]


@KINDS
def test_experts_that_had_room_with_probabilities_beside_the_logits(of):
    """Probabilities of all experts are no weights: they stay as they are."""
    probabilities = [[0.5, 0.3, 0.15, 0.05], [0.1, 0.2, 0.3, 0.4]]
    room = of([[1, 0, 0, 0], [0, 0, 0, 1]])
    taken, given, _ = ablated("router", (room, of(probabilities), of(LOG)), 0, "without", 4)
    assert as_lists(taken) == [[0, 1, 0, 0], [0, 0, 0, 1]]
    assert as_lists(given) == probabilities
    # With weights, shares are by probability, which needs no softmax then.
    weights = of([[0.625, 0.375, 0, 0], [0, 0, 0.5, 0.5]])
    _, given, _ = ablated("router", (room, weights, of(probabilities)), 0, "without", 4)
    assert as_lists(given) == [[0, 0.6667, 0.3333, 0], [0, 0, 0.5, 0.5]]


@KINDS
def test_who_had_room_with_two_experts_has_it_with_two(of):
    """The mask holds both choices, of which the second is not the second most probable."""
    taken, _, _ = ablated("router", (of([[1, 0, 0, 1]]), of([[0.5]]), of(LOG[:1])), 0, "without", 4)
    assert as_lists(taken) == [[0, 1, 0, 1]]


@KINDS
def test_the_mask_has_the_most_probable_of_those_that_are_left(of):
    # The second choice is the least probable expert: the next in line comes before it.
    taken, given, _ = ablated("router", (of([[1, 0, 0, 0]]), of([[0.5, 0, 0, 0.05]]), of(LOG[:1])), 0, "without", 4)
    assert [as_lists(taken), as_lists(given)] == [[[0, 1, 0, 0]], [[0, 0.4714, 0, 0.0786]]]
    # The second choice goes: the mask keeps the first, though the next in line is more probable.
    taken, given, _ = ablated("router", (of([[0, 1, 0, 0]]), of([[0.2, 0.4, 0, 0]]), of(LOG[1:])), 0, "without", 4)
    assert [as_lists(taken), as_lists(given)] == [[[0, 1, 0, 0]], [[0, 0.2, 0, 0.4]]]
    # Room without weight is left out as well.
    taken, given, _ = ablated("router", (of([[1, 0, 0, 0]]), of([[0, 0.4, 0, 0]]), of(LOG[:1])), 0, "without", 4)
    assert [as_lists(taken), as_lists(given)] == [[[0, 1, 0, 0]], [[0, 0.2667, 0.1333, 0]]]


@KINDS
def test_experts_of_no_probability_share_alike(of):
    """Beside a logit of 1000 all others have probability 0: the token's weights keep their sum."""
    sure = of([[1000.0, 0.0, 0.0, 0.0]])
    _, given, chosen = ablated("gate", (sure, of([[0.75, 0.25]]), of([[0, 1]])), 0, "without", 4)
    assert [as_lists(chosen), as_lists(given)] == [[[1, 2]], [[0.5, 0.5]]]
    taken, given, _ = ablated("router", (of([[1, 0, 0, 0]]), of([[0.75, 0.25, 0, 0]]), sure), 0, "without", 4)
    assert [as_lists(taken), as_lists(given)] == [[[0, 1, 0, 0]], [[0, 0.5, 0.5, 0]]]


@KINDS
def test_numbers_of_tokens_an_expert_are_no_choices(of):
    counts = of([3, 1, 0, 2])
    output = ablated("gate", (of(LOG), counts), 0, "without", 4)
    assert as_lists(output[0])[0][0] == -10000 and output[1] is counts


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


@KINDS
def test_one_expert_has_a_z_loss_and_no_margin(of, valid):
    run = switchyard.record(display=False)
    run.observe("moe", logits=of([[2.0], [2.0]]), k=1)
    run.step()
    internals = valid(run.payload())["data"]["layers"][0]["internals"]
    assert [internals["margin"], internals["zLoss"]] == [None, 4]


def observed_with_bias(run, bias, then=None):
    """One pass whose router has this bias, which it moves before the step ends."""
    from jupyterlab_switchyard.recording.chosen import checked, chosen

    routed = checked(chosen("moe", logits=np.array([[1.0, 0.0, 0.5]]), k=1))
    routed.bias = bias
    run._record(routed)
    if then is not None:
        bias += then
    run.step()


def test_the_bias_is_that_of_the_pass_and_flips_where_its_sign_does(valid):
    run = switchyard.record(display=False)
    bias = np.array([0.5, -0.25, 0.0])
    # Moved in place after the pass, as routers do it.
    observed_with_bias(run, bias, then=np.array([-0.5, 0.5, 0.0]))
    layer = valid(run.payload())["data"]["layers"][0]["internals"]
    assert [layer["bias"], layer["biasFlips"]] == [[0.5, -0.25, 0], [0, 0, 0]]
    # 0 is no sign: an expert that comes from above through 0 to below has changed it once, at its end.
    observed_with_bias(run, np.array([0.0, 1e-9, 0.0]))
    observed_with_bias(run, np.array([-0.5, 0.25, 0.125]))
    data = valid(run.payload())["data"]
    assert data["layers"][0]["internals"]["biasFlips"] == [1, 1, 0]
    history = data["history"]["internals"]
    assert history["biasSize"] == [[pytest.approx(x, abs=1e-4) for x in (0.25, 0, 0.2917)]]
    assert history["biasFlips"] == [[0, 0, pytest.approx(0.6667, abs=1e-4)]]


def test_scores_are_those_of_the_latest_one_to_two_windows(valid):
    run = switchyard.record(display=False, window=2)
    margins = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    seen = []
    for margin in margins:
        run.observe("moe", logits=np.array([[margin, 0.0]]), k=1)
        run.step()
        seen.append(valid(run.payload())["data"]["layers"][0]["internals"]["margin"])
    # The mean over the last 1, 2, 3, 2, 3, 2 steps, whichever the window's halves are: never the whole run, never one alone after the first.
    means = [{round(sum(margins[i + 1 - n : i + 1]) / n, 4) for n in range(2, min(i + 1, 4) + 1)} for i in range(len(margins))]
    assert seen[0] == 1 and all(seen[i] in means[i] for i in range(1, len(margins)))
    # Arrays of another kind begin anew.
    run.observe("moe", logits=[[3.0, 0.0]], k=1)
    run.step()
    assert valid(run.payload())["data"]["layers"][0]["internals"]["margin"] == 3


def test_a_step_in_which_all_tokens_are_padding_has_no_means(valid):
    run = switchyard.record(display=False)
    run.batch([[1, 2]], mask=np.array([[0, 0]]))
    run.observe("moe", logits=np.array([[1.0, 0.0], [2.0, 0.0]]), k=1)
    run.step()
    internals = valid(run.payload())["data"]["layers"][0]["internals"]
    assert [internals["margin"], internals["zLoss"]] == [None, None]


@KINDS
def test_losses_of_great_logits_and_of_tokens_by_hand(of):
    from jupyterlab_switchyard.recording.arrays import arrays_of

    logits = of([[1000.0, 1001.0], [-2000.0, -2000.0], [0.0, 0.0]])
    tokens = of([1, 0, 1])
    losses = arrays_of(logits).next_losses(logits, tokens)
    assert losses == [pytest.approx(math.log(1 + math.e)), pytest.approx(math.log(2))]


@KINDS
def test_a_choice_that_is_none_stays_none_and_weights_keep_their_sum(of):
    # All experts are chosen, in some order; the second token has one choice.
    logits = of([[-1.0, -1.0], [1.0, -1.0], [2.0, -1.0]])
    indices, weights = of([[0, 1], [0, -1], [1, 0]]), of([[0.5, 0.5], [0.8, 0.0], [1.5, 0.5]])
    _, given, chosen = ablated("gate", (logits, weights, indices), 0, "without", 2)
    assert as_lists(chosen) == [[1, 0], [1, 0], [1, 0]]
    assert as_lists(given) == [[1, 0], [0.8, 0], [2, 0]]
    # What comes after the more probable one is less probable: the next in line stands where it belongs.
    log = of([[math.log(x) for x in (0.1, 0.2, 0.4, 0.3)]])
    _, given, chosen = ablated("gate", (log, of([[0.6, 0.4]]), of([[2, 0]])), 0, "without", 4)
    assert as_lists(chosen) == [[2, 3]]
    _, given, chosen = ablated("gate", (log, of([[0.6, 0.4]]), of([[1, 0]])), 0, "without", 4)
    assert [as_lists(chosen), as_lists(given)] == [[[2, 1]], [[0.6667, 0.3333]]]


@KINDS
def test_shares_without_an_expert_sum_to_one(of):
    assert as_lists(ablated("gate", of([[0.5, 0.3, 0.2]]), 2, "only", 3)) == [[0, 0, 1]]


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
