"""Parameters of papermill for TypeScript notebooks.

papermill loads third parties only as engines (entry points ``papermill.engine``), so this module is found through its engine
"switchyard", which is papermill's own, and registers the translator when it is loaded.
"""

import json
import math
import re
from typing import Any

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

__all__ = ["NBClientEngine", "TypeScriptTranslator"]

STRING = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
# One declaration a statement; its value goes to the semicolon or the end of the line, its comment is its help.
DECLARATION = re.compile(
    rf"""^[ ]*(?:const|let|var)[ ]+(?P<name>[\w$]+)[ ]*(?::[ ]*(?P<type>[^=\n]+?))?[ ]*=[ ]*"""
    rf"""(?P<default>(?:{STRING}|\[[^\]]*\]|(?!//)[^;\n])*?)[ ]*(?:;|$|(?=//))(?:[ ]*//[ ]*(?P<help>.*))?""",
    re.MULTILINE,
)
# As JavaScript has them: Python's own rule, with "$".
RESERVED = set(
    "await break case catch class const continue debugger default delete do else enum export extends false finally for function if "
    "implements import in instanceof interface let new null package private protected public return static super switch this throw "
    "true try typeof var void while with yield".split()
)
# Line separators would end a string; the others are no text, or would show code in another order than it has.
UNPRINTED = re.compile("[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
OF_OBJECTS = {"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf"}
SCALARS = {bool: "boolean", int: "number", float: "number", str: "string"}


def type_of(value: Any) -> str | None:
    """The TypeScript type of a value; None where the compiler had better find it."""
    if isinstance(value, list):
        items = {type_of(item) for item in value}
        item = "any" if "any" in items or "any[]" in items else items.pop() if len(items) == 1 else None
        return None if item is None else f"{item}[]"
    # Objects with these names are assignable to nothing else, not even to an empty one.
    return "any" if isinstance(value, dict) and not OF_OBJECTS.isdisjoint(value) else SCALARS.get(type(value))


def plain(value: Any) -> Any:
    """A value as Python has it: numbers and arrays of NumPy become numbers and lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    to_list = getattr(value, "tolist", None)
    return to_list() if callable(to_list) else value


def checked_name(name: Any) -> str:
    """The name of a parameter; it becomes code, so that nothing but a name may be one."""
    if not isinstance(name, str) or not name.replace("$", "_").isidentifier() or name in RESERVED:
        raise ValueError(f"parameters: a name must be an identifier of TypeScript, got {name!r}")
    return name


class TypeScriptTranslator(Translator):
    """Writes values as typed constants: ``const steps: number = 20;``."""

    @classmethod
    def translate_none(cls, val: None) -> str:
        return "null"

    @classmethod
    def translate_escaped_str(cls, str_val: Any) -> str:
        return UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(str(str_val), ensure_ascii=False))

    @classmethod
    def translate_int(cls, val: int) -> str:
        number = float(val) if abs(val) < 1 << 1023 else math.inf
        if number != val:
            raise ValueError(f"parameters: a whole number must be one that JavaScript has, got {val}, which would become {number}")
        return str(val)

    @classmethod
    def translate_float(cls, val: float) -> str:
        if math.isnan(val):
            return "NaN"
        return repr(val) if math.isfinite(val) else f"{'-' if val < 0 else ''}Infinity"

    @classmethod
    def translate_list(cls, val: list) -> str:
        return f"[{', '.join(map(cls.translate, val))}]"

    @classmethod
    def translate_dict(cls, val: dict) -> str:
        # In brackets "__proto__" is a key like any other.
        items = (f"[{cls.translate_escaped_str(key)}]: {cls.translate(item)}" for key, item in val.items())
        return f"{{ {', '.join(items)} }}"

    @classmethod
    def comment(cls, cmt_str: str) -> str:
        return "\n".join(f"// {line}" for line in str(cmt_str).splitlines())

    @classmethod
    def codify(cls, parameters: dict, comment: str = "Parameters") -> str:
        lines = [cls.comment(comment)]
        for name, given in parameters.items():
            value = plain(given)
            kind = type_of(value)
            lines.append(f"const {checked_name(name)}{'' if kind is None else f': {kind}'} = {cls.translate(value)};")
        return "\n".join([*lines, ""])

    @classmethod
    def inspect(cls, parameters_cell: Any) -> list[Parameter]:
        """What the cell tagged "parameters" declares; papermill warns of a value for anything else."""
        found = DECLARATION.finditer(parameters_cell["source"])
        return [Parameter(m["name"], m["type"] or "None", m["default"].strip(), m["help"] or "") for m in found]


# Under the language as well, so that notebooks of plain tslab have it too.
papermill_translators.register("switchyard", TypeScriptTranslator)
papermill_translators.register("typescript", TypeScriptTranslator)
