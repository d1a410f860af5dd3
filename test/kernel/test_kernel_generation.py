"""A text that a model writes in a notebook: it is seen while it is written, and an interrupt ends it and nothing else."""

import json

import pytest
from spec import ROOT

CHECKPOINTS = ROOT / "test" / "parity" / "fixtures" / "checkpoints"
ROUTING = "application/vnd.switchyard.v1+json"


@pytest.fixture
def kernel(fresh_kernel):
    fresh_kernel.ok(
        "import { models, show } from '@switchyard/kernel-lib';\n"
        f"const open = (family: string) => models.open({str(CHECKPOINTS)!r} + '/' + family);",
        timeout=120,
    )
    return fresh_kernel


def test_text_and_routing_are_shown_in_two_outputs(kernel):
    outcome = kernel.ok(
        "const model = await open('mixtral');\n"
        "const { text } = await model.generate('the router', { maxNewTokens: 6, ignoreEnd: true, watch: show.generation() });\n"
        "console.log(JSON.stringify(text));"
    )
    shown = outcome.contents("display_data")
    assert [ROUTING in content["data"] for content in shown] == [False, True]
    # The first output, of each last state that was written.
    last = {content["transient"]["display_id"]: content["data"] for content in shown + outcome.contents("update_display_data")}
    text, routing = last.values()
    assert text["text/plain"] == "the router" + json.loads(outcome.text())
    assert routing[ROUTING]["source"]["status"] == "finished"
    assert len(routing[ROUTING]["data"]["tokens"]["text"]) == 7


def test_an_interrupt_ends_the_text_and_keeps_it(kernel):
    msg_id = kernel.client.execute(
        # Its context has no end.
        "const endless = await open('switch');\n"
        "const long = endless.generate('the router', { maxNewTokens: 100_000, ignoreEnd: true, watch: show.generation() });\n"
        "await long"
    )
    kernel.iopub(lambda m: m["msg_type"] == "update_display_data", timeout=60)
    kernel.manager.interrupt_kernel()
    outcome = kernel.collect(msg_id)
    assert outcome.error["ename"] == "Interrupted"
    written = kernel.ok("const written = await long;\n[written.ended, written.ids.length > 0 && written.ids.length < 100_000]")
    assert written.result == "[ 'interrupt', true ]"
