"""What `show.routing()` publishes while a model trains: on plain tslab and on Switchyard's kernel."""

import nbformat
import pytest
from client import started
from conftest import KERNEL_NAME, ROOT, TSLAB_NAME
from nbclient import NotebookClient

PAYLOAD = "application/vnd.switchyard.v1+json"
DISPLAYS = ("display_data", "update_display_data")
FORMS = {PAYLOAD, "image/svg+xml", "text/plain"}

TRAIN = """
import { data, models, routers, show, train } from '@switchyard/kernel-lib';
const sentence = (words: string) => Array.from({ length: 40 }, () => words).join(' ');
const texts = { prose: ['a', 'b'].map((x) => sentence(x + ' quick fox')), code: ['c', 'd'].map((x) => sentence(x + '(){};')) };
const text = data.fromStrings(texts, { validation: 0.5 });
const model = models.moeTransformer({
  layers: 2, width: 16, heads: 2, experts: 4, contextLength: 16, vocabSize: text.vocabSize, router: routers.topK({ k: 2 })
});
const watch = show.routing({ title: 'tiny' });
const run = train.fit(model, text, { steps: STEPS, seed: 1, batchSize: 4, evaluateEvery: 0, progress: false, watch });
"""


@pytest.fixture(scope="module", params=[TSLAB_NAME, KERNEL_NAME])
def kernel(request, kernelspec):
    """Plain tslab, and Switchyard's kernel."""
    with started(request.param, ROOT) as running:
        yield running


def shown(messages):
    """Display messages of a run, and whether each is an update."""
    return [(m["content"], m["msg_type"] == DISPLAYS[1]) for m in messages if m["msg_type"] in DISPLAYS]


def test_one_output_follows_the_run(kernel):
    outcome = kernel.run(TRAIN.replace("STEPS", "60") + "await run;", timeout=120)
    assert outcome.status == "ok", outcome.text("stderr")
    displays = shown(outcome.messages)
    assert [update for _, update in displays] == [False] + [True] * (len(displays) - 1)
    assert len(displays) >= 2
    assert len({content["transient"]["display_id"] for content, _ in displays}) == 1

    last = displays[-1][0]["data"]
    assert set(last) == FORMS
    payloads = [content["data"][PAYLOAD] for content, _ in displays]
    assert [payload["seq"] for payload in payloads] == list(range(1, len(payloads) + 1))
    assert payloads[0]["data"]["layers"] == []
    final = payloads[-1]
    assert final["source"]["final"] and final["source"]["status"] == "finished"
    assert final["source"]["step"] == 60
    assert final["data"]["domains"] == ["prose", "code"]
    assert len(final["data"]["layers"]) == 2
    for layer in final["data"]["layers"]:
        assert abs(sum(layer["load"]) - 1) < 0.01
    assert last["image/svg+xml"].startswith("<svg ")
    assert last["text/plain"].startswith("tiny: step 60 of 60, finished")
    seconds = (payloads[-2]["source"]["time"] - payloads[0]["source"]["time"]) / 1000
    assert len(payloads) - 2 <= 4 * seconds + 1


def test_a_later_cell_does_not_take_the_output_over(kernel):
    first = kernel.client.execute(TRAIN.replace("STEPS", "100"))
    kernel.collect(first, timeout=120)
    second = kernel.client.execute("await run;")
    messages = []
    while not messages or not is_idle(messages[-1], second):
        messages.append(kernel.client.get_iopub_msg(timeout=120))
    updates = [m for m in messages if m["msg_type"] in DISPLAYS]
    assert updates
    assert {m["parent_header"]["msg_id"] for m in updates} == {first}
    assert updates[-1]["content"]["data"][PAYLOAD]["source"]["status"] == "finished"


def is_idle(message, parent):
    idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
    return idle and message["parent_header"].get("msg_id") == parent


def test_a_saved_notebook_keeps_the_last_snapshot(kernelspec):
    cell = nbformat.v4.new_code_cell(TRAIN.replace("STEPS", "60") + "await run;")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    client = NotebookClient(notebook, kernel_name=kernelspec, timeout=120, resources={"metadata": {"path": str(ROOT)}})
    client.execute()
    nbformat.validate(notebook)
    outputs = [output for output in notebook.cells[0].outputs if output.output_type == "display_data"]
    assert len(outputs) == 1
    assert set(outputs[0].data) == FORMS
    assert outputs[0].data[PAYLOAD]["source"]["final"]
    assert outputs[0].data[PAYLOAD]["source"]["step"] == 60
