"""Training in a notebook: it ends within a second of an interrupt, with its checkpoint, and a killed kernel is gone."""

import os
import signal
import time

import pytest

pytestmark = pytest.mark.alone

SETUP = """
import { data, models, train } from '@switchyard/kernel-lib';
const words = Array.from({ length: 20 }, (_, i) => `route ${i} token ${i * i} expert`.repeat(8));
const text = data.fromStrings({ lower: words, upper: words.map((word) => word.toUpperCase()) });
const model = models.denseTransformer({ layers: 2, width: 32, contextLength: 32 });
"""
FIT = "const run = train.fit(model, text, { steps: 100000, batchSize: 4, checkpoint: { path: 'saved' } });\nconst ended = await run;"


def start_training(kernel):
    msg_id = kernel.client.execute(FIT)
    kernel.iopub(lambda m: m["msg_type"] == "update_display_data" and "loss" in str(m["content"]["data"]), timeout=60)
    return msg_id


@pytest.mark.parametrize("how", ["message", "signal"])
def test_an_interrupt_ends_training_with_a_checkpoint(fresh_kernel, tmp_path, how):
    kernel = fresh_kernel
    kernel.ok(SETUP)
    msg_id = start_training(kernel)
    start = time.monotonic()
    if how == "message":
        kernel.reply(kernel.send("interrupt_request", {}, channel="control"), channel="control")
    else:
        kernel.manager.provisioner.process.send_signal(signal.SIGINT)
    outcome = kernel.collect(msg_id, timeout=10)
    assert time.monotonic() - start < 1
    assert outcome.error["ename"] == "Interrupted"
    # The cell ends at once; the run ends after the step that it was in, with its checkpoint.
    assert kernel.ok("const after = await run; after.status").result == "'stopped'"
    assert os.listdir(tmp_path / "saved")
    steps = int(kernel.ok("after.steps").result)
    again = kernel.ok(f"(await train.fit(model, text, {{ steps: {steps + 2}, batchSize: 4, resume: 'saved' }})).steps")
    assert again.result == str(steps + 2)


def test_a_kernel_that_is_killed_while_it_trains_is_gone(fresh_kernel):
    kernel = fresh_kernel
    kernel.ok(SETUP)
    start_training(kernel)
    process = kernel.manager.provisioner.process
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(timeout=5) == -signal.SIGKILL
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=60)
    assert kernel.ok("1 + 1").result == "2"
