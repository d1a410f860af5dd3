"""Writes fixtures/huggingface.json: what the routers of HuggingFace's models return, the routing of it as PyTorch counts it,
and the payload that `switchyard.watch` makes of the real model.

python test/parity/make_huggingface.py, in an environment with torch, transformers and the wheel.
"""

import json
import math
import sys
from pathlib import Path

import torch
import transformers
from torch.distributions import Categorical

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = Path(__file__).parent / "fixtures" / "huggingface.json"
sys.path.insert(0, str(ROOT / "extension"))

SMALL = {
    "vocab_size": 64,
    "hidden_size": 16,
    "intermediate_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
QWEN = {"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 8, "decoder_sparse_step": 1}
T5 = {"vocab_size": 64, "d_model": 16, "d_kv": 8, "d_ff": 16, "num_heads": 2, "num_layers": 2, "num_decoder_layers": 2}
SWITCH = {"num_sparse_encoder_layers": 1, "num_sparse_decoder_layers": 1, "num_experts": 4, "expert_capacity": 2}


def models():
    """Small models with random weights, by name."""
    torch.manual_seed(0)
    t = transformers
    yield "Mixtral", t.MixtralForCausalLM(t.MixtralConfig(**SMALL, num_local_experts=4, num_experts_per_tok=2))
    yield "OLMoE", t.OlmoeForCausalLM(t.OlmoeConfig(**SMALL, num_experts=8, num_experts_per_tok=3))
    shared = {"shared_expert_intermediate_size": 8}
    yield "Qwen2-MoE", t.Qwen2MoeForCausalLM(t.Qwen2MoeConfig(**SMALL, **QWEN, **shared))
    yield "Qwen3-MoE", t.Qwen3MoeForCausalLM(t.Qwen3MoeConfig(**SMALL, **QWEN, head_dim=8))
    config = t.SwitchTransformersConfig(**T5, **SWITCH, decoder_start_token_id=0)
    yield "Switch", t.SwitchTransformersForConditionalGeneration(config)


def wider(model):
    """Random weights hardly tell tokens apart; wider ones make loads that differ."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if any(part in name for part in ("gate.weight", "router.classifier")):
                parameter.normal_(0, 1)
    return model.eval()


def routers(model):
    return {path: module for path, module in model.named_modules() if type(module).__name__.endswith("Router")}


def recorded(model, ids, **inputs):
    """Outputs of every router, by path, kept beside the watch."""
    import jupyterlab_switchyard as switchyard

    outputs = {}
    hooks = []
    for path, module in routers(model).items():
        hooks.append(module.register_forward_hook(lambda _, __, output, path=path: outputs.__setitem__(path, output)))
    with torch.no_grad(), switchyard.watch(model, display=False, tokenizer=str) as run:
        model(input_ids=ids, **inputs)
    for hook in hooks:
        hook.remove()
    return outputs, run


def counted(output, switch):
    """The routing of one router, by PyTorch's own means."""
    logits = output[2 if switch else 0].float()
    logits = logits.reshape(-1, logits.shape[-1])
    experts = logits.shape[-1]
    indices = logits.argmax(-1)[:, None] if switch else output[2]
    load = torch.bincount(indices.flatten(), minlength=experts).double()
    taken = output[0].reshape(-1, experts).any(-1, keepdim=True) if switch else torch.ones_like(indices).bool()
    weights = logits.softmax(-1).max(-1, keepdim=True).values if switch else output[1]
    means = [weights[taken & (indices == expert)].mean().item() for expert in range(experts)]
    dropped = 1 - output[0].sum().item() / len(indices) if switch else 0
    return {
        "load": (load / load.sum()).tolist(),
        "importance": logits.softmax(-1).mean(0).tolist(),
        "maxVio": (load.max() / load.mean() - 1).item(),
        "cv": (load.std(correction=0) / load.mean()).item(),
        "entropy": (Categorical(logits=logits).entropy().mean() / math.log(experts)).item(),
        "dropped": dropped,
        "meanWeight": [None if math.isnan(mean) else mean for mean in means],
    }


def case(name, model):
    switch = name == "Switch"
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(3, 64, (2, 6), generator=generator)
    outputs, run = recorded(wider(model), ids, **({"decoder_input_ids": ids[:, :4]} if switch else {}))
    payload = run.payload()
    payload.update(runId=name)
    payload["source"].update(time=0)
    kept = {path: (output if switch else output[:3]) for path, output in outputs.items()}
    return {
        "name": name,
        "ids": ids.tolist(),
        "routers": [
            {
                "path": path,
                "class": type(routers(model)[path]).__name__,
                "attributes": {key: getattr(routers(model)[path], key, None) for key in ("num_experts", "top_k")},
                "output": [rounded(value) for value in output],
                "counted": counted(output, switch),
            }
            for path, output in kept.items()
        ],
        "payload": payload,
    }


def rounded(value):
    """Six decimals, so that the file is short."""
    if not value.is_floating_point():
        return value.tolist()
    return json.loads(json.dumps(value.float().tolist()), parse_float=lambda text: round(float(text), 6))


def main():
    cases = [case(name, model) for name, model in models()]
    lines = ",\n".join(json.dumps(item, separators=(",", ":")) for item in cases)
    peer = f"torch {torch.__version__}, transformers {transformers.__version__}"
    FIXTURE.write_text('{"peer":"%s","cases":[\n%s\n]}\n' % (peer, lines))


if __name__ == "__main__":
    main()
