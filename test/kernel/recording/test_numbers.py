"""The numbers of a payload against their definitions, for lists and for NumPy's arrays."""

import math
import random

import jupyterlab_switchyard as switchyard
import pytest
from jupyterlab_switchyard.recording import vocabulary

E, K, B, T = 6, 2, 3, 7


@pytest.fixture(scope="module")
def logits():
    draw = random.Random(0)
    return [[draw.gauss(0, 2) for _ in range(E)] for _ in range(B * T)]


def softmax(row):
    powers = [math.exp(x) for x in row]
    return [power / sum(powers) for power in powers]


def best(row):
    return sorted(range(E), key=lambda e: -row[e])[:K]


def near(values):
    return pytest.approx(values, abs=5.1e-4)


def recorded(array, logits, token_sample=None, **batch):
    run = switchyard.record(title="numbers", token_sample=token_sample)
    ids = [[100 * b + t for t in range(T)] for b in range(B)]
    for name in ("domain",):
        if name in batch:
            run.domain(batch.pop(name))
    run.batch(array(ids), **{name: array(value) for name, value in batch.items()})
    run.observe("layers.0", logits=array(logits), k=K)
    return run


def test_one_layer_by_definition(array, logits, valid):
    payload = valid(recorded(array, logits).payload())
    (layer,) = payload["data"]["layers"]
    counts = [sum(e in best(row) for row in logits) for e in range(E)]
    total = sum(counts)
    probabilities = [softmax(row) for row in logits]
    assert layer["load"] == near([count / total for count in counts])
    assert layer["importance"] == near([sum(p[e] for p in probabilities) / (B * T) for e in range(E)])
    assert layer["maxVio"] == near(max(counts) / (total / E) - 1)
    deviation = math.sqrt(sum((count - total / E) ** 2 for count in counts) / E)
    assert layer["cv"] == near(deviation / (total / E))
    entropies = [-sum(x * math.log(x) for x in p) / math.log(E) for p in probabilities]
    assert layer["entropy"] == near(sum(entropies) / len(entropies))
    spread = -sum(count / total * math.log(count / total) for count in counts if count)
    assert layer["effectiveExperts"] == near(math.exp(spread) / E)
    assert layer["deadFraction"] == near(counts.count(0) / E)
    assert layer["dropped"] is None
    for i in range(E):
        for j in range(E):
            both = sum(i in best(row) and j in best(row) for row in logits)
            assert layer["coActivation"][i][j] == (near(both / counts[i]) if counts[i] else None)


def test_token_sample(array, logits, valid):
    tokens = valid(recorded(array, logits).payload())["data"]["tokens"]
    assert tokens["text"] == [str(t) for t in range(T)]
    assert tokens["experts"] == [[best(row) for row in logits[:T]]]
    assert tokens["weights"][0][3] == near([softmax(logits[3])[e] for e in best(logits[3])])
    assert tokens["domain"] == [-1] * T


