"""Writes fixtures/rotary.json: frequencies of rotary positions and their scale, as transformers computes them.

python test/parity/make_rotary.py, in an environment with torch and transformers.
"""

import json
from pathlib import Path

import transformers
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

FIXTURE = Path(__file__).parent / "fixtures" / "rotary.json"
LLAMA3 = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
YARN = {"factor": 40.0, "beta_fast": 32, "beta_slow": 1, "original_max_position_embeddings": 4096}
CASES = [
    {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.5},
    {"rope_type": "llama3", "rope_theta": 500000.0, **LLAMA3},
    {"rope_type": "yarn", "rope_theta": 10000.0, **YARN, "mscale": 0.707, "mscale_all_dim": 1.0},
    {"rope_type": "yarn", "rope_theta": 1000000.0, **YARN, "factor": 4.0, "truncate": False},
]


def main():
    cases = []
    for rope in CASES:
        config = transformers.LlamaConfig(hidden_size=128, num_attention_heads=2, max_position_embeddings=131072, rope_parameters=rope)
        frequencies, scale = ROPE_INIT_FUNCTIONS[rope["rope_type"]](config, device="cpu")
        cases.append({"rope": rope, "frequencies": [float(str(value)) for value in frequencies.numpy()], "scale": scale})
    FIXTURE.write_text(json.dumps({"peer": f"transformers {transformers.__version__}", "cases": cases}, indent=None) + "\n")


if __name__ == "__main__":
    main()
