"""An interrupt ends a cell within a second, keeps the variables, and what the cell started stops too."""

import os
import signal
import time

import pytest

pytestmark = pytest.mark.alone

# Says at once that the cell has come so far; what is printed waits for the next turn.
HERE = "(globalThis as any)[Symbol.for('switchyard.display')].capture()({ data: { 'text/plain': 'here' } }, false);"
SYNC = f"let n = 0; const before = 7; {HERE} for (;;) {{ n++; }}"
AWAIT = f"let n = 0; const before = 7; {HERE} for (;;) {{ await new Promise((r) => setTimeout(r, 5)); n++; }}"
NEVER = f"const before = 7; {HERE} await new Promise(() => {{}});"
SYNC_AFTER_AWAIT = f"let n = 0; const before = 7; await null; await new Promise((r) => setTimeout(r, 5)); {HERE} for (;;) {{ n++; }}"

# Code that is not the cell's own.
OTHERS_AFTER_AWAIT = f"const before = 7; await new Promise((r) => setTimeout(r, 5)); {HERE} eval('for (;;) {{}}')"

WAIT = "await new Promise((r) => setTimeout(r, 5)); steps++;"


def interrupt(kernel, how, msg_id):
    kernel.iopub(lambda m: m["msg_type"] == "display_data" and m["parent_header"].get("msg_id") == msg_id, timeout=60)
    # Past the end of the cell's script: a signal in the moment in which Node hands its listeners back is lost.
    time.sleep(0.3)
    if how == "message":
        kernel.reply(kernel.send("interrupt_request", {}, channel="control"), channel="control")
    else:
        kernel.manager.provisioner.process.send_signal(signal.SIGINT)
    return time.monotonic()


@pytest.mark.parametrize("how", ["message", "signal"])
@pytest.mark.parametrize("code", [SYNC, AWAIT, NEVER], ids=["sync", "await", "never"])
def test_interrupt_ends_the_cell_and_keeps_variables(kernel, code, how):
    kernel.ok("const kept = 41")
    msg_id = kernel.client.execute(code)
    start = interrupt(kernel, how, msg_id)
    outcome = kernel.collect(msg_id, timeout=5)
    assert time.monotonic() - start < 1
    assert outcome.status == "error"
    assert outcome.reply["content"]["ename"] == "Interrupted"
    assert outcome.error["ename"] == "Interrupted"
    assert kernel.ok("kept + before").result == "48"


@pytest.mark.parametrize("code", [SYNC_AFTER_AWAIT, OTHERS_AFTER_AWAIT], ids=["own", "library"])
def test_a_loop_that_does_not_yield_any_more_is_ended(kernel, code):
    msg_id = kernel.client.execute(code)
    start = interrupt(kernel, "message", msg_id)
    outcome = kernel.collect(msg_id, timeout=5)
    assert time.monotonic() - start < 1
    assert outcome.error["ename"] == "Interrupted"
    assert kernel.ok("before").result == "7"


@pytest.mark.parametrize("body", [WAIT, f"try {{ {WAIT} }} catch {{ steps++; }}"], ids=["plain", "catching"])
def test_the_loop_of_an_interrupted_cell_stops(kernel, body):
    kernel.ok(f"let steps = 0;\nasync function loop() {{ for (;;) {{ {body} }} }}")
    # The loop has made steps when the cell says so, and has had time for its last one when the steps are read.
    msg_id = kernel.client.execute(f"const looping = loop(); while (steps < 3) await new Promise((r) => setTimeout(r, 5)); {HERE} await looping")
    interrupt(kernel, "message", msg_id)
    kernel.collect(msg_id, timeout=5)
    kernel.ok("await new Promise((r) => setTimeout(r, 100))")
    first = int(kernel.ok("steps").result)
    kernel.ok("await new Promise((r) => setTimeout(r, 300))")
    assert int(kernel.ok("steps").result) == first > 0


@pytest.mark.parametrize("waits", ["new Promise<void>((r) => { go = r; })", "(() => new Promise<void>((r) => { go = r; }))()"], ids=["plain", "called"])
def test_code_behind_an_await_does_not_run_after_an_interrupt(kernel, waits):
    kernel.ok("let reached = false; let go = () => {};")
    msg_id = kernel.client.execute(f"{HERE} await {waits}; reached = true;")
    interrupt(kernel, "message", msg_id)
    assert kernel.collect(msg_id, timeout=5).status == "error"
    kernel.ok("go(); await new Promise((r) => setTimeout(r, 50));")
    assert kernel.ok("reached").result == "false"


