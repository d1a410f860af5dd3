"""Drives a kernel: starts it, runs cells, and collects what they publish."""

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty

from jupyter_client.manager import KernelManager


@dataclass
class Outcome:
    """What one cell led to."""

    reply: dict
    messages: list = field(default_factory=list)

    @property
    def status(self):
        return self.reply["content"]["status"]

    def contents(self, msg_type):
        return [m["content"] for m in self.messages if m["msg_type"] == msg_type]

    def text(self, name="stdout"):
        return "".join(c["text"] for c in self.contents("stream") if c["name"] == name)

    @property
    def result(self):
        """Text of the cell's value; None for none."""
        results = self.contents("execute_result")
        return results[0]["data"]["text/plain"] if results else None

    @property
    def error(self):
        (error,) = self.contents("error")
        return error


class Kernel:
    def __init__(self, manager, client):
        self.manager = manager
        self.client = client

    def run(self, code, timeout=60, **options):
        return self.collect(self.client.execute(code, **options), timeout)

    def ok(self, code, **options):
        outcome = self.run(code, **options)
        assert outcome.status == "ok", "\n".join(outcome.reply["content"].get("traceback", [outcome.status]))
        return outcome

    def collect(self, msg_id, timeout=60):
        """The messages of a request until the kernel is idle again, and its reply."""
        messages = []
        deadline = time.monotonic() + timeout
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") != msg_id:
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return Outcome(self.reply(msg_id, deadline - time.monotonic()), messages)

    def reply(self, msg_id, timeout=60, channel="shell"):
        deadline = time.monotonic() + timeout
        while True:
            get = self.client.get_shell_msg if channel == "shell" else self.client.get_control_msg
            message = get(timeout=max(0.01, deadline - time.monotonic()))
            if message["parent_header"].get("msg_id") == msg_id:
                return message

    def iopub(self, wanted, timeout=20):
        """The next published message for which `wanted` holds."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
            if wanted(message):
                return message

    def wait_until_busy(self, msg_id):
        self.iopub(lambda m: m["msg_type"] == "execute_input" and m["parent_header"].get("msg_id") == msg_id)

    def send(self, msg_type, content, channel="shell", buffers=None):
        """Sends any message and returns its id."""
        session = self.client.session
        message = session.msg(msg_type, content)
        socket = (self.client.shell_channel if channel == "shell" else self.client.control_channel).socket
        session.send(socket, message, buffers=buffers)
        return message["header"]["msg_id"]

    def waiting(self):
        """What has been published meanwhile."""
        messages = []
        while True:
            try:
                messages.append(self.client.get_iopub_msg(timeout=0.1))
            except Empty:
                return messages

    def quiet(self, seconds=0.3):
        """Reads away what is published until nothing comes."""
        while True:
            try:
                self.client.get_iopub_msg(timeout=seconds)
            except Empty:
                return


@contextmanager
def started(kernel_name, cwd, interrupt_mode=None):
    manager = KernelManager(kernel_name=kernel_name)
    if interrupt_mode is not None:
        manager.kernel_spec.interrupt_mode = interrupt_mode
    manager.start_kernel(cwd=str(cwd))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
