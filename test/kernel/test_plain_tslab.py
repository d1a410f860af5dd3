"""What the library does on plain tslab; the live panel there is in test_display.py."""

import time

import pytest
from client import started
from conftest import ROOT, TSLAB_NAME

SETUP = """
import { data, environment, kernel, models, routers, show, tf, train } from '@switchyard/kernel-lib';
const text = data.fromStrings({ prose: ['the quick brown fox jumps', 'over the lazy dog again'] });
const model = models.moeTransformer({ layers: 1, width: 16, contextLength: 8, experts: 4, router: routers.topK({ k: 2 }) });
"""


@pytest.fixture(scope="module")
def tslab(kernelspec):
    # In the project: plain tslab finds packages only in and above the notebook's folder.
    with started(TSLAB_NAME, ROOT) as running:
        running.ok(SETUP, timeout=120)
        yield running


def test_a_value_and_a_bundle_are_shown_with_all_their_forms(tslab):
    outcome = tslab.ok("await show.value(model); show.publish({ 'text/html': '<b>7</b>', 'text/plain': '7' });")
    model, bundle = (content["data"] for content in outcome.contents("display_data"))
    assert set(model) == {"text/html", "text/plain"}
    assert bundle == {"text/html": "<b>7</b>", "text/plain": "7"}


def test_the_environment_is_recorded(tslab):
    (content,) = tslab.ok("show.environment({ seeds: { training: 1 } });").contents("display_data")
    assert "application/vnd.switchyard.environment.v1+json" in content["data"]


def test_training_ends_and_is_told_of_on_one_line(tslab):
    outcome = tslab.ok("const run = train.fit(model, text, { steps: 3, batchSize: 2 });\nconsole.log((await run).status);", timeout=120)
    assert outcome.text() == "finished\n"
    shown = outcome.contents("display_data") + outcome.contents("update_display_data")
    assert shown[-1]["data"]["text/plain"].startswith("finished: step 3 of 3, loss ")


def test_an_interrupt_ends_training(tslab):
    # What a failed cell declares is lost there.
    tslab.ok("let long: ReturnType<typeof train.fit>;")
    msg_id = tslab.client.execute("long = train.fit(model, text, { steps: 1000000, batchSize: 2 });\nawait long;")
    tslab.iopub(lambda m: m["msg_type"] == "update_display_data", timeout=60)
    tslab.manager.interrupt_kernel()
    assert tslab.collect(msg_id).status == "error"
    assert when_it_runs_again(tslab, "console.log((await long).status);").text() == "stopped\n"


def when_it_runs_again(kernel, code):
    """For a while after an error, tslab aborts whatever comes."""
    outcome = kernel.run(code)
    while outcome.status == "abort":
        time.sleep(0.1)
        outcome = kernel.run(code)
    return outcome


def test_what_it_cannot_do_is_said_or_left_out(tslab):
    outcome = tslab.ok(
        "console.log(kernel.comms.available, kernel.currentCell());\n"
        "kernel.clearOutput();\n"
        "kernel.comms.registerTarget('panel', () => {});\n"
        "try { kernel.comms.open('panel'); } catch (error) { console.log((error as Error).message); }"
    )
    assert outcome.text() == (
        "false null\n"
        'comms: a notebook on the kernel "TypeScript (Switchyard)" is needed, got a process without comms\n'
    )
