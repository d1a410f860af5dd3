"""What only PyTorch itself can show; run by test_torch.py in a Python that has torch and transformers.

Prints a JSON object: the name of each check, and null or how it failed.
"""

import copy
import json
import math
import sys
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "extension"), str(ROOT / "test" / "parity")]

import jupyterlab_switchyard as switchyard  # noqa: E402
import make_huggingface  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from jupyterlab_switchyard.recording import recorder  # noqa: E402

IDS = torch.arange(3, 15).reshape(2, 6)


def passes(model):
    """Keyword arguments of a pass."""
    encoder_decoder = getattr(model.config, "is_encoder_decoder", False)
    return {"input_ids": IDS, "labels": IDS, **({"decoder_input_ids": IDS} if encoder_decoder else {})}


def trained(model, watched):
    """Outputs and gradients of two passes, and what the generator gives after them."""
    torch.manual_seed(3)
    model.train()
    model.zero_grad()
    found = []

    def run():
        for _ in range(2):
            output = model(**passes(model))
            output.loss.backward()
            found.append(output.logits.detach().clone())

    if watched:
        with switchyard.watch(model):
            run()
    else:
        run()
    gradients = [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]
    return [*found, *gradients, torch.rand(3)]


def check_outputs_gradients_and_random_numbers_stay_the_same():
    for name, model in make_huggingface.models():
        plain, watched = trained(model, False), trained(model, True)
        assert len(plain) == len(watched) > 10
        assert all(torch.equal(a, b) for a, b in zip(plain, watched)), name
        assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules()), name


class Tokenizer:
    """Reads letters, as a HuggingFace tokenizer is called."""

    def __call__(self, text, return_tensors):
        assert return_tensors == "pt" and not torch.is_grad_enabled()
        return {"input_ids": torch.tensor([[ord(letter) % 12 for letter in text]])}

    def decode(self, tokens):
        return f"<{tokens[0]}>"


def check_a_text_is_routed_beside_a_training_that_stays_the_same():
    for name, model in make_huggingface.models():
        if getattr(model.config, "is_encoder_decoder", False):
            continue

        def trained(text):
            torch.manual_seed(3)
            model.train().zero_grad()
            losses = []
            with switchyard.watch(model, tokenizer=Tokenizer()) as run:
                run._probe.ask(text)
                for step in range(3):
                    output = model(**passes(model))
                    run._probe.refresh(step)
                    output.loss.backward()
                    losses.append(output.loss.item())
                assert all(module.training for module in model.modules()), name
            gradients = [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]
            return run.payload()["data"], losses, gradients, torch.rand(3)

        data, losses, gradients, random = trained(None)
        probed, same_losses, same_gradients, same_random = trained("route me")
        assert losses == same_losses and torch.equal(random, same_random), name
        assert all(torch.equal(a, b) for a, b in zip(gradients, same_gradients)), name
        for each in (probed, data):
            # Speeds and memory are those of the machine.
            scalars = each["history"]["scalars"]
            each["history"]["scalars"] = {label: scalars[label] for label in scalars if not label.startswith("machine/")}
        assert all(probed[key] == data[key] for key in ("layers", "history", "domains")), name
        assert probed["tokens"]["text"] == [f"<{ord(letter) % 12}>" for letter in "route me"], name
        with torch.no_grad(), switchyard.watch(model.eval(), tokenizer=Tokenizer()) as run:
            model(**Tokenizer()("route me", "pt"))
        assert probed["tokens"]["experts"] == run.payload()["data"]["tokens"]["experts"], name


def check_scores_are_those_of_the_routers():
    for name, model in list(make_huggingface.models())[:4]:
        make_huggingface.wider(model)
        seen = {}
        gates = make_huggingface.routers(model)
        hooks = [
            gate.register_forward_hook(
                lambda module, inputs, _, path=path: seen.__setitem__(path, inputs[0].reshape(-1, 16) @ module.weight.T)
            )
            for path, gate in gates.items()
        ]
        with torch.no_grad(), switchyard.watch(model) as run:
            model(**passes(model))
            run.step()
        for hook in hooks:
            hook.remove()
        for layer in run.payload()["data"]["layers"]:
            (logits,) = [value for path, value in seen.items() if path.startswith(layer["path"])]
            best = logits.topk(2).values
            assert abs(layer["internals"]["margin"] - (best[:, 0] - best[:, 1]).mean().item()) < 1e-3, name
            z = torch.logsumexp(logits, -1).square().mean().item()
            assert abs(layer["internals"]["zLoss"] - z) < 1e-3 * max(1, z), (name, layer["internals"]["zLoss"], z)
            assert abs(sum(layer["internals"]["logits"]) - 1) < 0.01 and "bias" not in layer["internals"], name


