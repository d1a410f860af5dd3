"""A training in a cell: its progress line, and the interrupt button."""

import pytest

pytestmark = pytest.mark.alone

START = """
import { data, models, routers, train } from '@switchyard/kernel-lib';
const text = data.fromStrings({ prose: ['the quick brown fox jumps', 'over the lazy dog again'] });
const model = models.moeTransformer({ layers: 1, width: 16, contextLength: 8, experts: 4, router: routers.topK({ k: 2 }) });
const run = train.fit(model, text, { steps: STEPS, seed: 1, batchSize: 2, evaluateEvery: 0 });
await run;
"""


def lines(messages):
    """Texts of the displays among the messages, and their display ids."""
    kinds = ("display_data", "update_display_data")
    contents = [message["content"] for message in messages if message["msg_type"] in kinds]
    return [c["data"]["text/plain"] for c in contents], {c["transient"]["display_id"] for c in contents}


def test_one_line_says_how_far_the_run_is(fresh_kernel):
    texts, ids = lines(fresh_kernel.ok(START.replace("STEPS", "40")).messages)
    assert len(ids) == 1
    assert texts[0] == "step 0 of 40"
    assert texts[-1].startswith("finished: step 40 of 40, loss ")


def test_an_interrupt_ends_the_run_and_keeps_what_it_learned(fresh_kernel):
    msg_id = fresh_kernel.client.execute(START.replace("STEPS", "100000"))
    fresh_kernel.iopub(lambda m: m["msg_type"] == "update_display_data", timeout=60)
    fresh_kernel.reply(fresh_kernel.send("interrupt_request", {}, channel="control"), channel="control")
    outcome = fresh_kernel.collect(msg_id, timeout=10)
    assert outcome.error["ename"] == "Interrupted"
    result = fresh_kernel.ok("const { status, steps } = await run; `${status} ${steps > 0 && steps < 100000} ${run.status}`")
    assert result.result == "'stopped true stopped'"
    again = "(await train.fit(model, text, { steps: 2, batchSize: 2, progress: false })).status"
    assert fresh_kernel.ok(again).result == "'finished'"
