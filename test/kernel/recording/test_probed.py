"""Losses of a reader's text, and those without an expert: measured anew when the model or the text is another."""

import jupyterlab_switchyard as switchyard
import pytest
from recording.test_ablation import Language


class Shifted(Language):
    """Predicts with so much more confidence."""

    scale = 1.0

    def forward(self, input_ids):
        return [[[self.scale * x for x in row] for row in logits] for logits in super().forward(input_ids)]


@pytest.fixture
def probed(valid):
    """A run with a text of which expert 1 is left out, and what it shows after so many steps."""
    model = Shifted()
    read = lambda text: model([[ord(letter) for letter in text]])  # noqa: E731
    with switchyard.watch(model, routers="mlp.gate", tokenizer=chr, probe=read, k=1, display=False) as run:
        model([[1, 2, 3]])
        run.step()
        run._probe.ask("abd")

        def shown(step):
            run._probe.refresh(step)
            return valid(run.payload())["data"]["tokens"]

        yield model, run._probe, run._recorder.num_experts, shown


def test_an_ablation_is_measured_again_after_another_step_and_for_another_one(probed):
    model, probe, experts, shown = probed
    probe.ablate({"layer": "mlp.gate", "expert": 1, "mode": "without"}, experts)
    first = shown(1)["ablation"]["loss"]
    assert shown(1)["ablation"]["loss"] == first
    model.scale = 3.0
    assert shown(1)["ablation"]["loss"] == first, "no step was done since"
    second = shown(2)["ablation"]["loss"]
    assert second != first
    probe.ablate({"layer": "mlp.gate", "expert": 1, "mode": "only"}, experts)
    assert shown(2)["ablation"]["mode"] == "only"
    assert shown(2)["ablation"]["loss"] != second


def test_tokens_that_the_logits_do_not_have_are_without_losses(probed):
    _, probe, _, shown = probed
    assert "loss" in shown(1)
    probe.ask("ab" + chr(128))
    tokens = shown(1)
    assert tokens["text"][-1] == chr(128) and "loss" not in tokens


def test_an_expert_of_another_layer_or_number_is_refused_and_the_one_before_goes_on(probed):
    _, probe, experts, shown = probed
    mine = {"layer": "mlp.gate", "expert": 1, "mode": "without"}
    probe.ablate(mine, experts)
    for wrong in ({**mine, "expert": True}, {**mine, "expert": -1}, {**mine, "mode": "half"}, {**mine, "layer": 3}):
        probe.ablate(wrong, experts)
        assert probe.problem is not None and probe.ablation == mine
    assert shown(1)["ablation"]["expert"] == 1


def test_a_pass_that_fails_under_an_ablation_leaves_the_text_and_its_losses(probed):
    model, probe, experts, shown = probed
    whole = shown(1)["loss"]
    probe.ablate({"layer": "mlp.gate", "expert": 1, "mode": "without"}, experts)
    model.mlp.gate.forward = lambda tokens: "no logits"
    tokens = shown(1)
    assert tokens["loss"] == whole and "ablation" not in tokens
    assert probe.ablation is None and probe.problem is not None and probe.text == "abd"
    assert not probe.ablating and not probe.passing
