"""Ports of kernels, where two processes run tests beside each other."""

import itertools
import random
import socket

from jupyter_client.connect import LocalPortCache

#: Ports of a worker; all are below those that Linux hands out by itself.
FIRST, COUNT = 16_000, 4_000


def use_own_ports(worker: str | None) -> None:
    """Takes the ports of kernels from numbers that are the worker's own (`gw0`, `gw1`, ...; none where one process runs all).

    A kernel binds its ports a second after they were chosen for it; meanwhile no other process may choose the same.
    """
    if worker is None:
        return
    first = FIRST + COUNT * int(worker.removeprefix("gw"))
    offsets = itertools.count(random.randrange(COUNT))

    def find_available_port(self: LocalPortCache, ip: str) -> int:
        return next(port for offset in offsets if is_free(ip, port := first + offset % COUNT))

    LocalPortCache.find_available_port = find_available_port


def is_free(ip: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((ip, port))
        except OSError:
            return False
    return True