def check_a_selection_bias_is_followed():
    (model,) = [model for name, model in mixtures() if name == "DeepSeek-V3"]
    biases = [gate.e_score_correction_bias for gate in make_huggingface.routers(model).values()]
    with torch.no_grad(), switchyard.watch(model.eval()) as run:
        for sign in (1, -1, -1):
            for bias in biases:
                bias.copy_(sign * torch.tensor([0.5, 0.25, -0.25, 0]))
            model(**passes(model))
            run.step()
    for layer in run.payload()["data"]["layers"]:
        assert layer["internals"]["bias"] == [-0.5, -0.25, 0.25, 0], layer["internals"]
        assert layer["internals"]["biasFlips"] == [1, 1, 1, 0], layer["internals"]
    assert run.payload()["data"]["history"]["internals"]["biasFlips"] == [[0, 0.75, 0]] * len(biases)


def check_a_text_without_an_expert_and_with_it_alone():
    for name, model in mixtures():
        if name in ("Switch", "NLLB-MoE"):
            continue
        make_huggingface.wider(model)
        # Experts that matter: of weights as they are drawn the loss would hardly tell.
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                if ".mlp.experts." in key:
                    parameter.mul_(30)

        def losses(ablation):
            with torch.no_grad(), switchyard.watch(model, tokenizer=Tokenizer()) as run:
                model(**passes(model))
                run.step()
                path = run.payload()["data"]["layers"][0]["path"]
                run._probe.ask("route me")
                run._probe.ablate(ablation and {"layer": path, **ablation}, run._recorder.num_experts)
                run._probe.refresh(1)
                assert run._probe.problem is None, (name, run._probe.problem)
                tokens = run.payload()["data"]["tokens"]
                return path, tokens["loss"], tokens.get("ablation", {}).get("loss"), tokens["experts"][0][0][0]

        path, loss, none, first = losses(None)
        with torch.no_grad(), switchyard.watch(model) as run:
            model(**passes(model))
        shared = run.payload()["data"]["layers"][0].get("sharedExperts")
        ids = Tokenizer()("route me", "pt") if not torch.is_grad_enabled() else {"input_ids": torch.tensor([[ord(x) % 12 for x in "route me"]])}
        logits = model(**ids).logits[0]
        expected = torch.nn.functional.cross_entropy(logits[:-1], ids["input_ids"][0, 1:], reduction="none").tolist()
        assert none is None and max(abs(a - b) for a, b in zip(loss, expected)) < 2e-3, (name, loss, expected)
        if name in ("Qwen2-MoE", "DeepSeek-V3", "GLM4-MoE"):
            assert shared == 1, (name, shared)
        (experts,) = [module for key, module in model.named_modules() if key == f"{path}.experts"]
        only, without = (losses({"expert": first, "mode": mode})[2] for mode in ("only", "without"))
        assert losses(None)[1] == loss, name
        # All experts as this one: whatever is chosen, it works.
        kept = {key: parameter.clone() for key, parameter in experts.named_parameters()}
        with torch.no_grad():
            for parameter in experts.parameters():
                parameter.copy_(parameter[first : first + 1].expand_as(parameter).clone())
        alike = losses(None)[1]
        with torch.no_grad():
            for key, parameter in experts.named_parameters():
                parameter.copy_(kept[key])
        renormalised = getattr(model.config, "norm_topk_prob", True)
        if renormalised:
            assert max(abs(a - b) for a, b in zip(only[:-1], alike[:-1])) < 5e-3, (name, only, alike)
        # Without it, it may be anything.
        with torch.no_grad():
            for parameter in experts.parameters():
                parameter[first].fill_(7.0)
        again = losses({"expert": first, "mode": "without"})[2]
        with torch.no_grad():
            for key, parameter in experts.named_parameters():
                parameter.copy_(kept[key])
        assert again == without and without != loss, (name, again, without)


