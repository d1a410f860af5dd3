"""Reads the files that OLMoE's analysis writes."""

import json
from os import PathLike
from typing import Any, Iterator

from ..recording.arrays import plain
from ..recording.chosen import expect_choices
from ..recording.errors import expect_integer, fail
from ..recording.routed import Batch, Routed
from ..recording.texts import text_of
from .recording import Recording, recording_of

WHERE = "read_olmoe"


def read_olmoe(
    path: str | PathLike[str],
    *,
    num_experts: int = 64,
    tokenizer: Any = None,
    domain: str | None = None,
    title: str | None = None,
    token_sample: int | None = None,
) -> Recording:
    """Reads the jsonl of OLMoE's ``run_moe_analysis.py``: a text a line, with ``input_ids`` [T] and ``exp_ids`` [T, K, L].

    Args:
        path: The file.
        num_experts: E: 64 for OLMoE, 8 for its files of Mixtral.
        tokenizer: An object with ``decode``, or a function of a token's number.
        domain: What the text is, for example "c4".
        title: Default: the path.
        token_sample: Tokens of the last text shown with their choices, 0..2048, sequence after sequence. Default: those of the first, at most 64.

    Raises:
        SwitchyardError: Where a line is not like that; it names the line.
    """
    expect_integer(WHERE, "num_experts", num_experts, 1)
    with open(path, encoding="utf-8") as lines:
        return recording_of(
            _passes(lines, num_experts, domain),
            where=WHERE,
            title=str(path) if title is None else title,
            token_sample=token_sample,
            text_of=text_of(tokenizer),
        )


def _passes(lines: Any, num_experts: int, domain: str | None) -> Iterator[tuple[Batch, list[Routed]]]:
    layers = None
    for number, line in enumerate(lines, 1):
        if line.strip() == "":
            continue
        where = f"{WHERE}: line {number}"
        ids, experts = _parse(where, line)
        tokens, k, depth = plain.shape_of(experts)
        if layers not in (None, depth):
            fail(where, f"there must be {layers} layers as in the lines before", depth)
        layers = depth
        choices = [[[row[c][i] for c in range(k)] for row in experts] for i in range(depth)]
        expect_choices(where, choices, num_experts)
        batch = Batch(1, tokens, [ids], domains=(domain,))
        yield batch, [Routed(f"layers.{i}", num_experts, rows) for i, rows in enumerate(choices)]


def _parse(where: str, line: str) -> tuple[list[int], list[list[list[int]]]]:
    try:
        item = json.loads(line)
    except ValueError as error:
        fail(where, "must be JSON", f"{line[:60].strip()} ({error})")
    if not isinstance(item, dict) or not {"input_ids", "exp_ids"} <= item.keys():
        fail(where, "must be an object with input_ids and exp_ids", line[:60].strip())
    ids, experts = item["input_ids"], item["exp_ids"]
    shape = plain.shape_of(experts)
    if len(shape) != 3 or shape[0] != len(ids) or not plain.is_regular(experts):
        fail(where, f"exp_ids must be [tokens, k, layers] for {len(ids)} tokens", f"shape {list(shape)}")
    return ids, experts
