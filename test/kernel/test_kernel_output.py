"""Output arrives whole, in order and at its own cell."""

import os

import pytest

pytestmark = pytest.mark.alone

# Where the library is not imported, the symbols are what it uses itself.
DISPLAY = "const display = (globalThis as any)[Symbol.for('switchyard.display')];"


def test_ten_thousand_prints_arrive_in_order(kernel):
    outcome = kernel.ok("for (let i = 0; i < 10000; i++) { console.log(i); }")
    assert outcome.text() == "".join(f"{i}\n" for i in range(10000))
    assert len(outcome.contents("stream")) < 500


def test_ten_thousand_prints_between_awaits_arrive_in_order(kernel):
    outcome = kernel.ok("for (let i = 0; i < 10000; i++) { console.log(i); if (i % 10 === 0) await null; }")
    assert outcome.text() == "".join(f"{i}\n" for i in range(10000))


def test_fifty_megabytes_arrive_whole(kernel):
    outcome = kernel.ok("process.stdout.write('x😀'.repeat(10_000_000)); 'after'")
    text = outcome.text()
    assert len(text) == 20_000_000
    assert text == "x😀" * 10_000_000
    assert outcome.result == "'after'"


def test_streams_and_displays_keep_their_order(kernel):
    outcome = kernel.ok(
        "import * as tslab from 'tslab';\n"
        "console.log('a'); console.error('b'); console.log('c'); tslab.display.text('d'); console.log('e'); 'f'"
    )
    seen = []
    for message in outcome.messages:
        content = message["content"]
        if message["msg_type"] == "stream":
            seen.append((content["name"], content["text"]))
        elif "data" in content:
            seen.append((message["msg_type"], content["data"]["text/plain"]))
    assert seen == [
        ("stdout", "a\n"),
        ("stderr", "b\n"),
        ("stdout", "c\n"),
        ("display_data", "d"),
        ("stdout", "e\n"),
        ("execute_result", "'f'"),
    ]


def test_a_cell_that_does_not_yield_prints_while_it_runs(fresh_kernel, tmp_path):
    kernel = fresh_kernel
    kernel.ok("import { existsSync } from 'fs';")
    msg_id = kernel.client.execute(
        "const printed = Date.now(); console.log('first'); while (Date.now() < printed + 50) {}\n"
        "console.log('second'); while (!existsSync('seen')) {}"
    )
    kernel.iopub(lambda m: m["msg_type"] == "stream" and "first" in m["content"]["text"], timeout=60)
    (tmp_path / "seen").touch()
    assert kernel.collect(msg_id).status == "ok"


def test_bytes_of_a_character_may_come_apart(kernel):
    outcome = kernel.ok("const bytes = Buffer.from('ä'); process.stdout.write(bytes.subarray(0, 1)); process.stdout.write(bytes.subarray(1))")
    assert outcome.text() == "ä"


def test_a_bundle_has_all_its_types(kernel):
    outcome = kernel.ok(
        DISPLAY + "display.capture()({ data: { 'text/plain': 'a', 'image/svg+xml': '<svg/>', 'application/json': { x: [1] } },"
        " metadata: { m: 1 }, transient: { display_id: 'one' } }, false)"
    )
    (content,) = outcome.contents("display_data")
    assert content == {
        "data": {"text/plain": "a", "image/svg+xml": "<svg/>", "application/json": {"x": [1]}},
        "metadata": {"m": 1},
        "transient": {"display_id": "one"},
    }


def test_updates_go_to_the_cell_they_were_captured_for(kernel):
    first = kernel.client.execute(
        DISPLAY + "const publish = display.capture();\n"
        "publish({ data: { 'text/plain': 'one' }, transient: { display_id: 'd' } }, false);"
    )
    kernel.collect(first)
    outcome = kernel.client.execute("publish({ data: { 'text/plain': 'two' }, transient: { display_id: 'd' } }, true); 1")
    update = kernel.iopub(lambda m: m["msg_type"] == "update_display_data")
    assert update["parent_header"]["msg_id"] == first
    assert update["content"]["transient"] == {"display_id": "d"}
    kernel.reply(outcome)


