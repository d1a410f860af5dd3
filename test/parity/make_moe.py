"""Writes fixtures/moe.json: what Hugging Face transformers computes for mixtures of experts, by parameter path of
kernel-lib, and for balancing losses. Needs torch and transformers."""

import torch
import transformers
from torch.func import functional_call
from transformers.models.deepseek_v3 import modeling_deepseek_v3 as deepseek
from transformers.models.mixtral import modeling_mixtral as mixtral
from transformers.models.olmoe import modeling_olmoe as olmoe
from transformers.models.qwen2_moe import modeling_qwen2_moe as qwen2
from transformers.models.qwen3_moe import modeling_qwen3_moe as qwen3
from transformers.models.switch_transformers import modeling_switch_transformers as switch

from fixture import case, random, write

WIDTH, HIDDEN = 6, 5
DENSE = {"hidden_size": WIDTH, "intermediate_size": HIDDEN}
ROUTED = {"hidden_size": WIDTH, "moe_intermediate_size": HIDDEN}


def transposed(stack):
    return stack.transpose(1, 2)


def gated(p):
    """Our stacked matrices as the names and layouts of transformers' gated experts."""
    return {
        "experts.gate_up_proj": torch.cat([transposed(p["experts.w1"]), transposed(p["experts.w3"])], dim=1),
        "experts.down_proj": transposed(p["experts.w2"]),
        "gate.weight": p["router.weight"].T,
    }


def gated_inputs(tokens, num_experts, seed):
    draw = random(seed)
    return {
        "x": draw(2, tokens, WIDTH),
        "router.weight": draw(WIDTH, num_experts),
        "experts.w1": draw(num_experts, WIDTH, HIDDEN) / WIDTH**0.5,
        "experts.w3": draw(num_experts, WIDTH, HIDDEN) / WIDTH**0.5,
        "experts.w2": draw(num_experts, HIDDEN, WIDTH) / HIDDEN**0.5,
    }


def shared_inputs(draw, hidden):
    return {
        "shared.w1": draw(1, WIDTH, hidden) / WIDTH**0.5,
        "shared.w3": draw(1, WIDTH, hidden) / WIDTH**0.5,
        "shared.w2": draw(1, hidden, WIDTH) / HIDDEN**0.5,
    }


def shared(p, name):
    """Our shared expert as the names and layouts of transformers'."""
    return {
        f"{name}.gate_proj.weight": p["shared.w1"][0].T,
        f"{name}.up_proj.weight": p["shared.w3"][0].T,
        f"{name}.down_proj.weight": p["shared.w2"][0].T,
    }


def block_case(name, block, weights, inputs, constants=None, **options):
    """``weights`` gives the block's own by name from ours."""
    block.eval()
    return case(name, lambda x, **p: functional_call(block, weights(p), (x,)), inputs, constants, options)


def gated_case(name, block, tokens, num_experts, k, equal=False):
    inputs = gated_inputs(tokens, num_experts, seed=num_experts + k)
    if equal:
        inputs["x"] = inputs["x"][:1, :1].expand(2, tokens, WIDTH)
    return block_case(name, block, gated, inputs, numExperts=num_experts, k=k)


def mixtral_case(name, tokens, num_experts, k, equal=False):
    config = transformers.MixtralConfig(**DENSE, num_local_experts=num_experts, num_experts_per_tok=k)
    return gated_case(name, mixtral.MixtralSparseMoeBlock(config), tokens, num_experts, k, equal)


def olmoe_case(name, tokens, num_experts, k):
    """Does not divide the weights of a token by their sum."""
    config = transformers.OlmoeConfig(**DENSE, num_experts=num_experts, num_experts_per_tok=k)
    return gated_case(name, olmoe.OlmoeSparseMoeBlock(config), tokens, num_experts, k)


def qwen_case(name, tokens, num_experts, k):
    """The successor of Qwen2-MoE, without a shared expert."""
    config = transformers.Qwen3MoeConfig(**ROUTED, num_experts=num_experts, num_experts_per_tok=k, norm_topk_prob=True)
    return gated_case(name, qwen3.Qwen3MoeSparseMoeBlock(config), tokens, num_experts, k)


