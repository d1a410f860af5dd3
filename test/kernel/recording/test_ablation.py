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


class _Places:
    """Contexts of one layer of two experts, of which the first takes all."""

    def __init__(self):
        from jupyterlab_switchyard.recording.contexts import Contexts

        self.contexts = Contexts(2)

    def see(self, text, weights, *, step=1, mask=None, dropped=None, domains=(None,)):
        from jupyterlab_switchyard.recording.arrays import plain
        from jupyterlab_switchyard.recording.chosen import chosen
        from jupyterlab_switchyard.recording.routed import Batch

        ids = [[ord(letter) for letter in text]]
        routed = chosen("moe", indices=[[0]] * len(text), weights=[[x] for x in weights], num_experts=2)
        routed.dropped = dropped
        self.contexts.record(routed, Batch(1, len(text), ids, None, domains), plain, mask, step)
        return self

    def read(self, domains=()):
        return self.contexts.read(chr, list(domains))[0]


def test_an_expert_has_at_most_eight_contexts_also_of_two_windows():
    places = _Places().see("abcdefghij", [x / 10 for x in range(10)])
    assert [found["token"] for found in places.read()] == list("jihgfedc")
    places.contexts.roll()
    places.see("ABC", [0.85, 0.75, 0.05], step=2)
    assert [found["token"] for found in places.read()] == list("jAiBhgfe")
    assert [len(each) for each in (places.contexts._current[0], places.contexts._previous[0])] == [3, 8]
    # Nor are more kept, however many batches a window has.
    places.see("KLMNOPQ", [0.71, 0.72, 0.73, 0.74, 0.76, 0.77, 0.78], step=2)
    assert [found.weight for found in places.contexts._current[0]] == [0.85, 0.78, 0.77, 0.76, 0.75, 0.74, 0.73, 0.72]


def test_of_equal_weights_the_first_is_first_and_the_newer_before_the_older():
    places = _Places().see("ab", [0.5, 0.5]).see("cd", [0.5, 0.5])
    assert [found["token"] for found in places.read()] == list("abcd")
    places.contexts.roll()
    places.see("e", [0.5], step=2)
    assert [found["token"] for found in places.read()] == list("eabcd")


def test_the_same_place_is_one_and_keeps_its_greatest_weight_and_that_step():
    places = _Places().see("ab", [0.5, 0.2], step=1).see("ab", [0.4, 0.6], step=2).see("ab", [0.5, 0.1], step=3)
    found = [(each["token"], each["weight"], each["step"]) for each in places.read()]
    assert found == [("b", 0.6, 2), ("a", 0.5, 1)]
    places.contexts.roll()
    # Seen again in the new half, it is that one, though it was heavier before.
    places.see("ab", [0.3, 0.1], step=4)
    assert [(each["token"], each["weight"], each["step"]) for each in places.read()] == [("a", 0.3, 4), ("b", 0.1, 4)]


def test_padding_and_what_was_dropped_are_no_contexts():
    mask, dropped = [True, False, True], [[False], [False], [True]]
    places = _Places().see("abc", [0.1, 0.2, 0.3], mask=mask, dropped=dropped)
    assert [found["token"] for found in places.read()] == ["a"]


def test_a_place_is_the_24_tokens_on_each_side_whatever_is_further():
    near = "".join(chr(97 + i) for i in range(24))
    places = _Places().see(f"K{near}1", [1.0, *[0.0] * 25]).see(f"K{near}2", [0.9, *[0.0] * 25])
    assert [found["weight"] for found in places.read() if found["token"] == "K"] == [1.0]
    places = _Places().see(f"1{near}K", [*[0.0] * 25, 1.0]).see(f"2{near}K", [*[0.0] * 25, 0.9])
    assert [found["weight"] for found in places.read() if found["token"] == "K"] == [1.0]
    # What is near tells them apart.
    places = _Places().see(f"1{near[1:]}K", [*[0.0] * 24, 1.0]).see(f"2{near[1:]}K", [*[0.0] * 24, 0.9])
    assert [found["weight"] for found in places.read() if found["token"] == "K"] == [1.0, 0.9]


def test_the_text_around_is_cut_to_what_is_near():
    text = "".join(chr(48 + i) for i in range(70))
    weights = [1.0 if i == 60 else 0.9 if i == 5 else 0.0 for i in range(70)]
    far, near = _Places().see(text, weights, domains=("code",)).read(["prose", "code"])[:2]
    assert [far["before"], far["token"], far["after"], far["domain"]] == [text[36:60], text[60], text[61:70], 1]
    assert [near["before"], near["after"]] == [text[:5], text[6:30]]
    # Tokens of several letters: the nearest of them.
    long = _Places().see("abcde", [0, 0, 0.9, 0, 0])
    [found, *_] = long.contexts.read(lambda token: chr(token) * 30, [])[0]
    assert found["before"] == "a" * 10 + "b" * 30 and found["after"] == "d" * 24
    assert found["domain"] == -1


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