def test_what_a_cell_started_prints_to_it_later(kernel):
    first = kernel.client.execute("setTimeout(() => console.log('from the first'), 400)")
    second = kernel.client.execute("await new Promise((r) => setTimeout(r, 800)); console.log('from the second')")
    seen = {}
    while len(seen) < 2:
        message = kernel.iopub(lambda m: m["msg_type"] == "stream")
        seen[message["content"]["text"]] = message["parent_header"]["msg_id"]
    assert seen == {"from the first\n": first, "from the second\n": second}
    kernel.reply(second)


def test_twenty_updates_a_second_arrive(kernel):
    """SWITCHYARD_SOAK=180 does it for three minutes."""
    count = 20 * int(os.environ.get("SWITCHYARD_SOAK", "15"))
    msg_id = kernel.client.execute(
        DISPLAY + f"const publish20 = display.capture(); const times: number[] = []; const begin = Date.now();\n"
        f"for (let i = 0; i < {count}; i++) {{\n"
        "  publish20({ data: { 'text/plain': String(i) }, transient: { display_id: 'u' } }, i > 0);\n"
        "  console.log(i);\n"
        # What is late is caught up with, so that the rate holds.
        "  await new Promise((r) => setTimeout(r, begin + 50 * (i + 1) - Date.now()));\n"
        "}\n"
        "(Date.now() - begin) / 1000"
    )
    outcome = kernel.collect(msg_id, timeout=60 + count)
    updates = [m["content"] for m in outcome.messages if m["msg_type"] in ("display_data", "update_display_data")]
    assert [content["data"]["text/plain"] for content in updates] == [str(i) for i in range(count)]
    assert outcome.text() == "".join(f"{i}\n" for i in range(count))
    # That sending does not hold the cell up: it takes as long as its waits, and what a slow machine adds.
    assert float(outcome.result) < 2 * count / 20


def test_a_client_that_does_not_read_does_not_hold_a_cell_up(kernel):
    msg_id = kernel.client.execute(
        "for (let i = 0; i < 10000; i++) { process.stderr.write(`${i} `); if (i % 100 === 0) process.stdout.write('y'.repeat(500_000)); }"
    )
    # The reply first: all that was published waits in the kernel.
    assert kernel.reply(msg_id)["content"]["status"] == "ok"
    text = {"stdout": "", "stderr": ""}
    is_idle = False
    while not is_idle:
        message = kernel.iopub(lambda m: m["parent_header"].get("msg_id") == msg_id)
        content = message["content"]
        if message["msg_type"] == "stream":
            text[content["name"]] += content["text"]
        is_idle = content.get("execution_state") == "idle"
    assert text["stderr"] == "".join(f"{i} " for i in range(10000))
    assert text["stdout"] == "y" * 50_000_000


@pytest.mark.parametrize("wrap", ["{}", "Promise.resolve({})"], ids=["now", "later"])
def test_an_object_shows_itself(kernel, wrap):
    bundle = "{ 'text/html': '<b>me</b>', 'text/plain': 'me' }"
    outcome = kernel.ok("const it = { [Symbol.for('Jupyter.display')]: () => " + f"({wrap.format(bundle)})" + " }; it")
    assert outcome.contents("execute_result")[0]["data"] == {"text/html": "<b>me</b>", "text/plain": "me"}


def test_an_object_that_cannot_show_itself_is_an_error(kernel):
    outcome = kernel.run("({ [Symbol.for('Jupyter.display')]() { throw new Error('no picture'); } })")
    assert outcome.error["evalue"] == "no picture"


@pytest.mark.parametrize("code", ["undefined", "null", "const x = 1", "if (true) { 1 }"])
def test_no_value_is_no_result(kernel, code):
    assert kernel.ok(code).result is None
