"""Runs variants on PyTorch when told to."""

import gc
import json
import re
import sys
import time

import numpy
import torch

import graph_variants
import layer_variants
import router_variants
import training_variants
from safetensors_file import read
from serve import serve

KINDS = {
    "graph": graph_variants.VARIANTS,
    "layer": layer_variants.VARIANTS,
    "router": router_variants.VARIANTS,
    "training": training_variants.VARIANTS,
}


class Worker:
    def __init__(self):
        self.opened = None
        self.variants = {}

    def variant(self, name):
        if name not in self.variants:
            tensors, sizes = self.opened
            self.variants[name] = KINDS[sizes["kind"]][name](tensors, sizes)
        return self.variants[name]

    def open(self, file):
        self.variants = {}
        gc.collect()
        tensors, metadata = read(file)
        self.opened = tensors, json.loads(metadata["sizes"])
        return {}

    def run(self, name, untimed, timed):
        run = self.variant(name).run
        milliseconds = []
        for i in range(-untimed, timed):
            start = time.perf_counter()
            run()
            if i >= 0:
                milliseconds.append(1000 * (time.perf_counter() - start))
        return {"milliseconds": milliseconds}

    def compare(self, name, file):
        reference, _ = read(file)
        results = self.variant(name).results()
        return {"errors": {key: relative_error(results.get(key), value) for key, value in reference.items()}}

    def memory(self, name, file):
        libraries = megabytes("VmRSS")
        self.open(file)
        run = self.variant(name).run
        self.opened[0].clear()
        run()
        gc.collect()
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")  # resets the peak to what is held now
        for _ in range(3):
            run()
        return {"megabytes": megabytes("VmHWM"), "libraries": libraries}

    def versions(self):
        return {"torch": torch.__version__, "python": sys.version.split()[0], "threads": torch.get_num_threads()}


def megabytes(field):
    with open("/proc/self/status") as status:
        return int(re.search(field + r":\s+(\d+) kB", status.read())[1]) / 1024


def relative_error(actual, reference):
    """Largest absolute difference, relative to the reference's largest magnitude; None stands for NaN or no value."""
    if actual is None or actual.shape != reference.shape:
        return None
    error = numpy.abs(actual.detach().numpy() - reference).max() / max(numpy.abs(reference).max(), 1e-30)
    return None if numpy.isnan(error) else float(error)


torch.set_num_threads(int(sys.argv[1]))
serve(Worker())
