"""Trials of a search on a Ray cluster: actors that each keep one Node worker, asked over lines of JSON.

The library starts it and it ends when its input does; actors and workers end with it. A trial whose node or actor is gone is
answered as lost, and another actor takes the place of the one that is gone.
"""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading

import ray
from ray.exceptions import RayError


@ray.remote
class Worker:
    """Keeps a Node worker, which runs one trial after the other."""

    def __init__(self, command, environment, start):
        self.command, self.environment, self.begin = command, environment, start
        self.child = None

    def ready(self):
        """Answers once the actor has a place on the cluster."""

    def run(self, job):
        """What the worker said of a trial, reports among it; the last is how it ended."""
        said = []
        if self.child is None or self.child.poll() is not None:
            environment = {**os.environ, **self.environment}
            pipe = subprocess.PIPE
            self.child = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, env=environment, text=True)
            self.send(self.begin)
        self.send({"type": "job", "job": job})
        for line in self.child.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            said.append(message)
            if message.get("type") in ("done", "failed", "ended"):
                if message["type"] == "ended":
                    self.child.wait()
                return said
        code = self.child.wait()
        return [*said, {"type": "ended", "error": f"the worker died: it ended with exit code {code}"}]

    def send(self, message):
        try:
            self.child.stdin.write(json.dumps(message) + "\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            # It has ended, which its output says.
            pass


#: Seconds in which an actor must find room on the cluster.
ROOM_SECONDS = 30


class Pool:
    """Actors, made when they are first needed; the one that was free last is taken first."""

    def __init__(self, options, answers):
        self.options, self.answers = options, answers
        self.free = queue.LifoQueue()
        self.lock = threading.Lock()
        self.actors = 0
        for _ in range(options["workers"]):
            self.free.put(None)

    def run(self, number, job):
        """Runs a trial on a free actor; in a thread of its own, since it waits."""
        actor = self.free.get()
        try:
            while actor is None:
                actor = self.begin()
                if actor is None:
                    # No room, such as after a node was lost: the actors that are there must do.
                    actor = self.free.get()
            self.answers({"id": number, "said": ray.get(actor.run.remote(job))})
        except RayError as error:
            self.end(actor)
            actor = None
            said = str(error).strip().splitlines()
            self.answers({"id": number, "lost": f"{type(error).__name__}: {said[0] if said else ''}"})
        finally:
            self.free.put(actor)

    def begin(self):
        """A new actor; null where there is no room for it and others can do its work."""
        while True:
            actor = Worker.options(num_cpus=self.options["cpus"], max_restarts=0, scheduling_strategy="SPREAD").remote(
                self.options["command"], self.options["environment"], self.options["start"]
            )
            ready, _ = ray.wait([actor.ready.remote()], timeout=ROOM_SECONDS)
            with self.lock:
                if ready:
                    ray.get(ready)
                    self.actors += 1
                    return actor
                ray.kill(actor)
                if self.actors > 0:
                    return None

    def end(self, actor):
        if actor is None:
            return
        with self.lock:
            self.actors -= 1
        try:
            ray.kill(actor)
        except (RayError, ValueError):
            # It is gone already.
            pass


def reach(address):
    """Raises where nothing answers at an address: Ray would try for minutes."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=10).close()


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    lock = threading.Lock()

    def answers(message):
        with lock:
            out.write(json.dumps(message) + "\n")
            out.flush()

    options = json.loads(sys.stdin.readline())
    try:
        reach(options["address"])
        # Without an address Ray would join any cluster that runs here, or that an environment variable names.
        ray.init(address=options["address"] or "local", namespace="switchyard", log_to_driver=False, logging_level="ERROR", **options["init"])
    except Exception as error:
        answers({"refused": f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else error!r}"})
        return
    answers({"ready": ray.__version__, "cpus": ray.cluster_resources().get("CPU", 0)})
    pool = Pool(options, answers)
    for line in sys.stdin:
        request = json.loads(line)
        threading.Thread(target=pool.run, args=(request["id"], request["job"]), daemon=True).start()
    while not pool.free.empty():
        actor = pool.free.get()
        if actor is not None:
            ray.kill(actor)
    ray.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main()
