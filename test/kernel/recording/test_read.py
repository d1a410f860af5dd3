"""Routing that others wrote."""

import json
import random

import jupyterlab_switchyard as switchyard
import pytest
from spec import ROOT

MIME = "application/vnd.switchyard.v1+json"
COUNTS = ROOT.parent / "shared" / "data" / "olmoe-routing" / "counts.json"


def choices(tokens, layers, k, num_experts, seed=0):
    draw = random.Random(seed)
    return [[draw.sample(range(num_experts), k) for _ in range(layers)] for _ in range(tokens)]


@pytest.fixture(params=["lists", "numpy"])
def array(request):
    return (lambda values: values) if request.param == "lists" else request.getfixturevalue("numpy").array


def test_choices(array, valid):
    values = choices(30, 3, 2, 5)
    words = [f"word {i}" for i in range(30)]
    recording = switchyard.read_choices(array(values), num_experts=5, tokens=words, domain="code", title="mine", layers=["a", "b", "c"])
    payload = valid(recording.payload())
    for i, layer in enumerate(payload["data"]["layers"]):
        chosen = [e for row in values for e in row[i]]
        assert layer["load"] == pytest.approx([chosen.count(e) / 60 for e in range(5)], abs=1e-4)
        assert payload["data"]["tokens"]["experts"][i] == [row[i] for row in values]
    assert [layer["path"] for layer in payload["data"]["layers"]] == ["a", "b", "c"]
    assert payload["data"]["tokens"]["text"] == words
    assert payload["data"]["domains"] == ["code"]
    assert (payload["source"]["status"], payload["source"]["title"]) == ("finished", "mine, top-k 2 of 5")
    # It shows itself, in three forms.
    bundle = recording._repr_mimebundle_()
    assert bundle[MIME] == payload
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["text/plain"].splitlines()[2].split() == ["a", "top-k", "2", "of", "5", *bundle["text/plain"].splitlines()[2].split()[5:]]


def test_choices_of_several_texts(array, valid):
    values = choices(6, 1, 2, 4)
    recording = switchyard.read_choices(array(values), num_experts=4, tokens=array([[1, 2, 3], [4, 5, 6]]))
    tokens = valid(recording.payload())["data"]["tokens"]
    assert tokens["text"] == ["1", "2", "3"]
    assert tokens["experts"] == [[row[0] for row in values[:3]]]


def test_router_logits(array, valid):
    draw = random.Random(1)
    logits = tuple([[draw.gauss(0, 1) for _ in range(6)] for _ in range(8)] for _ in range(2))
    recording = switchyard.read_router_logits(
        tuple(map(array, logits)), k=2, input_ids=array([[1, 2, 3, 4], [5, 6, 7, 8]]), attention_mask=array([[1, 1, 1, 1], [1, 1, 0, 0]])
    )
    data = valid(recording.payload())["data"]
    for layer, rows in zip(data["layers"], logits):
        best = [e for row in rows[:6] for e in sorted(range(6), key=lambda e: -row[e])[:2]]
        assert layer["load"] == pytest.approx([best.count(e) / 12 for e in range(6)], abs=1e-4)
    assert data["tokens"]["text"] == ["1", "2", "3", "4"]


def test_olmoe_jsonl(tmp_path, valid):
    texts = [choices(5, 8, 3, 64, seed) for seed in range(2)]
    lines = [{"input_ids": [7, 8, 9, 10, 11], "predicted_token_ids": [0] * 5, "exp_ids": text} for text in texts]
    path = tmp_path / "c4_results.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    data = valid(switchyard.read_olmoe(path, domain="c4", tokenizer=lambda i: f"t{i}").payload())["data"]
    assert len(data["layers"]) == 3 and {layer["k"] for layer in data["layers"]} == {8}
    for i, layer in enumerate(data["layers"]):
        chosen = [c[i] for text in texts for token in text for c in token]
        assert layer["load"] == pytest.approx([chosen.count(e) / 80 for e in range(64)], abs=1e-4)
    assert data["tokens"]["text"] == ["t7", "t8", "t9", "t10", "t11"]
    assert data["tokens"]["experts"][2][4] == [c[2] for c in texts[1][4]]
    assert data["domains"] == ["c4"]


