"""Random sequences of declarations, assignments, closures and reruns, as plain JavaScript."""

from dataclasses import dataclass, field
from random import Random

NUMBERS = ["n0", "n1", "n2"]
FUNCTIONS = ["f0", "f1", "f2"]
KINDS = ["let", "const", "var"]


@dataclass
class Step:
    """A cell, and what it does to names."""

    code: str
    #: Numbers that it declares: True for const.
    declares: dict = field(default_factory=dict)
    #: The function that it declares.
    function: str | None = None
    assigns: tuple = ()
    #: An expression of all values that can be read after it.
    values: str = ""


class Sequence:
    """A sequence of cells, whose names begin with `prefix`. With `throws` some redeclarations do."""

    def __init__(self, seed, prefix, length, throws=False):
        self.random = Random(seed)
        self.prefix = prefix
        self.throws = throws
        self.numbers = {}
        self.functions = []
        self.steps = []
        self.take(self.new_number())
        while len(self.steps) < length:
            self.take(self.next())

    def take(self, step):
        self.numbers.update(step.declares)
        if step.function is not None and step.function not in self.functions:
            self.functions.append(step.function)
        values = ", ".join([*self.numbers, *(f"{name}()" for name in self.functions)])
        self.steps.append(Step(step.code, step.declares, step.function, step.assigns, f"[{values}]"))

    def next(self):
        if self.random.random() < 0.2:
            again = [step for step in self.steps if not any(self.numbers[name] for name in step.assigns)]
            if again:
                return self.random.choice(again)
        return self.random.choice([self.new_number, self.new_function, self.new_function, self.assign, self.count, self.swap, self.pattern])()

    def new_number(self):
        name, kind = self.prefix + self.random.choice(NUMBERS), self.random.choice(KINDS)
        if self.throws and name in self.numbers and self.random.random() < 0.5:
            return Step(f"{kind} {name} = (() => {{ throw new Error('no') }})()")
        value = self.expression([other for other in self.numbers if other != name], self.functions)
        return Step(f"{kind} {name} = {value}", {name: kind == "const"})

    def new_function(self):
        name = self.prefix + self.random.choice(FUNCTIONS)
        # Only those before it, so that none calls itself.
        body = self.expression(list(self.numbers), [other for other in self.functions if other < name])
        code = self.random.choice(
            [
                f"function {name}() {{ return {body} }}",
                f"const {name} = () => {body}",
                f"let {name} = function () {{ return {body} }}",
                f"var {name} = (() => {{ let calls = 0; return () => ++calls + {body} }})()",
                f"class {name}C {{ m() {{ return {body} }} }}\nlet {name} = () => new {name}C().m()",
                f"const {{ {name} }} = {{ {name}() {{ return {body} }} }}",
                f"const [{name}] = [() => 0, () => {body}].slice(1)",
            ]
        )
        return Step(code, function=name)

    def assign(self):
        name = self.variable()
        if name is None:
            return self.new_number()
        operator = self.random.choice(["=", "+=", "-="])
        return Step(f"{name} {operator} {self.expression(list(self.numbers), self.functions)}", assigns=(name,))

    def count(self):
        name, i = self.variable(), f"{self.prefix}i"
        if name is None:
            return self.new_number()
        forms = [f"{name}++", f"for (let i = 0; i < 3; i++) {{ {name} += i }}", f"for (var {i} = 0; {i} < 2; {i}++) {name}--"]
        return Step(self.random.choice(forms), assigns=(name,))

    def swap(self):
        variables = [name for name, const in self.numbers.items() if not const]
        if len(variables) < 2:
            return self.new_number()
        first, second = self.random.sample(variables, 2)
        return Step(f";[{first}, {second}] = [{second}, {first}]", assigns=(first, second))

    def pattern(self):
        first, second = (self.prefix + name for name in self.random.sample(NUMBERS, 2))
        kind, a, b = self.random.choice(KINDS), self.random.randrange(100), self.random.randrange(100)
        forms = [f"[{first}, {second}] = [{a}, {b}]", f"{{ a: {first}, b: {second} = {b} }} = JSON.parse('{{\"a\":{a}}}')"]
        return Step(f"{kind} {self.random.choice(forms)}", {first: kind == "const", second: kind == "const"})

    def variable(self):
        variables = [name for name, const in self.numbers.items() if not const]
        return self.random.choice(variables) if variables else None

    def expression(self, numbers, functions):
        terms = [str(self.random.randrange(100))]
        terms += self.random.sample(numbers, min(len(numbers), self.random.randrange(3)))
        terms += [f"{name}()" for name in self.random.sample(functions, min(len(functions), self.random.randrange(2)))]
        return " + ".join(terms)
