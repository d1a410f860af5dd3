"""Comms in both directions, with binary data."""

import os

SETUP = """
import { kernel } from '@switchyard/kernel-lib';
kernel.comms.registerTarget('echo', (comm, opened) => {
  comm.send({ opened: opened.data });
  comm.onMessage = ({ data, buffers }) => comm.send({ heard: data }, { buffers: buffers.map((b) => b.slice().reverse()) });
  comm.onClose = ({ data }) => console.log('closed', data.why);
});
"""


def comm_messages(kernel, msg_id):
    return [m for m in kernel.collect(msg_id).messages if m["msg_type"].startswith("comm_")]


def collect_iopub(kernel, msg_id):
    """Messages of a request that has no reply, until it is done."""
    messages = []
    while True:
        message = kernel.iopub(lambda m: m["parent_header"].get("msg_id") == msg_id)
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return messages
        messages.append(message)


def open_echo(kernel, comm_id):
    kernel.ok(SETUP)
    content = {"comm_id": comm_id, "target_name": "echo", "data": {"hello": 1}}
    return collect_iopub(kernel, kernel.send("comm_open", content))


def test_echo_with_buffers(kernel):
    opened = open_echo(kernel, "a")
    reply = next(m for m in opened if m["msg_type"] == "comm_msg")
    assert reply["content"] == {"comm_id": "a", "data": {"opened": {"hello": 1}}}

    blob = os.urandom(100_000)
    sent = kernel.send("comm_msg", {"comm_id": "a", "data": {"n": 5}}, buffers=[blob, b"", b"xyz"])
    echo = next(m for m in collect_iopub(kernel, sent) if m["msg_type"] == "comm_msg")
    assert echo["content"]["data"] == {"heard": {"n": 5}}
    assert [bytes(b) for b in echo["buffers"]] == [blob[::-1], b"", b"zyx"]
    assert echo["parent_header"]["msg_id"] == sent


def test_comm_info_lists_what_is_open(kernel):
    open_echo(kernel, "b")
    reply = kernel.reply(kernel.send("comm_info_request", {"target_name": "echo"}))
    assert reply["msg_type"] == "comm_info_reply"
    assert reply["content"]["comms"]["b"] == {"target_name": "echo"}
    other = kernel.reply(kernel.send("comm_info_request", {"target_name": "other"}))
    assert other["content"] == {"status": "ok", "comms": {}}


def test_closing_reaches_the_kernel(kernel):
    open_echo(kernel, "c")
    kernel.send("comm_close", {"comm_id": "c", "data": {"why": "done"}})
    assert kernel.iopub(lambda m: m["msg_type"] == "stream")["content"]["text"] == "closed done\n"
    reply = kernel.reply(kernel.send("comm_info_request", {"target_name": "echo"}))
    assert "c" not in reply["content"]["comms"]


def test_an_unknown_target_is_closed(kernel):
    messages = collect_iopub(kernel, kernel.send("comm_open", {"comm_id": "d", "target_name": "nobody", "data": {}}))
    assert [m["content"]["comm_id"] for m in messages if m["msg_type"] == "comm_close"] == ["d"]


def test_the_kernel_opens_a_comm(kernel):
    kernel.ok(SETUP)
    outcome = kernel.ok(
        "const panel = kernel.comms.open('panel', { size: 3 }, { buffers: [new Uint8Array([7, 8])] });\n"
        "panel.onMessage = ({ data }) => console.log('panel says', data.word);"
    )
    opened = next(m for m in outcome.messages if m["msg_type"] == "comm_open")
    assert opened["content"]["target_name"] == "panel"
    assert opened["content"]["data"] == {"size": 3}
    assert [bytes(b) for b in opened["buffers"]] == [b"\x07\x08"]
    kernel.send("comm_msg", {"comm_id": opened["content"]["comm_id"], "data": {"word": "hi"}})
    assert kernel.iopub(lambda m: m["msg_type"] == "stream")["content"]["text"] == "panel says hi\n"


def test_a_message_is_heard_while_a_cell_awaits(kernel):
    open_echo(kernel, "e")
    kernel.ok("let release = () => {};")
    kernel.ok("kernel.comms.registerTarget('release', () => release());")
    running = kernel.client.execute("const released = new Promise<void>((r) => { release = r; }); console.log('awaits'); await released;")
    kernel.iopub(lambda m: m["msg_type"] == "stream" and m["parent_header"].get("msg_id") == running)
    sent = kernel.send("comm_msg", {"comm_id": "e", "data": "now"})
    heard = kernel.iopub(lambda m: m["msg_type"] == "comm_msg" and m["parent_header"].get("msg_id") == sent)
    assert heard["content"]["data"] == {"heard": "now"}
    # The kernel as a whole is still busy when the small request is done.
    again = kernel.iopub(lambda m: m["msg_type"] == "status" and m["parent_header"].get("msg_id") == running)
    assert again["content"]["execution_state"] == "busy"
    kernel.send("comm_open", {"comm_id": "r", "target_name": "release", "data": {}})
    assert kernel.collect(running).status == "ok"


def test_two_copies_of_the_library_share_their_comms(kernel):
    kernel.ok(SETUP)
    # A second copy of the files that hold the registry, as another installation would load it.
    outcome = kernel.ok(
        "import * as module from 'module';\n"
        "const require2 = module.createRequire(process.cwd() + '/x.js');\n"
        "const file = require2.resolve('@switchyard/kernel-lib/dist/base/core/comms.js');\n"
        "delete require2.cache[file];\n"
        "require2(file).comms === kernel.comms"
    )
    assert outcome.result == "true"