def test_a_larger_sample_goes_on_in_the_next_sequences_and_their_domains(array, logits, valid):
    mask = [[1] * T, [0, 0] + [1] * (T - 2), [1] * T]
    size = 2 * T
    data = valid(recorded(array, logits, token_sample=size, mask=mask, domain=["code", "prose", "code"]).payload())["data"]
    kept = [t for t, real in enumerate(x for row in mask for x in row) if real][:size]
    assert data["tokens"]["text"] == [str(100 * (t // T) + t % T) for t in kept]
    assert data["tokens"]["experts"] == [[best(logits[t]) for t in kept]]
    assert data["tokens"]["domain"] == [(0, 1, 0)[t // T] for t in kept]
    assert {0, 1} == set(data["tokens"]["domain"])


def test_domains_by_sequence(array, logits, valid):
    data = valid(recorded(array, logits, domain=["code", "prose", "code"]).payload())["data"]
    assert data["domains"] == ["code", "prose"]
    prose = [e for row in logits[T : 2 * T] for e in best(row)]
    code = [e for row in logits[:T] + logits[2 * T :] for e in best(row)]
    assert data["layers"][0]["domainLoad"] == [near([part.count(e) / len(part) for e in range(E)]) for part in (code, prose)]
    assert data["tokens"]["domain"] == [0] * T


def test_padding_is_left_out(array, logits, valid):
    mask = [[0, 0, 1, 1, 1, 1, 1], [1] * T, [1, 1, 1, 1, 0, 0, 0]]
    data = valid(recorded(array, logits, mask=mask).payload())["data"]
    kept = [row for row, real in zip(logits, (x for row in mask for x in row)) if real]
    chosen = [e for row in kept for e in best(row)]
    (layer,) = data["layers"]
    assert layer["load"] == near([chosen.count(e) / len(chosen) for e in range(E)])
    assert layer["importance"] == near([sum(softmax(row)[e] for row in kept) / len(kept) for e in range(E)])
    assert data["tokens"]["text"] == ["2", "3", "4", "5", "6"]
    assert data["tokens"]["experts"] == [[best(row) for row in logits[2:T]]]


def test_dropped_choices_count_as_load(array, valid):
    run = switchyard.record()
    run.observe("a", indices=array([[0], [0], [0], [1]]), dropped=array([[False], [True], [True], [False]]), num_experts=2)
    (layer,) = valid(run.payload())["data"]["layers"]
    assert (layer["load"], layer["dropped"], layer["maxVio"]) == ([0.75, 0.25], 0.5, 0.5)


def test_unused_choices_are_no_load(array, valid):
    run = switchyard.record()
    run.observe("a", indices=array([[2, -1], [0, 2], [-1, -1]]), num_experts=3)
    (layer,) = valid(run.payload())["data"]["layers"]
    assert layer["load"] == near([1 / 3, 0, 2 / 3])
    assert layer["entropy"] is None and layer["importance"] == []
    assert layer["coActivation"][2] == [0.5, 0, 1]
    assert layer["coActivation"][1] == [None, None, None]


def test_window_of_steps(valid, unmeasured):
    run = switchyard.record(window=2)
    for step, expert in enumerate([0, 0, 1, 1, 2]):
        run.observe("a", indices=[[expert]], num_experts=3)
        run.step(loss=step)
    # The window holds the two steps that were full and the one that has begun.
    data = valid(run.payload())["data"]
    assert data["layers"][0]["load"] == near([0, 2 / 3, 1 / 3])
    assert data["history"]["steps"] == [1, 2, 3, 4, 5]
    assert data["history"]["load"][0] == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert data["history"]["scalars"] == {"loss/train": [0, 1, 2, 3, 4]}
    assert data["history"]["maxVio"] == [[2] * 5]


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({}, "a: logits, probabilities or indices must be given, got None"),
        ({"indices": [[0]]}, "a: numExperts must be given where there are no logits, got None"),
        ({"indices": [[3]], "num_experts": 3}, "a: choices must be -1..numExperts - 1 (2), got 3"),
        ({"indices": [[0.5]], "num_experts": 3}, "a: choices must be integers, got [[0.5]]"),
        ({"indices": [0, 1], "num_experts": 3}, "a: indices must have at least two dimensions, tokens and experts, got [0, 1]"),
        ({"indices": [[0], [1, 2]], "num_experts": 3}, "a: every row of the choices must have the same length, got [[0], [1, 2]]"),
        ({"logits": [[0.0, 1.0]], "k": 3}, "a: k must be an integer 1..2, got 3"),
        ({"logits": [[0.0, 1.0]]}, "a: k must be an integer 1..2, got None"),
        ({"logits": [[0.0, 1.0]], "indices": [[0], [1]]}, "a: there must be choices for each of the 1 tokens, got 2"),
        ({"indices": [[0]], "weights": [[1, 2]], "num_experts": 2}, "a: weights must have the shape of the choices, [1, 1], got [[1, 2]]"),
    ],
)
def test_what_does_not_fit_is_refused(choices, said):
    with pytest.raises(switchyard.SwitchyardError) as error:
        switchyard.record().observe("a", **choices)
    assert str(error.value) == said


def test_transitions_from_layer_to_layer(array, valid):
    run = switchyard.record(window=1)
    run.observe("a", indices=array([[1, 0]]), num_experts=2)
    run.observe("b", indices=array([[2]]), num_experts=3)
    run.step()
    # The window holds the last step, not that one.
    for _ in range(2):
        run.batch(array([[1, 2, 3, 4, 5]]), mask=array([[1, 1, 1, 1, 0]]))
        run.observe("a", indices=array([[0, 1], [0, 1], [1, 0], [-1, 1], [1, 0]]), num_experts=2)
        run.observe("b", indices=array([[2], [0], [1], [1], [1]]), num_experts=3)
        run.observe("c", indices=array([[0], [0]]), num_experts=3)
        run.step()
    first, second, third = valid(run.payload())["data"]["layers"]
    assert first["transitions"] == [[0.5, 0, 0.5], [0, 1, 0]]
    # Of other tokens, and the last.
    assert "transitions" not in second and "transitions" not in third


def test_mean_weight_of_what_was_taken(array, valid):
    run = switchyard.record()
    choices = {"indices": [[0, 1], [0, 2], [0, -1], [1, 0]], "weights": [[0.5, 3.0], [0.25, 1.0], [0.75, 9.0], [12.0, 0.5]]}
    dropped = [[False, False], [True, False], [False, False], [False, False]]
    run.batch(array([[1, 2, 3, 4]]), mask=array([[1, 1, 1, 0]]))
    run.observe("a", **{name: array(values) for name, values in choices.items()}, dropped=array(dropped), num_experts=4)
    run.observe("b", indices=array([[0]] * 4), num_experts=2)
    run.observe("c", indices=array([[0], [1]]), weights=array([[-1.0], [2.0]]), num_experts=2)
    first, second, third = valid(run.payload())["data"]["layers"]
    # Neither the dropped choice of expert 0 nor the padding counts; nobody chose expert 3.
    assert first["meanWeight"] == [0.625, 3, 1, None]
    assert "meanWeight" not in second
    assert third["meanWeight"] == [None, 2]


WORDS = ["the", " for", "12", "\n", "->", "a1", "The"]


def sent_run(array, steps, **options):
    """One layer of three experts and two choices; each step's tokens and experts."""
    run = switchyard.record(tokenizer=WORDS.__getitem__, window=2, **options)
    for tokens, experts in steps:
        run.batch(array([tokens]))
        run.observe("a", indices=array(experts), num_experts=3)
        run.step()
    return run


def test_tokens_of_each_expert(array, valid):
    steps = [
        # Of the window before last: forgotten.
        ([0, 0], [[2, 1], [2, 1]]),
        ([0, 0], [[2, 1], [2, 1]]),
        ([6, 6, 6, 3], [[0, 1], [0, 1], [0, 2], [0, 2]]),
        ([0, 3, 1, 2], [[0, 1], [1, -1], [0, 2], [0, -1]]),
        ([4, 5], [[0, 1], [0, 1]]),
    ]
    data = valid(sent_run(array, steps).payload())["data"]
    (layer,) = data["layers"]
    tokens = [[(token["text"], token["share"]) for token in row] for row in layer["topTokens"]]
    # Of equal ones the first of the vocabulary, and no more than five.
    assert tokens[0] == [("The", 0.333), ("the", 0.111), (" for", 0.111), ("12", 0.111), ("\n", 0.111)]
    assert tokens[1] == [("The", 0.333), ("the", 0.167), ("\n", 0.167), ("->", 0.167), ("a1", 0.167)]
    assert tokens[2] == [(" for", 0.333), ("\n", 0.333), ("The", 0.333)]
    load = dict(zip(data["tokenClasses"], layer["classLoad"]))
    assert load == {
        "letter": [0.5, 0.375, 0.125],
        "keyword": [0.5, 0, 0.5],
        "digit": [1, 0, 0],
        "space": [near(1 / 3)] * 3,
        "punctuation": [0.5, 0.5, 0],
        "other": [0.5, 0.5, 0],
    }


def test_a_vocabulary_that_is_too_large_counts_its_first_tokens(array, valid, monkeypatch):
    monkeypatch.setattr(vocabulary, "MAX_VOCABULARY", 2)
    data = valid(sent_run(array, [([5, 0, 3, 3], [[0], [0], [0], [0]]), ([0], [[0]])]).payload())["data"]
    (layer,) = data["layers"]
    # Tokens that have no number are among all, under no name and in no class. Of one batch the smallest come first.
    assert layer["topTokens"] == [[{"text": "the", "share": 0.4}, {"text": "\n", "share": 0.4}], [], []]
    assert dict(zip(data["tokenClasses"], layer["classLoad"]))["other"] == [0, 0, 0]


def test_tokens_are_not_counted_without_text_or_room(array, valid):
    run = switchyard.record()
    run.batch(array([[1, 2]]))
    run.observe("a", indices=array([[0], [1]]), num_experts=2)
    assert not {"topTokens", "classLoad"} & valid(run.payload())["data"]["layers"][0].keys()
    run = switchyard.record(tokenizer=str)
    for layer in range(3):
        run.batch(array([[1, 2]]))
        run.observe(f"layers.{layer}", indices=array([[0], [1]]), num_experts=192)
        # Two layers of 192 experts may have room, a third never.
        assert len(run._recorder._sent) == (layer + 1 if layer < 2 else 0)
    assert "tokenClasses" not in valid(run.payload())["data"]


def test_earlier_choices_of_the_same_text(array, valid):
    run = switchyard.record(token_sample=2)
    for step in range(1, 101):
        run.batch(array([[7, 8, 9]]), mask=array([[0, 1, 1]]))
        run.observe("a", indices=array([[0], [step % 5], [4]]), num_experts=5)
        run.step(step)
    tokens = valid(run.payload())["data"]["tokens"]
    assert tokens["experts"] == [[[0], [4]]]
    steps = [earlier["step"] for earlier in tokens["earlier"]]
    # Evenly, at most 16, none of them the step that is shown.
    assert steps == list(range(1, 100, 8))
    assert [earlier["experts"] for earlier in tokens["earlier"]] == [[[[step % 5], [4]]] for step in steps]
    # Another text has no earlier choices.
    for last in (8, 9):
        run.batch(array([[7, 8, last]]), mask=array([[0, 1, 1]]))
        run.observe("a", indices=array([[0], [1], [4]]), num_experts=5)
        run.step()
        # The first text comes back as a new one.
        assert "earlier" not in valid(run.payload())["data"]["tokens"]