def qwen2_case(name, tokens, num_experts, k):
    """A gate weighs the output of the shared expert."""
    config = transformers.Qwen2MoeConfig(
        **ROUTED,
        shared_expert_intermediate_size=HIDDEN,
        num_experts=num_experts,
        num_experts_per_tok=k,
        norm_topk_prob=False,
    )
    draw = random(8)
    inputs = {**gated_inputs(tokens, num_experts, seed=21), **shared_inputs(draw, HIDDEN)}
    inputs["sharedGate.weight"] = draw(WIDTH, 1)

    def weights(p):
        return {**gated(p), **shared(p, "shared_expert"), "shared_expert_gate.weight": p["sharedGate.weight"].T}

    return block_case(name, qwen2.Qwen2MoeSparseMoeBlock(config), weights, inputs, numExperts=num_experts, k=k)


def deepseek_case(name, tokens, num_experts, k, num_shared):
    config = transformers.DeepseekV3Config(
        **ROUTED,
        n_routed_experts=num_experts,
        num_experts_per_tok=k,
        n_shared_experts=num_shared,
        n_group=1,
        topk_group=1,
        norm_topk_prob=True,
        routed_scaling_factor=1.0,
    )
    draw = random(7)
    inputs = {**gated_inputs(tokens, num_experts, seed=20), **shared_inputs(draw, num_shared * HIDDEN)}

    def weights(p):
        return {**gated(p), "gate.e_score_correction_bias": p["selectionBias"], **shared(p, "shared_experts")}

    options = {"numExperts": num_experts, "k": k, "sharedExperts": num_shared}
    constants = {"selectionBias": draw(num_experts) / 2}
    return block_case(name, deepseek.DeepseekV3MoE(config), weights, inputs, constants, **options)


def switch_case(name, tokens, num_experts, capacity):
    """Capacity counts within a sequence there, so there is one sequence."""
    config = transformers.SwitchTransformersConfig(
        d_model=WIDTH, d_ff=HIDDEN, num_experts=num_experts, expert_capacity=capacity, dropout_rate=0.0
    )
    draw = random(3)

    def weights(p):
        experts = {"router.classifier.weight": p["router.weight"].T}
        for expert in range(num_experts):
            experts[f"experts.expert_{expert}.wi.weight"] = p["experts.w1"][expert].T
            experts[f"experts.expert_{expert}.wo.weight"] = p["experts.w2"][expert].T
        return experts

    inputs = {
        "x": draw(1, tokens, WIDTH),
        "router.weight": draw(WIDTH, num_experts),
        "experts.w1": draw(num_experts, WIDTH, HIDDEN) / WIDTH**0.5,
        "experts.w2": draw(num_experts, HIDDEN, WIDTH) / HIDDEN**0.5,
    }
    block = switch.SwitchTransformersSparseMLP(config)
    return block_case(name, block, weights, inputs, numExperts=num_experts, capacity=capacity)


def hf_loss_case(name, tokens, num_experts, k, layers):
    draw = random(layers)
    inputs = {f"logits{layer}": 2 * draw(tokens, num_experts) for layer in range(layers)}
    run = lambda **logits: mixtral.load_balancing_loss_func(tuple(logits.values()), num_experts, k)
    return case(name, run, inputs, options={"k": k})


def switch_loss(logits0):
    probs = logits0.softmax(-1)[None]
    return switch.load_balancing_loss_func(probs, probs.argmax(-1))


draw = random(0)
write(
    "moe",
    [
        mixtral_case("mixtral", tokens=5, num_experts=4, k=2),
        mixtral_case("mixtral, one choice", tokens=5, num_experts=4, k=1),
        mixtral_case("mixtral, empty experts", tokens=1, num_experts=8, k=2),
        mixtral_case("mixtral, all tokens to the same experts", tokens=4, num_experts=4, k=2, equal=True),
        mixtral_case("mixtral, every expert chosen", tokens=3, num_experts=3, k=3),
        olmoe_case("olmoe", tokens=5, num_experts=6, k=3),
        qwen_case("qwen3", tokens=5, num_experts=6, k=3),
        qwen2_case("qwen2", tokens=5, num_experts=6, k=3),
        deepseek_case("deepseek v3", tokens=5, num_experts=6, k=3, num_shared=2),
        switch_case("switch", tokens=12, num_experts=4, capacity=2),
        hf_loss_case("hf loss of one layer", tokens=9, num_experts=4, k=1, layers=1),
        hf_loss_case("hf loss of three layers", tokens=9, num_experts=5, k=2, layers=3),
        case("switch loss", switch_loss, {"logits0": 2 * draw(9, 4)}),
        case("router z-loss", lambda logits0: switch.router_z_loss_func(logits0[None]), {"logits0": 4 * draw(9, 4)}),
    ],
    peer=f"torch {torch.__version__}, transformers {transformers.__version__}",
)
