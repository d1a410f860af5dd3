"""Results, errors, the queue, silent executions and history."""

import time

import pytest


def plain(traceback):
    text = "\n".join(traceback)
    for code in ("\x1b[31m", "\x1b[39m", "\x1b[90m", "\x1b[36m"):
        text = text.replace(code, "")
    return text


def test_an_error_says_where_in_which_cell(kernel):
    first = kernel.ok("// a type that leaves no code\ntype Box = { a: { b: number } };\nfunction inner(x: any): number {\n  return x.a.b;\n}")
    second = kernel.run("interface Unused { n: number }\nfunction outer(v: object) {\n  return inner(v);\n}\n\nouter({})")
    number = first.reply["content"]["execution_count"]
    content = second.reply["content"]
    assert (content["status"], content["ename"]) == ("error", "TypeError")
    assert content["evalue"] == "Cannot read properties of undefined (reading 'b')"
    assert content["traceback"] == second.error["traceback"]
    text = plain(content["traceback"])
    assert f"Cell [{number}], line 4, column 14" in text
    assert "> 4 |   return x.a.b;\n    |              ^" in text
    assert f"at outer, Cell [{number + 1}]:3:10" in text
    assert f"at Cell [{number + 1}]:6:1" in text


def test_frames_of_libraries_are_folded(kernel):
    kernel.ok("import { tf } from '@switchyard/kernel-lib'")
    text = plain(kernel.run("const wrong = () => tf.ones([2]).reshape([3]);\nwrong()").error["traceback"])
    assert "line 1, column 34\n" in text
    assert "@tensorflow/" in text
    assert "node_modules" not in text
    assert text.count(" in @tensorflow/") == 1


def test_a_file_beside_the_notebook_is_shown_as_it_was_written(fresh_kernel, tmp_path):
    (tmp_path / "helper.ts").write_text("interface Unused { x: number }\n\nexport function deep(a: any) {\n  return a.b.c;\n}\n")
    text = plain(fresh_kernel.run("import { deep } from './helper';\ndeep({})").error["traceback"])
    assert "helper.ts, line 4, column 14\n" in text
    assert "> 4 |   return a.b.c;" in text
    assert "at Cell [1]:2:" in text.splitlines()[-1]


def test_an_error_after_an_await_is_found_too(kernel):
    text = plain(kernel.run("await new Promise((r) => setTimeout(r, 1));\n(null as any).x;").error["traceback"])
    assert "line 2, column 15" in text


@pytest.mark.parametrize(
    "code, ename, evalue",
    [
        ("throw new RangeError('far')", "RangeError", "far"),
        ("throw 'text'", "Error", "'text'"),
        ("await Promise.reject(new TypeError('later'))", "TypeError", "later"),
        ("let x: number = ;", "TypeScriptError", "TS1109: Expression expected. (line 1, column 17)"),
    ],
)
def test_what_is_thrown_is_reported(kernel, code, ename, evalue):
    outcome = kernel.run(code)
    assert (outcome.error["ename"], outcome.error["evalue"]) == (ename, evalue)


def test_causes_are_shown(kernel):
    text = plain(kernel.run("throw new Error('outer', { cause: new Error('inner') })").error["traceback"])
    assert "Caused by:\nError: inner" in text


def test_what_a_failed_cell_reached_stays(kernel):
    kernel.run("const reached = 5;\nclass Kept { v = 1 }\ntype Alias = number;\nthrow new Error('no');\nconst notReached = 6;")
    assert kernel.ok("const alias: Alias = reached + new Kept().v; alias").result == "6"
    assert "Cannot find name 'notReached'" in kernel.run("notReached").error["evalue"]


def test_cells_behind_a_failed_one_are_aborted(kernel):
    ids = [kernel.client.execute(code) for code in ("await null; throw new Error('no')", "1", "2")]
    outcomes = [kernel.collect(i) for i in ids]
    assert [o.status for o in outcomes] == ["error", "aborted", "aborted"]
    assert not outcomes[1].contents("execute_input")
    assert kernel.ok("3").result == "3"


def test_cells_behind_a_failed_one_run_where_the_client_wants_it(kernel):
    first = kernel.client.execute("throw new Error('no')", stop_on_error=False)
    second = kernel.client.execute("1")
    assert kernel.collect(first).status == "error"
    assert kernel.collect(second).result == "1"


def test_a_cell_sent_after_an_error_was_read_runs(kernel):
    for _ in range(5):
        assert kernel.run("throw new Error('no')").status == "error"
        assert kernel.run("1").status == "ok"