def test_real_counts(valid):
    if not COUNTS.exists():
        pytest.skip(f"{COUNTS.parent.name} is not beside this clone (shared/data)")
    measured = json.loads(COUNTS.read_text())
    found = {}
    for model, k in (("OLMoE-1B-7B", 8), ("Mixtral-8x7B", 2)):
        tables = {item["domain"]: item["counts"] for item in measured if item["model"] == model}
        assert set(tables) == {"c4", "github"}
        found[model] = valid(switchyard.read_counts(tables["c4"], k=k).payload())["data"]["layers"][0]
        both = valid(switchyard.read_counts(tables, k=k).payload())["data"]
        assert both["layers"][0]["domainLoad"][0] == found[model]["load"]
    assert [found[model]["maxVio"] for model in ("OLMoE-1B-7B", "Mixtral-8x7B")] == [2.017, 0.121]
    # The same from choices one by one, as a model makes them.
    counts = next(item["counts"][0] for item in measured if item["model"] == "Mixtral-8x7B" and item["domain"] == "c4")
    order = [e for e, count in enumerate(counts) for _ in range(count // 10)]
    pairs = [[[order[i], order[i + len(order) // 2]]] for i in range(len(order) // 2)]
    layer = valid(switchyard.read_choices(pairs, num_experts=8).payload())["data"]["layers"][0]
    assert layer["maxVio"] == pytest.approx(0.121, abs=2e-3)


GOOD = {"input_ids": [1, 2], "exp_ids": [[[0, 1]], [[1, 0]]]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "read_olmoe: line 2: must be JSON, got {"),
        ("[1]", "read_olmoe: line 2: must be an object with input_ids and exp_ids, got [1]"),
        ('{"input_ids": [1], "exp_ids": [[[0, 1]], [[1, 0]]]}', "read_olmoe: line 2: exp_ids must be [tokens, k, layers] for 1 tokens, got shape [2, 1, 2]"),
        ('{"input_ids": [1], "exp_ids": [[[0]]]}', "read_olmoe: line 2: there must be 2 layers as in the lines before, got 1"),
        ('{"input_ids": [1], "exp_ids": [[[0, 64]]]}', "read_olmoe: line 2: choices must be -1..numExperts - 1 (63), got 64"),
        ('{"input_ids": [1, 2], "exp_ids": [[[0, 1]], [[1]]]}', "read_olmoe: line 2: exp_ids must be [tokens, k, layers] for 2 tokens, got shape [2, 1, 2]"),
    ],
)
def test_a_wrong_line_is_named(line, said, tmp_path):
    path = tmp_path / "wrong.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{line}\n")
    with pytest.raises(switchyard.SwitchyardError) as error:
        switchyard.read_olmoe(path)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda s: s.read_choices([[0, 1]], num_experts=2), "read_choices: choices must be [tokens, layers, k], got [[0, 1]]"),
        (lambda s: s.read_choices([[[0], [2]]], num_experts=2), "read_choices: choices must be -1..numExperts - 1 (1), got 2"),
        (lambda s: s.read_choices([[[0], [1]], [[0]]], num_experts=2), "read_choices: every row of the choices must have the same length"),
        (lambda s: s.read_choices([[[0]]], num_experts=2, tokens=["a", "b"]), "read_choices: tokens must be [T] or [B, T] for 1 tokens"),
        (lambda s: s.read_choices([[[0]]], num_experts=2, layers=["a", "b"]), "read_choices: layers must have 1 different names"),
        (lambda s: s.read_choices([[[0]]], num_experts=2, weights=[[[0, 1]]]), "read_choices: weights must have the shape of the choices, [1, 1, 1]"),
        (lambda s: s.read_router_logits([], k=1), "read_router_logits: router_logits must have an array for each layer, got []"),
        (lambda s: s.read_router_logits([[[0.0, 1.0]]], k=3), "layers.0: k must be an integer 1..2, got 3"),
        (lambda s: s.read_router_logits([[[0.0, 1.0]], [[1.0, 2.0]] * 2], k=1), "read_router_logits: layers.1: there must be logits for 1 tokens, got 2"),
        (lambda s: s.read_counts([[1, -1]], k=1), "read_counts: a count must be a finite number of at least 0, got -1.0"),
        (lambda s: s.read_counts([1, 1], k=1), "read_counts: counts must be [layers, experts], got [1, 1]"),
        (lambda s: s.read_counts({"a": [[1, 1]], "b": [[1]]}, k=1), "read_counts: the counts of all domains must have one shape"),
    ],
)
def test_wrong_arrays_are_refused(read, said):
    with pytest.raises(switchyard.SwitchyardError) as error:
        read(switchyard)
    assert str(error.value).startswith(said)
