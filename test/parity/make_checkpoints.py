"""Writes fixtures/checkpoints: a tiny HuggingFace checkpoint of each family, random weights, and what transformers computes with it.

python test/parity/make_checkpoints.py [NAME ...], in an environment with torch, transformers and tokenizers.
"""

import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch  # noqa: E402
import transformers as t  # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: E402

FOLDER = Path(__file__).parent / "fixtures" / "checkpoints"
TEXT = ["the expert routes a token to the other expert", "route the tokens, then the router rests"] * 4
PROMPT = "the router rests"
VOCABULARY = 64
SMALL = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
YARN = {
    "rope_type": "yarn",
    "rope_theta": 100.0,
    "factor": 4.0,
    "beta_fast": 4,
    "beta_slow": 1,
    "mscale": 0.7,
    "mscale_all_dim": 0.5,
    "original_max_position_embeddings": 8,
}
QWEN_MOE = {"num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 8, "decoder_sparse_step": 1}
LATENT = {"q_lora_rank": 12, "kv_lora_rank": 8, "qk_nope_head_dim": 6, "qk_rope_head_dim": 4, "v_head_dim": 5}
DEEPSEEK = {
    **{key: value for key, value in SMALL.items() if key != "num_key_value_heads"},
    "num_key_value_heads": 4,
    **LATENT,
    "moe_intermediate_size": 8,
    "n_routed_experts": 8,
    "n_shared_experts": 2,
    "num_experts_per_tok": 3,
    "n_group": 4,
    "topk_group": 2,
    "first_k_dense_replace": 1,
}


def families():
    """Each checkpoint: its name and the model."""
    yield "llama", t.LlamaForCausalLM, t.LlamaConfig(**SMALL)
    tied = {"tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True}
    yield "llama-3", t.LlamaForCausalLM, t.LlamaConfig(**SMALL, **tied, rope_parameters=LLAMA3)
    yield "mistral", t.MistralForCausalLM, t.MistralConfig(**SMALL, sliding_window=4)
    yield "qwen2", t.Qwen2ForCausalLM, t.Qwen2Config(**SMALL, use_sliding_window=True, sliding_window=3, max_window_layers=1)
    yield "qwen3", t.Qwen3ForCausalLM, t.Qwen3Config(**SMALL, head_dim=6)
    gpt2 = {"n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 32, "vocab_size": VOCABULARY, "bos_token_id": 1, "eos_token_id": 2}
    yield "gpt2", t.GPT2LMHeadModel, t.GPT2Config(**gpt2)
    neox = {key: value for key, value in SMALL.items() if key != "num_key_value_heads"}
    yield "gpt-neox", t.GPTNeoXForCausalLM, t.GPTNeoXConfig(**neox, rotary_pct=0.5)
    yield "gemma", t.GemmaForCausalLM, t.GemmaConfig(**SMALL, head_dim=6)
    yield "mixtral", t.MixtralForCausalLM, t.MixtralConfig(**SMALL, num_local_experts=4, num_experts_per_tok=2)
    yield "olmoe", t.OlmoeForCausalLM, t.OlmoeConfig(**SMALL, num_experts=8, num_experts_per_tok=3, clip_qkv=0.5)
    shared = {"shared_expert_intermediate_size": 12, "mlp_only_layers": [0]}
    yield "qwen2-moe", t.Qwen2MoeForCausalLM, t.Qwen2MoeConfig(**SMALL, **QWEN_MOE, **shared)
    yield "qwen3-moe", t.Qwen3MoeForCausalLM, t.Qwen3MoeConfig(**SMALL, **QWEN_MOE, head_dim=6, norm_topk_prob=True)
    scales = {"embedding_multiplier": 3.0, "residual_multiplier": 0.5, "attention_multiplier": 0.3, "logits_scaling": 2.0}
    granite = {"num_local_experts": 4, "num_experts_per_tok": 2}
    yield "granite-moe", t.GraniteMoeForCausalLM, t.GraniteMoeConfig(**SMALL, **granite, **scales)
    v2 = {"topk_method": "group_limited_greedy", "routed_scaling_factor": 1.5}
    yield "deepseek-v2", t.DeepseekV2ForCausalLM, t.DeepseekV2Config(**DEEPSEEK, **v2)
    v3 = {"routed_scaling_factor": 2.5, "norm_topk_prob": True, "rope_parameters": YARN}
    yield "deepseek-v3", t.DeepseekV3ForCausalLM, t.DeepseekV3Config(**DEEPSEEK, **v3)
    t5 = {
        "vocab_size": VOCABULARY,
        "d_model": 16,
        "d_kv": 6,
        "d_ff": 24,
        "num_heads": 4,
        "num_layers": 2,
        "num_decoder_layers": 2,
        "relative_attention_num_buckets": 8,
        "relative_attention_max_distance": 12,
        "decoder_start_token_id": 0,
        "pad_token_id": 0,
        "eos_token_id": 2,
    }
    gated = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
    yield "t5", t.T5ForConditionalGeneration, t.T5Config(**t5)
    yield "t5-gated", t.T5ForConditionalGeneration, t.T5Config(**t5, **gated)
    sparse = {"num_sparse_encoder_layers": 1, "num_sparse_decoder_layers": 1, "num_experts": 4, "expert_capacity": 3}
    yield "switch", t.SwitchTransformersForConditionalGeneration, t.SwitchTransformersConfig(**t5, **sparse)


def tokenizer():
    """A byte-level BPE of 64 tokens."""
    tok = Tokenizer(models.BPE(unk_token="<unk>"))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    special = ["<unk>", "<s>", "</s>"]
    tok.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=special, show_progress=False))
    return t.PreTrainedTokenizerFast(tokenizer_object=tok, unk_token="<unk>", bos_token="<s>", eos_token="</s>")


def wider(model):
    """Random weights of the usual size make logits that hardly differ; norms and biases of ones and zeros hide what is left out."""
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, value in [*model.named_parameters(), *model.named_buffers()]:
            noise = torch.randn(value.shape, generator=generator)
            if "norm" in name or name.endswith(("ln_1.weight", "ln_2.weight", "ln_f.weight")):
                value.add_(0.2 * noise)
            elif "e_score_correction_bias" in name or name.endswith("bias"):
                value.copy_(0.2 * noise)
            elif value.dim() > 1 and "inv_freq" not in name and "masked" not in name:
                value.copy_(noise * (0.5 if "embed" in name or "wte" in name or "shared" in name else 1 / value.shape[-1] ** 0.5))
    return model.eval()


def routers(model):
    """Modules whose "weight" scores experts, by path."""
    ends = ("mlp.gate", "block_sparse_moe.gate", "block_sparse_moe.router", "router.classifier")
    return {path: module for path, module in model.named_modules() if path.endswith(ends)}


def expected(model, tok):
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(3, VOCABULARY, (2, 7), generator=generator)
    encoded = tok(PROMPT)["input_ids"]
    extra = {}
    if model.config.is_encoder_decoder:
        extra["labels"] = torch.randint(3, VOCABULARY, (2, 5), generator=generator)
    output = model(input_ids=ids, **extra)
    cotangent = torch.randn(output.logits.shape, generator=torch.Generator().manual_seed(3))
    model.zero_grad()
    (output.logits * cotangent).sum().backward()
    found = routers(model)
    with torch.no_grad():
        greedy = model.generate(torch.tensor([encoded]), max_new_tokens=8, do_sample=False, eos_token_id=None, pad_token_id=0)
    new = greedy[0, 1:] if model.config.is_encoder_decoder else greedy[0, len(encoded) :]
    return {
        "peer": f"torch {torch.__version__}, transformers {t.__version__}",
        "ids": ids.tolist(),
        **{key: value.tolist() for key, value in extra.items()},
        "logits": rounded(output.logits),
        **({"cotangent": rounded(cotangent)} if found else {}),
        "routers": {path: rounded(module.weight.grad) for path, module in found.items()},
        "prompt": PROMPT,
        "promptIds": encoded,
        "continuation": new.tolist(),
    }


def rounded(value):
    """Seven significant digits: as good as float32, and short."""
    return json.loads(json.dumps(value.tolist()), parse_float=lambda text: float(f"{float(text):.7g}"))


def main(wanted):
    tok = tokenizer()
    for name, kind, config in families():
        if wanted and name not in wanted:
            continue
        torch.manual_seed(0)
        config._attn_implementation = "eager"
        model = wider(kind(config))
        folder = FOLDER / name
        model.save_pretrained(folder)
        tok.save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        (folder / "expected.json").write_text(json.dumps(expected(model, tok), separators=(",", ":")) + "\n")
        print(name, sum(file.stat().st_size for file in folder.iterdir()))


if __name__ == "__main__":
    main(sys.argv[1:])