def test_silent_is_quiet_and_does_not_count(kernel):
    count = kernel.ok("1").reply["content"]["execution_count"]
    outcome = kernel.ok("let quiet = 3; console.log('text'); quiet", silent=True)
    assert {m["msg_type"] for m in outcome.messages} == {"status"}
    assert kernel.ok("quiet").reply["content"]["execution_count"] == count + 1


def test_a_silent_execution_leaves_a_running_cell_its_output(kernel):
    running = kernel.client.execute("setTimeout(() => console.log('late'), 300)")
    kernel.collect(running)
    kernel.ok("1 + 1", silent=True)
    late = kernel.iopub(lambda m: m["msg_type"] == "stream")
    assert late["content"]["text"] == "late\n"
    assert late["parent_header"]["msg_id"] == running


def test_store_history_false_does_not_count(kernel):
    count = kernel.ok("1").reply["content"]["execution_count"]
    outcome = kernel.ok("2", store_history=False)
    assert outcome.result == "2"
    assert outcome.reply["content"]["execution_count"] == count
    reply = kernel.reply(kernel.send("history_request", {"output": True, "raw": True, "hist_access_type": "tail", "n": 1}))
    assert reply["content"]["history"] == [[1, count, ["1", "1"]]]


def test_the_id_of_the_cell_comes_back(kernel):
    session = kernel.client.session
    content = {"code": "import { kernel } from '@switchyard/kernel-lib'; console.log(kernel.currentCell()!.id)"}
    message = session.msg("execute_request", content, metadata={"cellId": "the-cell"})
    session.send(kernel.client.shell_channel.socket, message)
    outcome = kernel.collect(message["header"]["msg_id"])
    assert outcome.text() == "the-cell\n"
    assert outcome.reply["metadata"]["cellId"] == "the-cell"
    assert all(m["metadata"]["cellId"] == "the-cell" for m in outcome.messages if m["msg_type"] != "status")


@pytest.mark.parametrize(
    "code",
    [
        "import * as readline from 'readline'; readline.createInterface({ input: process.stdin }).question('?', () => {})",
        "process.stdin.on('data', () => {})",
        "for await (const line of process.stdin) {}",
    ],
)
def test_asking_for_input_is_refused(kernel, code):
    start = time.monotonic()
    outcome = kernel.run(code, timeout=10)
    assert time.monotonic() - start < 5
    assert "input is not supported in a notebook" in outcome.error["evalue"]


def test_reading_standard_input_ends_at_once(kernel):
    assert kernel.ok("import * as fs from 'fs'; fs.readFileSync(0, 'utf-8')").result == "''"


def test_an_error_that_nobody_awaits_is_printed(kernel):
    outcome = kernel.run("setTimeout(() => { throw new Error('stray'); }, 10); await new Promise((r) => setTimeout(r, 200))")
    assert outcome.status == "ok"
    assert "Error" in outcome.text("stderr") and "stray" in outcome.text("stderr")


def test_positions_count_characters(kernel):
    code = "const face = '😀😀'; face.toUpper"
    reply = kernel.reply(kernel.client.complete(code))["content"]
    assert reply["matches"] == ["toUpperCase"]
    assert code[reply["cursor_start"] : reply["cursor_end"]] == "toUpper"


def test_expressions_are_evaluated_with_the_cell(kernel):
    outcome = kernel.ok("let u = 20", user_expressions={"twice": "u * 2", "wrong": "unknownName"})
    values = outcome.reply["content"]["user_expressions"]
    assert values["twice"] == {"status": "ok", "data": {"text/plain": "40"}, "metadata": {}}
    assert (values["wrong"]["status"], values["wrong"]["ename"]) == ("error", "TypeScriptError")
    assert kernel.ok("u").result == "20"


def test_a_module_cell_can_be_imported(kernel):
    kernel.ok("/** @module shapes */\nexport const corners = (sides: number): number => sides;")
    assert kernel.ok("import { corners } from './shapes'; corners(3)").result == "3"


def test_notes_for_programmers_do_not_enter_a_cell(kernel):
    outcome = kernel.ok(
        "process.emitWarning('old', 'DeprecationWarning'); process.emitWarning('new', 'ExperimentalWarning');"
        "process.emitWarning('for you'); await new Promise((r) => setTimeout(r, 100))"
    )
    assert outcome.text("stderr") == "Warning: for you\n"