def check_switch_transformers_without_an_expert_and_with_it_alone():
    (model,) = [model for name, model in mixtures() if name == "Switch"]
    make_huggingface.wider(model)
    # An ablation has room for all: with less, fewer tokens would be worked on in the model that it is compared with.
    for router in make_huggingface.routers(model).values():
        router.expert_capacity = 64
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if ".experts." in key:
                parameter.mul_(30)

    def through(text):
        ids = torch.tensor([[ord(x) % 12 + 1 for x in text]])
        return model(input_ids=ids, decoder_input_ids=ids)

    def losses(ablation):
        with torch.no_grad(), switchyard.watch(model, tokenizer=str, probe=through) as run:
            model(**passes(model))
            run.step()
            path = run.payload()["data"]["layers"][0]["path"]
            run._probe.ask("route me")
            run._probe.ablate(ablation and {"layer": path, **ablation}, run._recorder.num_experts)
            run._probe.refresh(1)
            assert run._probe.problem is None, run._probe.problem
            tokens = run.payload()["data"]["tokens"]
            return path, tokens["loss"], tokens.get("ablation", {}).get("loss"), tokens["experts"][0][0][0]

    path, loss, none, first = losses(None)
    assert none is None and loss[-1] is None
    experts = next(module for key, module in model.named_modules() if key == f"{path.removesuffix('.router')}.experts")
    only, without = (losses({"expert": first, "mode": mode})[2] for mode in ("only", "without"))
    assert losses(None)[1] == loss
    kept = {key: parameter.clone() for key, parameter in experts.named_parameters()}

    def restore():
        with torch.no_grad():
            for key, parameter in experts.named_parameters():
                parameter.copy_(kept[key])

    # All experts as this one: whatever is chosen, it works. The weight is the best probability in either case.
    with torch.no_grad():
        for key, parameter in experts.named_parameters():
            parameter.copy_(kept[f"expert_{first}." + key.split(".", 1)[1]])
    alike = losses(None)[1]
    restore()
    assert max(abs(a - b) for a, b in zip(only[:-1], alike[:-1])) < 1e-5, (only, alike)
    # Without it, it may be anything.
    with torch.no_grad():
        for parameter in experts[f"expert_{first}"].parameters():
            parameter.fill_(7.0)
    again, whole = losses({"expert": first, "mode": "without"})[2], losses(None)[1]
    restore()
    assert again == without and without != loss and whole != loss, (again, without, loss)


def check_contexts_are_the_heaviest():
    weights = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.9, 0.1]])
    indices = torch.tensor([[0, 1], [1, -1], [0, 2]])
    found = switchyard.recording.arrays.arrays_of(indices).heaviest(indices, weights, 3, 2)
    rounded = [[(round(weight, 3), row) for weight, row in each] for each in found]
    assert rounded == [[(0.9, 0), (0.9, 2)], [(0.2, 1), (0.1, 0)], [(0.1, 2)]], rounded


def check_the_fixture_is_what_the_models_give():
    recorded = json.loads(make_huggingface.FIXTURE.read_text())["cases"]
    for (name, model), case in zip(make_huggingface.models(), recorded, strict=True):
        made = make_huggingface.case(name, model)
        for ours, theirs in zip(made["payload"]["data"]["layers"], case["payload"]["data"]["layers"], strict=True):
            assert ours["path"] == theirs["path"]
            assert max(abs(a - b) for a, b in zip(ours["load"], theirs["load"])) < 0.05, name


def check_choices_are_those_that_the_experts_got():
    for name, model in make_huggingface.models():
        if name == "Switch":
            continue
        got = []
        experts = [module for path, module in model.named_modules() if path.endswith("mlp.experts")]
        hooks = [module.register_forward_pre_hook(lambda _, args: got.append(args[1])) for module in experts]
        with switchyard.watch(model, token_sample=6) as run:
            model(**passes(model))
        for hook in hooks:
            hook.remove()
        sample = run.payload()["data"]["tokens"]["experts"]
        assert sample == [choices[:6].tolist() for choices in got], name