# As in a library, which is not compiled as a cell: a step of 0.2 s, and a listener that ends training after it.
TRAIN = """
(async function train() {
  let stop = false, step = 0;
  const listener = () => { stop = true; };
  process.on('SIGINT', listener);
  while (!stop) {
    await new Promise((r) => setImmediate(r));
    const end = Date.now() + 200; while (Date.now() < end) {}
    step++;
  }
  process.removeListener('SIGINT', listener);
  console.log('checkpoint');
  return step;
})
"""


def test_training_ends_its_step_and_then_the_cell_ends(kernel):
    kernel.ok(f"const train: () => Promise<number> = eval(`{TRAIN}`)")
    msg_id = kernel.client.execute(f"{HERE} const done = await train();\nconsole.log('not reached')")
    start = interrupt(kernel, "message", msg_id)
    outcome = kernel.collect(msg_id, timeout=5)
    assert time.monotonic() - start < 1
    assert outcome.text() == "checkpoint\n"
    assert outcome.error["ename"] == "Interrupted"


def test_a_blocking_call_is_an_error_when_it_returns(kernel):
    msg_id = kernel.client.execute(f"const beforeCall = 3; {HERE} require('child_process').execSync('sleep 3'); const afterCall = 1;")
    interrupt(kernel, "message", msg_id)
    outcome = kernel.collect(msg_id, timeout=10)
    assert outcome.error["ename"] == "Interrupted"
    assert kernel.ok("beforeCall").result == "3"
    assert "Cannot find name 'afterCall'" in kernel.run("afterCall").error["evalue"]


def test_an_interrupted_redeclaration_keeps_the_value(kernel):
    kernel.ok("const keep = 10; let others = 0;")
    msg_id = kernel.client.execute(f"others = 1; {HERE} const keep = (() => {{ for (;;) {{ others++; }} }})();")
    interrupt(kernel, "message", msg_id)
    assert kernel.collect(msg_id, timeout=5).error["ename"] == "Interrupted"
    assert kernel.ok("others > 1 ? keep : 0").result == "10"


def test_a_flag_that_a_later_cell_sets_ends_a_loop_that_goes_on(kernel):
    kernel.ok("let stopIt = false, rounds = 0;\nconst going = (async () => { while (!stopIt) { rounds++; await new Promise((r) => setTimeout(r, 1)); } return 'ended'; })();")
    kernel.ok("stopIt = true;")
    assert kernel.ok("await going").result == "'ended'"


def test_cells_behind_an_interrupted_one_are_aborted(kernel):
    first = kernel.client.execute(AWAIT)
    second = kernel.client.execute("1 + 1")
    interrupt(kernel, "message", first)
    assert kernel.collect(first, timeout=5).status == "error"
    assert kernel.collect(second, timeout=5).status == "aborted"


def test_an_interrupt_of_an_idle_kernel_does_nothing(kernel):
    kernel.reply(kernel.send("interrupt_request", {}, channel="control"), channel="control")
    os.kill(kernel.manager.provisioner.process.pid, signal.SIGINT)
    assert kernel.ok("1 + 1").result == "2"


def test_the_kernel_answers_while_a_cell_is_busy(kernel):
    msg_id = kernel.client.execute(SYNC)
    kernel.wait_until_busy(msg_id)
    # The cell would never end.
    kernel.reply(kernel.send("kernel_info_request", {}), timeout=20)
    interrupt_id = kernel.send("interrupt_request", {}, channel="control")
    kernel.reply(interrupt_id, channel="control")
    assert kernel.collect(msg_id, timeout=5).status == "error"

COLLECT = """
require('v8').setFlagsFromString('--expose-gc');
const collect: () => void = require('vm').runInNewContext('gc');
"""
NEVER_SETTLED = {
    "promise": "await new Promise(() => {})",
    "function": "await (async () => { await new Promise(() => {}) })()",
    "thenable": "await ({ then() {} } as PromiseLike<void>)",
    "loop": "for await (const x of (async function* () { await new Promise(() => {}) })()) {}",
    "busy": "await new Promise((r) => setTimeout(r, 300)); for (;;) {}",
}


@pytest.mark.parametrize("code", NEVER_SETTLED.values(), ids=NEVER_SETTLED)
def test_what_nothing_will_settle_can_be_waited_for_and_interrupted_while_garbage_is_collected(kernel, code):
    kernel.ok(COLLECT)
    kernel.ok("let collected = 0; setTimeout(() => { collect(); collected++; }, 200)")
    msg_id = kernel.client.execute(f"{HERE} {code}")
    interrupt(kernel, "message", msg_id)
    assert kernel.collect(msg_id, timeout=5).error["ename"] == "Interrupted"
    assert kernel.ok("collect(); await new Promise((r) => setTimeout(r, 50)); collect(); collected").result == "1"
