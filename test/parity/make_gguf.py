"""Writes fixtures/gguf: blocks of each quantised type with what the gguf package makes of them, tiny models of some architectures made from
fixtures/checkpoints (run make_checkpoints.py first), and a SentencePiece tokenizer.

python test/parity/make_gguf.py, in an environment with torch, safetensors, gguf and sentencepiece.
"""

import base64
import io
import json
import re
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
import sentencepiece
from gguf.quants import dequantize, quantize
from safetensors.numpy import load_file

FIXTURES = Path(__file__).parent / "fixtures"
FOLDER = FIXTURES / "gguf"
T = gguf.GGMLQuantizationType
NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "mlp.gate": "ffn_gate_inp",
    "block_sparse_moe.gate": "ffn_gate_inp",
    "mlp.shared_expert.gate_proj": "ffn_gate_shexp",
    "mlp.shared_expert.up_proj": "ffn_up_shexp",
    "mlp.shared_expert.down_proj": "ffn_down_shexp",
    "mlp.shared_expert_gate": "ffn_gate_inp_shexp",
}
EXPERTS = {"gate_proj": "gate", "up_proj": "up", "down_proj": "down", "w1": "gate", "w3": "up", "w2": "down"}
OUTER = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}


def blocks():
    """A few blocks of each type as bytes, and their values."""
    generator = np.random.default_rng(0)
    cases = []
    for kind in (T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0):
        raw = quantize(generator.normal(size=(3, 64)).astype(np.float32), kind)
        cases.append((kind, raw.tobytes()))
    # The package does not quantise these: any bytes are a block but for the half-precision scales.
    for kind, places in ((T.Q4_K, (0, 2)), (T.Q5_K, (0, 2)), (T.Q6_K, (208,))):
        size = gguf.GGML_QUANT_SIZES[kind][1]
        raw = generator.integers(0, 256, size=(2, size), dtype=np.uint8)
        for block in raw:
            for place in places:
                block[place : place + 2] = np.frombuffer(np.float16(generator.normal()).tobytes(), np.uint8)
        cases.append((kind, raw.tobytes()))
    return [
        {"dtype": kind.name, "bytes": base64.b64encode(raw).decode(), "values": values(raw, kind)} for kind, raw in cases
    ]


def values(raw, kind):
    flat = dequantize(np.frombuffer(raw, np.uint8), kind).flatten()
    return [float(str(value)) for value in flat.astype(np.float32)]


def halves(weight, heads):
    """Llama's queries and keys: the two values of a pair side by side."""
    return weight.reshape(heads, 2, -1, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def model(name, architecture, dtype):
    """One of the checkpoints as GGUF."""
    source = FIXTURES / "checkpoints" / name
    config = json.loads((source / "config.json").read_text())
    writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", architecture)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    if config.get("sliding_window"):
        writer.add_sliding_window(config["sliding_window"])
    if config.get("head_dim"):
        writer.add_key_length(config["head_dim"])
        writer.add_value_length(config["head_dim"])
    experts = config.get("num_local_experts") or config.get("num_experts")
    if experts:
        writer.add_expert_count(experts)
        writer.add_expert_used_count(config["num_experts_per_tok"])
        if config.get("clip_qkv"):
            writer.add_clamp_kqv(config["clip_qkv"])
        if "moe_intermediate_size" in config:
            writer.add_expert_feed_forward_length(config["moe_intermediate_size"])
        if "shared_expert_intermediate_size" in config:
            writer.add_expert_shared_feed_forward_length(config["shared_expert_intermediate_size"])
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    tokens = sorted(tokenizer["model"]["vocab"], key=tokenizer["model"]["vocab"].get)
    # The tiny vocabulary lacks some places of the model's.
    tokens += [f"<unused{i}>" for i in range(len(tokens), config["vocab_size"])]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if re.match("<.*>$", token) else 1 for token in tokens])
    writer.add_token_merges([" ".join(merge) for merge in tokenizer["model"]["merges"]])
    writer.add_eos_token_id(config["eos_token_id"])
    tensors = load_file(source / "model.safetensors")
    stacks = {}
    for key, value in tensors.items():
        if architecture == "llama" and re.search("[qk]_proj", key):
            value = halves(value, config["num_attention_heads" if "q_proj" in key else "num_key_value_heads"])
        if key in OUTER:
            write(writer, OUTER[key], value, dtype)
            continue
        _, _, block, rest = key.split(".", 3)
        part, kind = rest.rsplit(".", 1)
        expert = re.match(r"(?:mlp|block_sparse_moe)\.experts\.(\d+)\.(\w+)$", part)
        if expert:
            place = f"blk.{block}.ffn_{EXPERTS[expert[2]]}_exps.weight"
            stacks.setdefault(place, {})[int(expert[1])] = value
        else:
            own = value[0] if part == "mlp.shared_expert_gate" else value
            write(writer, f"blk.{block}.{NAMES[part]}.{kind}", own, dtype)
    for place, parts in stacks.items():
        write(writer, place, np.stack([parts[i] for i in sorted(parts)]), dtype)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write(writer, name, value, dtype):
    """Matrices in the dtype, the rest as float32."""
    if value.ndim < 2 or dtype == T.F32:
        writer.add_tensor(name, value)
    elif dtype == T.F16:
        writer.add_tensor(name, value.astype(np.float16))
    else:
        writer.add_tensor(name, quantize(value, dtype), raw_dtype=dtype)


def pieces():
    """Writes a SentencePiece model as a GGUF of metadata alone; what it makes of texts."""
    texts = ["the expert routes a token to the other expert", "zażółć gęślą jaźń", "route 66, then 7 more"] * 20
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, model_type="bpe", vocab_size=330, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, minloglevel=2,
    )  # fmt: skip
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(processor.vocab_size())
    kinds = [6 if processor.is_byte(i) else 2 if processor.is_unknown(i) else 3 if processor.is_control(i) else 1 for i in ids]
    tried = ["the expert routes", " two  spaces ", "żółw 🙂 router\n", "66 tokens"]
    writer = gguf.GGUFWriter(FOLDER / "pieces.gguf", "llama")
    writer.add_tokenizer_model("llama")
    writer.add_token_list([processor.id_to_piece(i) for i in ids])
    writer.add_token_scores([processor.get_score(i) for i in ids])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(processor.bos_id())
    writer.add_unk_token_id(processor.unk_id())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return [{"text": text, "ids": [processor.bos_id(), *processor.encode(text)]} for text in tried]


def main():
    FOLDER.mkdir(exist_ok=True)
    peer = f"gguf {version('gguf')}, sentencepiece {sentencepiece.__version__}"
    result = {"peer": peer, "blocks": blocks(), "pieces": pieces()}
    (FOLDER / "expected.json").write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n")
    model("llama", "llama", T.BF16)
    model("qwen3", "qwen3", T.F32)
    model("mixtral", "llama", T.F16)
    model("qwen2-moe", "qwen2moe", T.F32)
    model("olmoe", "olmoe", T.F32)
    model("qwen3-moe", "qwen3moe", T.F32)


if __name__ == "__main__":
    main()