def check_logits_read_give_what_was_watched():
    for name, model in list(make_huggingface.models())[:4]:
        model.eval()
        k = model.config.num_experts_per_tok
        with torch.no_grad(), switchyard.watch(model) as run:
            logits = model(IDS, output_router_logits=True).router_logits
        read = switchyard.read_router_logits(logits, k=k, input_ids=IDS)
        for ours, theirs in zip(run.payload()["data"]["layers"], read.payload()["data"]["layers"], strict=True):
            for key in ("load", "importance", "maxVio", "entropy", "coActivation"):
                assert ours[key] == theirs[key], (name, key)


def check_checkpointed_passes_count_once():
    _, model = next(iter(make_huggingface.models()))
    model.train()
    loads = []
    for checkpointed in (False, True):
        if checkpointed:
            model.gradient_checkpointing_enable()
        with switchyard.watch(model, window=1) as run:
            model(**passes(model)).loss.backward()
            tokens = sum(run._recorder.layers[0].head()[:1].tolist())
        assert tokens == IDS.numel(), tokens
        loads.append(run.payload()["data"]["layers"][0]["load"])
    assert loads[0] == loads[1]


def check_autocast_inference_mode_and_half_precision():
    _, model = next(iter(make_huggingface.models()))
    model.eval()
    with switchyard.watch(model) as run:
        with torch.inference_mode():
            model(IDS)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            model(IDS)
        model.to(torch.bfloat16)(IDS)
    (layer, _) = run.payload()["data"]["layers"]
    assert abs(sum(layer["load"]) - 1) < 0.01
    pairs = layer["coActivation"]
    assert all(pairs[e][e] in (1, None) for e in range(4))


def check_padding_is_left_out():
    _, model = next(iter(make_huggingface.models()))
    model.eval()
    mask = torch.tensor([[0, 0, 1, 1, 1, 1], [1] * 6])
    with torch.no_grad(), switchyard.watch(model) as run:
        model(input_ids=IDS, attention_mask=mask)
    assert run.payload()["data"]["tokens"]["text"] == [str(token) for token in IDS[0, 2:].tolist()]
    assert run._recorder.layers[0].head()[0].item() == 10


def check_generation_is_recorded():
    _, model = next(iter(make_huggingface.models()))
    model.eval()
    with switchyard.watch(model) as run:
        model.generate(IDS, max_new_tokens=4, min_new_tokens=4, do_sample=False)
    # All of the prompt, then one token of both sequences three times: the last one is never routed.
    assert run._recorder.layers[0].head()[0].item() == 12 + 3 * 2


def check_what_is_asked_for_is_as_if_always_counted():
    _, model = next(iter(make_huggingface.models()))
    model.eval()
    limits = recorder.MAX_PAIRS, recorder.MAX_SENT_EXPERTS
    found = []
    for recorder.MAX_PAIRS, recorder.MAX_SENT_EXPERTS in (limits, (0, 0)):
        with switchyard.watch(model, window=1, tokenizer=str) as run, torch.inference_mode():
            for step in range(4):
                model(input_ids=IDS + step, attention_mask=torch.tensor([[1] * 6, [0, 0, 1, 1, 1, 1]]))
                run.step()
                path = run._recorder.layers[0].path
                run._recorder.ask(path)
        layer = run._recorder.data(path)["layers"][0]
        found.append([layer[name] for name in ("coActivation", "transitions", "topTokens", "classLoad")])
        plain = run._recorder.data()["layers"][0]
    recorder.MAX_PAIRS, recorder.MAX_SENT_EXPERTS = limits
    assert found[0] == found[1] and found[0][0] is not None
    assert plain["coActivation"] is None and "transitions" not in plain


def check_wrong_values_are_refused():
    for choices in (torch.tensor([[3]]), torch.tensor([[-2]])):
        try:
            switchyard.record().observe("a", indices=choices, num_experts=3)
        except switchyard.SwitchyardError as error:
            assert "choices must be -1..numExperts - 1 (2)" in str(error)
        else:
            raise AssertionError("was taken")


