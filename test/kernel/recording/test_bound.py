"""Payloads of any size stay within 64 kB, and are what kernel-lib reads: its own reader judges them."""

import base64
import json
import random
from xml.etree import ElementTree

import jupyterlab_switchyard as switchyard
import pytest
from recording.kernel_lib import read_by_kernel_lib


def run_of(*, layers, num_experts, k, steps=1, domains=1, tokens=64, scalars=1, text=str, seed=0):
    draw = random.Random(seed)
    ids = [[draw.randrange(1000) for _ in range(tokens)]]
    run = switchyard.record(token_sample=tokens, tokenizer=text, title="a <b> & \ud800" + "x" * 300)
    for step in range(steps):
        run.domain(f"domain {step % domains}")
        run.batch(ids)
        for layer in range(layers):
            indices = [draw.sample(range(num_experts), k) for _ in range(tokens)]
            weights = [[draw.random() * 1000 for _ in range(k)] for _ in range(tokens)]
            run.observe(f"model.layers.{layer}.mlp", indices=indices, weights=weights, num_experts=num_experts)
        values = {f"scalar {i}": draw.gauss(0, 1) * 10.0 ** draw.randint(-30, 30) for i in range(scalars)}
        run.step(10**9 + step, scalars=values)
    return run


@pytest.mark.parametrize(
    "shape",
    [
        {"layers": 2, "num_experts": 4, "k": 2, "steps": 600, "tokens": 8, "scalars": 70},
        {"layers": 48, "num_experts": 128, "k": 8, "steps": 3},
        {"layers": 1, "num_experts": 4096, "k": 8, "steps": 70, "tokens": 16},
        {"layers": 4, "num_experts": 64, "k": 4, "steps": 70, "domains": 64, "tokens": 512, "text": lambda t: '"\\\x01é🙂' * 60},
        {"layers": 1100, "num_experts": 2, "k": 1, "tokens": 2},
    ],
    ids=["long", "wide", "many experts", "text", "deep"],
)
def test_any_run_fits(shape, valid):
    run = run_of(**shape)
    payload = valid(run.payload())
    read_by_kernel_lib(payload)
    layers = payload["data"]["layers"]
    assert layers[0]["path"] == "model.layers.0.mlp"
    assert layers[-1]["path"] == f"model.layers.{shape['layers'] - 1}.mlp"
    assert len(layers) + payload["data"].get("omittedLayers", 0) == shape["layers"]
    # What there is room for is used: a small run is not cut.
    assert len(json.dumps(payload)) > 20_000
    assert len(run.to_svg()) < 400_000
    ElementTree.fromstring(run.to_svg())


def test_choices_are_packed_where_rows_do_not_fit(valid):
    shape = {"layers": 16, "num_experts": 64, "k": 8}
    tokens = valid(run_of(**shape).payload())["data"]["tokens"]
    # As rows with their weights there would be room for 9.
    count = len(tokens["text"])
    assert 50 < count <= 64 and tokens["weights"] == [[]] * 16
    draw = random.Random(0)
    for _ in range(64):
        draw.randrange(1000)
    # The first layer's choices, as run_of drew them.
    chosen = [expert for _ in range(64) for expert in draw.sample(range(64), 8)]
    assert list(base64.b64decode(tokens["experts"][0])) == chosen[: count * 8]


def test_many_tokens_take_more_room(valid):
    run = run_of(layers=4, num_experts=8, k=2, tokens=2048)
    tokens = valid(run.payload())["data"]["tokens"]
    read_by_kernel_lib(run.payload())
    assert len(tokens["text"]) > 1500 and tokens["weights"] == [[]] * 4


def test_earlier_choices_have_what_is_left(valid):
    run = switchyard.record(token_sample=512)
    ids = [list(range(512))]
    for step in range(40):
        run.batch(ids)
        for layer in range(4):
            run.observe(f"layers.{layer}", indices=[[step % 8, 7] for _ in ids[0]], num_experts=300)
        run.step()
    tokens = valid(run.payload())["data"]["tokens"]
    read_by_kernel_lib(run.payload())
    steps = [earlier["step"] for earlier in tokens.get("earlier", [])]
    assert 0 < len(steps) < 13 and steps == sorted(steps)
    # The newest of those that were kept, every fourth step.
    assert steps[-1] == 37


