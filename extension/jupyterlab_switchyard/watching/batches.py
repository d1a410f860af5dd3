"""The tokens of a pass, from what a model was called with."""

from typing import Any

from ..recording.arrays import arrays_of
from ..recording.errors import fail
from ..recording.routed import Batch

#: What ``Run.domain`` takes: the domain of every sequence, or one for each.
Domain = str | tuple[str | None, ...] | None


def batch_of(args: tuple[Any, ...], kwargs: dict[str, Any], domain: Domain) -> Batch:
    """Sequences, padding and token numbers where the call shows them: ``input_ids`` [B, T] and ``attention_mask``; for a decoder
    beside an encoder ``decoder_input_ids`` and ``decoder_attention_mask``."""
    ids = kwargs.get("input_ids")
    inputs = kwargs.get("inputs_embeds")
    if ids is None and inputs is None and args:
        inputs = args[0]
        if _rank(inputs) == 2 and arrays_of(inputs).is_integer(inputs):
            ids = inputs
    known = ids if ids is not None else inputs
    rank = _rank(known)
    shape = arrays_of(known).shape_of(known) if rank > 0 else ()
    size, length = (shape[0], shape[1]) if rank >= 3 or ids is not None and rank == 2 else (1, shape[0] if shape else 0)
    mask = _mask(kwargs, "attention_mask", size, length)
    return Batch(size, length, ids, mask, _domains(domain, size), _decoded(kwargs, size, domain))


def _decoded(kwargs: dict[str, Any], size: int, domain: Domain) -> Batch | None:
    """The decoder's tokens: those given, or the labels, which models shift by one."""
    ids = next((kwargs[name] for name in ("decoder_input_ids", "labels") if kwargs.get(name) is not None), None)
    if _rank(ids) != 2:
        return None
    length = arrays_of(ids).shape_of(ids)[1]
    return Batch(size, length, ids, _mask(kwargs, "decoder_attention_mask", size, length), _domains(domain, size))


def _rank(value: Any) -> int:
    return 0 if value is None or isinstance(value, (str, dict)) else len(arrays_of(value).shape_of(value))


def _mask(kwargs: dict[str, Any], name: str, size: int, length: int) -> Any:
    """The padding of these tokens; with a cache the mask has columns for the tokens before as well."""
    mask = kwargs.get(name)
    if _rank(mask) == 4:
        return _own_columns(mask, kwargs.get("cache_position"), size, length)
    if _rank(mask) != 2:
        return None
    arrays = arrays_of(mask)
    rows, columns = arrays.shape_of(mask)
    if rows != size or columns < length or length == 0:
        return None
    return mask if columns == length else arrays.last_columns(mask, length)


def _own_columns(mask: Any, places: Any, size: int, length: int) -> Any:
    """Of what each query may attend to [B, 1, T, S], as generation with a static cache gives it: whether the last query attends
    to each of these tokens. ``places`` [T] are their columns; without them, the first ones."""
    arrays = arrays_of(mask)
    rows, _, queries, columns = arrays.shape_of(mask)
    # A single token after others is one that was generated: no padding, and without its place nothing says where it stands.
    if rows != size or queries != length or length == 0 or columns < length or (places is None and length == 1 < columns):
        return None
    return arrays.attended(mask, places)


def _domains(domain: Domain, size: int) -> tuple[str | None, ...]:
    if not isinstance(domain, tuple):
        return (domain,) * size
    if len(domain) != size:
        fail("run.domain", f"there must be a domain for each of the {size} sequences", len(domain))
    return domain