def tokens_of(run, layer=0):
    """Tokens that count in a layer."""
    return run._recorder.layers[layer].data([]) and sum(
        tally[0] for tally in run._recorder.layers[layer].fetch(list(run._recorder.layers[layer].window().values()))
    )


PADDED = torch.tensor([[0, 0, 1, 1, 1, 1], [1] * 6])


def mixtral():
    return next(iter(make_huggingface.models()))[1]


def switch():
    return dict(make_huggingface.models())["Switch"]


class Wrapper(torch.nn.Module):
    """Passes on what it is given, as PEFT's models do, and trains."""

    def __init__(self, model):
        super().__init__()
        self.base_model = model

    def forward(self, *args, **kwargs):
        return self.base_model(*args, **kwargs)

    def training_step(self, ids):
        return self.base_model(input_ids=ids, labels=ids).loss


def check_a_mask_by_its_place_is_padding():
    for model in (mixtral(), Wrapper(mixtral())):
        model.eval()
        with torch.no_grad(), switchyard.watch(model) as run:
            model(IDS, PADDED)
        assert tokens_of(run) == 10, tokens_of(run)


def check_a_decoder_has_padding_of_its_own():
    model = switch().eval()
    decoder = torch.tensor([[0, 3, 4, 5], [0, 6, 7, 8]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    with torch.no_grad(), switchyard.watch(model) as run:
        model(input_ids=IDS, attention_mask=PADDED, decoder_input_ids=decoder, decoder_attention_mask=mask)
    counted = {layer.path: tokens_of(run, i) for i, layer in enumerate(run._recorder.layers)}
    assert {("decoder" in path.split(".")): count for path, count in counted.items()} == {False: 10, True: 6}, counted


def check_generation_with_padding_and_a_static_cache():
    model = mixtral().eval()
    for cache in ("dynamic", "static"):
        with switchyard.watch(model) as run:
            model.generate(
                IDS, attention_mask=PADDED, max_new_tokens=3, min_new_tokens=3, do_sample=False, cache_implementation=cache
            )
        assert tokens_of(run) == 10 + 2 * 2, (cache, tokens_of(run))


def check_generation_through_a_wrapper_counts_after_training():
    model = Wrapper(mixtral()).train()
    with switchyard.watch(model, evaluation=True) as run:
        model(input_ids=IDS, attention_mask=PADDED, labels=IDS).loss.backward()
        model.eval()
        model.base_model.generate(IDS, attention_mask=PADDED, max_new_tokens=3, min_new_tokens=3, do_sample=False)
    assert tokens_of(run) == 10 + 14, tokens_of(run)


def check_a_wrapped_model_that_is_checkpointed_counts_once():
    model = Wrapper(mixtral()).train()
    model.base_model.gradient_checkpointing_enable()
    with switchyard.watch(model) as run:
        model.training_step(IDS).backward()
    assert tokens_of(run) == 12, tokens_of(run)
    with switchyard.watch(model) as run:
        model(input_ids=IDS)
        for _ in range(2):
            model.training_step(IDS).backward()
    assert tokens_of(run) == 36, tokens_of(run)


def check_a_copy_of_a_watched_model_is_not_watched():
    model = mixtral().train()
    with switchyard.watch(model) as run:
        model(input_ids=IDS)
        twin = copy.deepcopy(model)
        twin(input_ids=IDS)
    assert tokens_of(run) == 12, tokens_of(run)
    twin(input_ids=IDS)


def check_scores_that_are_not_finite():
    model = mixtral().eval()
    gate = model.model.layers[0].mlp.gate if hasattr(model.model.layers[0], "mlp") else model.model.layers[0].block_sparse_moe.gate
    whole = {}
    for places, mask in (("padding", PADDED), ("a token", torch.ones_like(PADDED))):

        def spoil(module, inputs, output):
            output = output if isinstance(output, tuple) else (output,)
            logits = output[0].clone()
            logits[0] = float("nan")
            return (logits, *output[1:]) if len(output) > 1 else logits

        for spoiled in (False, True):
            hook = gate.register_forward_hook(spoil) if spoiled else None
            with warnings.catch_warnings(record=True) as said, torch.no_grad(), switchyard.watch(model) as run:
                warnings.simplefilter("always")
                model(input_ids=IDS, attention_mask=mask)
                layer = run.payload()["data"]["layers"][0]
            if hook is not None:
                hook.remove()
            whole[places, spoiled] = layer, [str(each.message) for each in said if str(each.message).startswith(f"{layer['path']}: the router's scores")]
    clean, spoiled = whole["padding", False], whole["padding", True]
    assert spoiled[0]["entropy"] == clean[0]["entropy"] and spoiled[0]["importance"] == clean[0]["importance"]
    assert spoiled[1] == []
    layer, said = whole["a token", True]
    assert layer["entropy"] is None and layer["importance"] == [] and len(said) == 1, (layer, said)


def truth(module, hidden):
    """Entropy of a router's probabilities over log E, mean over tokens; computed from its input."""
    weight = module.classifier.weight if hasattr(module, "classifier") else module.weight
    logits = hidden.reshape(-1, hidden.shape[-1]).float() @ weight.float().T
    probabilities = torch.softmax(logits, -1)
    return (torch.special.entr(probabilities).sum(-1).mean() / math.log(weight.shape[0])).item()


def mixtures():
    """Small models of every kind that is read in its own way; those that this version of transformers has."""
    yield from make_huggingface.models()
    t = transformers
    groups = {"n_routed_experts": 4, "n_group": 1, "topk_group": 1, "num_experts_per_tok": 2, "moe_intermediate_size": 8}
    latent = {"q_lora_rank": None, "kv_lora_rank": 8, "qk_rope_head_dim": 4, "qk_nope_head_dim": 4, "v_head_dim": 8}
    yield (
        "DeepSeek-V3",
        t.DeepseekV3ForCausalLM(t.DeepseekV3Config(**make_huggingface.SMALL, **groups, **latent, first_k_dense_replace=0)),
    )
    yield "GLM4-MoE", t.Glm4MoeForCausalLM(t.Glm4MoeConfig(**make_huggingface.SMALL, **groups, first_k_dense_replace=0))
    sizes = {"encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
    sparse = {"encoder_ffn_dim": 8, "decoder_ffn_dim": 8, "encoder_sparse_step": 1, "decoder_sparse_step": 1, "num_experts": 4}
    yield "NLLB-MoE", t.NllbMoeForConditionalGeneration(t.NllbMoeConfig(vocab_size=64, d_model=16, expert_capacity=64, **sizes, **sparse))


def check_every_kind_of_router_is_read_as_it_is():
    for name, model in mixtures():
        make_huggingface.wider(model).eval()
        entropies, hooks = {}, []
        for path, module in make_huggingface.routers(model).items():
            keep = lambda module, inputs, _, path=path: entropies.__setitem__(path, truth(module, inputs[0]))  # noqa: E731
            if name not in ("DeepSeek-V3", "GLM4-MoE", "NLLB-MoE"):
                hooks.append(module.register_forward_hook(keep))
        with warnings.catch_warnings(record=True) as said, torch.no_grad(), switchyard.watch(model) as run:
            warnings.simplefilter("always")
            model(**passes(model))
            layers = run.payload()["data"]["layers"]
        for hook in hooks:
            hook.remove()
        assert not [each for each in said if "is not recorded" in str(each.message)], (name, [str(each.message) for each in said])
        for layer in layers:
            assert abs(sum(layer["load"]) - 1) < 1e-3, (name, layer["path"], layer["load"])
            assert layer["k"] == (1 if name == "Switch" else 3 if name == "OLMoE" else 2), (name, layer["k"])
            if layer["entropy"] is not None and entropies:
                (own,) = [value for path, value in entropies.items() if path.startswith(layer["path"])]
                assert abs(layer["entropy"] - own) < 1e-3, (name, layer["path"], layer["entropy"], own)


def main():
    results = {}
    for name, check in list(globals().items()):
        if name.startswith("check_"):
            try:
                check()
                results[name] = None
            except Exception:  # noqa: BLE001
                results[name] = traceback.format_exc()
    print(json.dumps(results))


if __name__ == "__main__":
    main()
