"""Opens a GGUF with transformers and writes with it when told to."""

import os
import sys
import time

import torch
from transformers import AutoModelForCausalLM

from serve import serve


class Worker:
    def open(self, place, dtype):
        start = time.perf_counter()
        folder, file = os.path.split(place)
        # float32, of the same values: transformers decodes the blocks
        self.model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32).eval()
        count = sum(p.numel() * p.element_size() for p in self.model.parameters())
        return {"seconds": time.perf_counter() - start, "memoryBytes": count}

    def logits(self, ids):
        return {"logits": self.last(ids).tolist()}

    def prefill(self, ids):
        start = time.perf_counter()
        self.last(ids)
        return {"milliseconds": 1000 * (time.perf_counter() - start)}

    def last(self, ids):
        with torch.inference_mode():
            return self.model(torch.tensor([ids]), logits_to_keep=1).logits[0, -1]

    def decode(self, ids, untimed, timed):
        tokens, kept = torch.tensor([ids]), None
        with torch.inference_mode():
            for step in range(untimed + timed):
                if step == untimed:
                    start = time.perf_counter()
                out = self.model(tokens, past_key_values=kept, use_cache=True, logits_to_keep=1)
                tokens, kept = out.logits[:, -1].argmax(-1, keepdim=True), out.past_key_values
        return {"milliseconds": 1000 * (time.perf_counter() - start) / timed}


torch.set_num_threads(int(sys.argv[1]))
serve(Worker())