@pytest.mark.parametrize(("layers", "lost"), [(2, set()), (8, {"topTokens"}), (15, {"topTokens", "classLoad"})])
def test_what_experts_are_sent_goes_before_the_load(layers, lost, valid):
    payload = valid(run_of(layers=layers, num_experts=24, k=2, text=lambda t: f"token {t}").payload())
    read_by_kernel_lib(payload)
    present = {name for layer in payload["data"]["layers"] for name in layer}
    assert {"topTokens", "classLoad"} - present == lost
    assert {"load", "meanWeight"} < present
    assert ("tokenClasses" in payload["data"]) == ("classLoad" in present)


def test_numbers_that_are_longer_in_javascript_fit(valid):
    run = switchyard.record()
    for _ in range(500):
        # 22 characters there, 11 here.
        run.step(scalars={f"scalar {i}": -1.2345e20 for i in range(6)})
    payload = valid(run.payload())
    read_by_kernel_lib(payload)
    # In pairs, but for the first.
    assert len(payload["data"]["history"]["steps"]) == 251


def test_history_is_joined_evenly(valid):
    run = switchyard.record()
    for step in range(1, 5001):
        run.step(loss=step)
    history = valid(run.payload())["data"]["history"]
    steps, losses = history["steps"], history["scalars"]["loss/train"]
    assert 256 <= len(steps) <= 512 and steps[-1] == 5000
    gaps = [b - a for a, b in zip([0, *steps], steps)]
    assert steps[:5] == [1, 2, 4, 8, 16]
    # After the start, of which no bin is longer than all before it.
    assert set(gaps[5:-1]) == {16} and gaps[-1] <= 16
    assert losses == pytest.approx([step - (gap - 1) / 2 for step, gap in zip(steps, gaps)], rel=1e-4)


def test_the_load_of_the_first_steps_is_kept_however_long_the_run(valid):
    run = switchyard.record()
    for step in range(1, 2001):
        # Balanced from step 17 on: without the first steps nobody would see that it ever was not.
        run.observe("a", indices=[[0], [1]] if step <= 16 else [[0], [1], [2], [3]], num_experts=4)
        run.step()
    history = valid(run.payload())["data"]["history"]
    assert history["loadSteps"][:7] == [1, 2, 4, 8, 16, 32, 64] and len(history["loadSteps"]) <= 64
    assert [row[2] for row in history["load"][0][:6]] == [0, 0, 0, 0, 0, 0.25]


def test_what_is_not_a_number_is_null_or_left_out(valid, unmeasured):
    run = switchyard.record()
    run.observe("a", indices=[[0]], weights=[[float("nan")]], num_experts=1)
    run.batch([[7]])
    run.observe("a", indices=[[0]], weights=[[float("inf")]], num_experts=1)
    run.step(loss=1, scalars={"bad": float("nan")})
    run.step(loss=2, scalars={"bad": 1})
    data = valid(run.payload())["data"]
    assert data["tokens"]["weights"] == [[[None]]]
    assert data["history"]["scalars"] == {"loss/train": [1, 2], "bad": [None, 1]}
    # One expert: entropy over log 1 is nothing.
    assert data["layers"][0]["entropy"] is None
    read_by_kernel_lib(run.payload())


def test_an_empty_run_is_a_payload(valid):
    run = switchyard.record(title="")
    read_by_kernel_lib(valid(run.payload()))
    ElementTree.fromstring(run.to_svg())


def test_markup_is_text_in_the_picture():
    run = switchyard.record(title='<script>alert("1")</script>')
    run.observe("</svg><img src=x onerror='1'>\x00", indices=[[0]], num_experts=2)
    svg = run.to_svg()
    names = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert names == {"svg", "title", "rect", "text"}
    assert '<script>alert("1")</script>' in "".join(ElementTree.fromstring(svg).itertext())


def test_the_picture_shows_the_loads():
    run = switchyard.record()
    run.observe("a", indices=[[0], [0], [1], [2]], num_experts=4)
    # Twice the fair share, the fair share twice, and nothing; test_picture.py has the scale.
    svg = run.to_svg()
    colours = [line.partition('fill="')[2][:7] for line in svg.splitlines() if line.startswith("<rect")][-4:]
    assert colours == ["#fbc888", "#f6f6f6", "#f6f6f6", "#2166ac"]


def test_too_many_experts_and_domains_are_refused():
    with pytest.raises(switchyard.SwitchyardError, match="a: numExperts must be an integer 1..4096, got 4097"):
        switchyard.record().observe("a", indices=[[0]], num_experts=4097)
    run = switchyard.record()
    with pytest.raises(switchyard.SwitchyardError, match="run.domain: a run has at most 64 domains, got d64"):
        for i in range(65):
            run.domain(f"d{i}")
            run.batch([[1]])
