"""Restart, shutdown, two kernels at once, and a kernel that is killed."""

import os
import signal
import subprocess
import sys
import time

import pytest
from client import started


def gone(pid, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_restart_begins_afresh(fresh_kernel):
    kernel = fresh_kernel
    kernel.ok("const before = 1")
    kernel.manager.restart_kernel(now=False)
    kernel.client.wait_for_ready(timeout=60)
    outcome = kernel.run("before")
    assert outcome.error["evalue"].startswith("TS2304: Cannot find name 'before'")
    assert kernel.ok("1 + 1").reply["content"]["execution_count"] == 2


def test_shutdown_says_so_and_ends_in_order(fresh_kernel):
    kernel = fresh_kernel
    process = kernel.manager.provisioner.process
    kernel.ok("setInterval(() => {}, 1000)")
    reply = kernel.reply(kernel.send("shutdown_request", {"restart": False}, channel="control"), channel="control")
    assert reply["msg_type"] == "shutdown_reply"
    assert reply["content"] == {"status": "ok", "restart": False}
    assert process.wait(timeout=10) == 0


def test_shutdown_ends_a_busy_kernel(fresh_kernel):
    kernel = fresh_kernel
    process = kernel.manager.provisioner.process
    kernel.wait_until_busy(kernel.client.execute("for (;;) {}"))
    kernel.reply(kernel.send("shutdown_request", {"restart": False}, channel="control"), channel="control")
    assert process.wait(timeout=10) != 0


def test_an_exit_is_refused_and_loses_nothing(fresh_kernel):
    kernel = fresh_kernel
    kernel.ok("const before = 1")
    outcome = kernel.run("console.log('last words'); process.exit(3)")
    assert outcome.status == "error"
    assert "process.exit()" in outcome.reply["content"]["evalue"]
    assert outcome.text() == "last words\n"
    assert kernel.run("before").result == "1"


def test_two_kernels_do_not_meet(kernelspec, tmp_path):
    with started(kernelspec, tmp_path) as one, started(kernelspec, tmp_path) as two:
        first = one.client.execute("let v = 1; await new Promise((r) => setTimeout(r, 500)); v")
        second = two.client.execute("let v = 2; await new Promise((r) => setTimeout(r, 500)); v")
        assert one.collect(first).result == "1"
        assert two.collect(second).result == "2"
        assert two.run("w").status == "error"


def test_a_killed_kernel_leaves_nothing(fresh_kernel):
    kernel = fresh_kernel
    process = kernel.manager.provisioner.process
    kernel.wait_until_busy(kernel.client.execute("for (;;) { await new Promise((r) => setTimeout(r, 1)); }"))
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(timeout=5) == -signal.SIGKILL
    assert not kernel.manager.is_alive() or gone(process.pid, 2)
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=60)
    assert kernel.ok("1 + 1").result == "2"


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="reads /proc")
def test_a_kernel_ends_with_its_server(kernelspec, tmp_path):
    script = (
        "import sys, time; from jupyter_client.manager import KernelManager\n"
        f"m = KernelManager(kernel_name={kernelspec!r}); m.start_kernel(cwd={str(tmp_path)!r})\n"
        "c = m.client(); c.start_channels(); c.wait_for_ready(timeout=60)\n"
        "print(m.provisioner.process.pid, flush=True); time.sleep(60)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        pid = int(server.stdout.readline())
    finally:
        server.kill()
        server.wait()
    assert gone(pid, 10)
