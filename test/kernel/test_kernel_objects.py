"""The library's objects show themselves where they are a cell's last expression."""

import pytest

PICTURE = "application/vnd.switchyard.picture.v1+json"

SETUP = """
import { core, models, routers, show, tf } from '@switchyard/kernel-lib';
const spec = routers.topK({ k: 2 });
const router = spec.build({ width: 4, numExperts: 3, random: core.Random.fromSeed(0) });
const routing = router.route(tf.ones([5, 4]), core.Context.create());
const model = models.moeTransformer({ layers: 1, width: 8, contextLength: 4, experts: 3, router: spec });
"""


@pytest.fixture(scope="module")
def ready(kernel):
    kernel.ok(SETUP)
    return kernel


def shown(kernel, code):
    (content,) = kernel.ok(code).contents("execute_result")
    return content["data"]


@pytest.mark.parametrize(
    "code, forms, text",
    [
        ("model", {"text/html", "text/plain"}, "transformer, 4 positions\n"),
        ("router", {"text/html", "text/plain"}, "top-k router: 2 of 3 experts\n"),
        ("spec", {"text/plain"}, "top-k {"),
        ("routing", {PICTURE, "image/svg+xml", "text/plain"}, "routing (sparse): 5 tokens to 3 experts, K = 2\n"),
        ("tf.eye(3)", {PICTURE, "image/svg+xml", "text/plain"}, "tensor float32 [3, 3]\n"),
        ("await Promise.resolve(tf.scalar(2))", {"text/plain"}, "tensor float32 []\nmin 2,"),
    ],
)
def test_as_the_last_expression(ready, code, forms, text):
    data = shown(ready, code)
    assert set(data) == forms
    assert data["text/plain"].startswith(text)


def test_a_disposed_tensor_says_so(ready):
    ready.ok("const gone = tf.ones([2]); gone.dispose()")
    assert shown(ready, "gone") == {"text/plain": "tensor float32 [2], disposed"}


def test_showing_keeps_no_tensor(ready):
    before = ready.ok("tf.memory().numTensors").result
    for code in ("model", "router", "routing", "model.parameters().get('head.weight')!.variable"):
        shown(ready, code)
    assert ready.ok("tf.memory().numTensors").result == before


def test_a_class_of_a_cell_shows_itself(ready):
    ready.ok("class Seen {\n  async [Symbol.for('Jupyter.display')]() { return { 'image/png': new Uint8Array([1, 2, 3]), 'text/plain': 'seen' }; }\n}")
    assert shown(ready, "new Seen()") == {"image/png": "AQID", "text/plain": "seen"}


def test_an_object_of_another_module_is_not_taken_for_the_librarys(ready):
    assert shown(ready, "({ kind: 'other', options: {} })") == {"text/plain": "{ kind: 'other', options: {} }"}


def test_a_value_is_shown_in_the_middle_of_a_cell(ready):
    outcome = ready.ok("await show.value(spec); console.log('between'); await show.value(tf.ones([2]));")
    kinds = [m["msg_type"] for m in outcome.messages if m["msg_type"] not in ("status", "execute_input")]
    assert kinds == ["display_data", "stream", "display_data"]


@pytest.mark.parametrize(
    "forms, name, message",
    [
        ("{ 'application/json': { n: 10n } }", "SwitchyardError", "display: n must be JSON, got a bigint"),
        ("{ 'application/json': { f: () => 1 } }", "SwitchyardError", "display: f must be JSON, got a function"),
        ("{ 'application/json': circle }", "TypeError", "Converting circular structure to JSON"),
        ("{ 'text/plain': 10n as any }", "SwitchyardError", "display: text/plain must be a text, got a bigint"),
        ("{ 'text/html': (() => 'x') as any }", "SwitchyardError", "display: text/html must be a text, got a function"),
        ("{ 'application/json': { toJSON() { throw new Error('no JSON'); } } }", "Error", "no JSON"),
    ],
)
def test_what_cannot_be_published_is_an_error_of_its_cell_and_the_next_one_runs(ready, forms, name, message):
    outcome = ready.run(f"const circle: any = {{}}; circle.me = circle; show.publish({forms});")
    assert outcome.status == "error"
    assert outcome.error["ename"] == name
    assert outcome.error["evalue"].startswith(message)
    assert outcome.contents("display_data") == []
    assert ready.ok("1 + 1").result == "2"
