"""The public functions that record a running model."""

from typing import Any, Mapping

from .find import Selection
from .model_run import ModelRun
from .outputs import Reader
from .probe import Route
from .run import Run
from .run_file import Save


def watch(
    model: Any,
    *,
    routers: Selection | None = None,
    k: int | None = None,
    read: Reader | None = None,
    tokenizer: Any = None,
    title: str | None = None,
    total_steps: int | None = None,
    token_sample: int | None = None,
    window: int = 8,
    configuration: Mapping[str, Any] | None = None,
    evaluation: bool | None = None,
    automatic_steps: bool = True,
    probe: Route | None = None,
    display: bool = True,
    save: Save = False,
) -> ModelRun:
    """Records how a model routes its tokens, and draws it beside the cell: ``with switchyard.watch(model) as run: ...``.

    HuggingFace's mixtures of experts (Mixtral, OLMoE, Qwen-MoE, Switch, ...) need no options. The model's outputs and gradients
    stay the same to the last bit; the hooks go with the ``with``, also where it ends by an exception, which passes on. A
    run that is interrupted is shown as stopped, one that raises as failed. Padding is left out where the model is called with
    an ``attention_mask`` [B, T].

    A step is what ``run.step(loss=...)`` ends. Until it is first called, each pass in training mode is a step of its own
    (for steps of several passes give ``automatic_steps=False``). Passes in evaluation mode end no step: a model that is only
    evaluated is summed up as a whole.

    Cost: a few sums a layer on the model's own device, fetched once a step; see "Any kernel" in the README for what was measured.
    A model compiled by ``torch.compile`` must be watched from before its first call.

    Readers may pause, step and stop the run from its panel, and give it a text to route, where comms are heard while a cell runs:
    ipykernel from 7, and a JupyterLab that gives them a subshell. A pause holds inside ``run.step()``, or before the next pass
    where it is not called. A stop leaves the ``with`` from there (by ``switchyard.Stopped``, which is no ``Exception``), and
    what follows it runs: ``run.stopped`` is True. Elsewhere the panel's controls stay off until the cell is done.

    A panel shows the tables of a layer that an output has no room for, of the layer that its reader looks at; the last two runs
    that ended tell them as well. Which experts of a large model are chosen together, where their tokens go next and which tokens
    they are sent is counted of that layer from when it is looked at, complete after twice the window, and given up for the next
    one. What is recorded otherwise stays the same.

    Args:
        model: A ``torch.nn.Module``, or anything with ``named_modules`` and forward hooks like its.
        routers: The modules that route, by path ("layers.*.gate") or as a function of path and module. Default: those that
            HuggingFace's models call routers. A router returns logits [..., E], alone or before weights and choices [..., K].
        k: Experts a token is sent to, where a router returns logits alone and does not say.
        read: For routers that return something else: a function of module, inputs and output that gives the arguments of
            ``run.observe`` as a dict, for example {"probabilities": ..., "k": 2}.
        tokenizer: Gives the text of tokens: an object with ``decode``, or a function of a token's number. Without it the sample
            shows numbers, and the tokens and token classes that each expert is sent are not recorded.
        title: Default: the model's class and how it routes.
        total_steps: How many steps the run will take, where it is known.
        token_sample: Tokens of each batch whose choices are shown, 0..2048, sequence after sequence. Default: those of the first, at most 64.
        window: Loads are summed over the latest 1 to 2 times this many steps.
        configuration: Settings of the run by name, which tell it from others: {"learning rate": 3e-4, "seed": 1}; words, numbers and
            switches, 32 at most. The model's own (experts, how many of them a token is sent to, balance) and PyTorch's seed stand
            beside them.
        evaluation: Whether passes in evaluation mode count. Default: only until the first pass in training mode.
        automatic_steps: See above.
        probe: Passes a text that a reader gives in the panel through the model: a function of the text that calls the model with
            its token ids. It is called between steps while the text is shown, in evaluation mode and without gradients, and is
            no part of what is recorded. Default: with a HuggingFace tokenizer, the model with its ``input_ids``.
        save: Folder, relative to the notebook's, that the run is saved in as it goes, for the sidebar and `npx switchyard runs`;
            True is "runs".
        display: False only records; ``run.payload()`` has the result, in a notebook or not.

    Raises:
        SwitchyardError: Where no router is found, or an option is out of range.
    """
    return ModelRun(
        model,
        routers=routers,
        k=k,
        read=read,
        evaluation=evaluation,
        automatic_steps=automatic_steps,
        probe=probe,
        title=title,
        tokenizer=tokenizer,
        total_steps=total_steps,
        token_sample=token_sample,
        window=window,
        configuration=configuration,
        display=display,
        save=save,
    )


#: As ``watch``, for what has no hooks: call ``run.observe(path, logits=..., k=...)`` and ``run.step()`` yourself.
record = Run
