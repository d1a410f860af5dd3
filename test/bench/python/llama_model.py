"""Opens a GGUF with llama.cpp and writes with it when told to."""

import os
import sys
import time

import numpy
from llama_cpp import Llama, llama_get_logits_ith

from serve import serve


class Worker:
    def __init__(self, threads):
        self.threads = threads

    def open(self, place, dtype):
        start = time.perf_counter()
        counts = {"n_threads": self.threads, "n_threads_batch": self.threads, "n_ctx": 1024, "n_batch": 512}
        self.model = Llama(place, verbose=False, **counts)
        return {"seconds": time.perf_counter() - start, "memoryBytes": os.path.getsize(place)}

    def logits(self, ids):
        self.read(ids)
        last = llama_get_logits_ith(self.model.ctx, -1)
        return {"logits": numpy.ctypeslib.as_array(last, shape=(self.model.n_vocab(),)).tolist()}

    def prefill(self, ids):
        start = time.perf_counter()
        self.read(ids)
        return {"milliseconds": 1000 * (time.perf_counter() - start)}

    def read(self, ids):
        self.model.reset()
        self.model.eval(ids)

    def decode(self, ids, untimed, timed):
        self.read(ids)
        for step in range(untimed + timed):
            if step == untimed:
                start = time.perf_counter()
            self.model.eval([self.model.sample(temp=0)])
        return {"milliseconds": 1000 * (time.perf_counter() - start) / timed}


serve(Worker(int(sys.argv[1])))
