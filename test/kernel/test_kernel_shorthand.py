"""`{ name }` for a name of an earlier cell, which plain tslab leaves undefined."""


def test_a_shorthand_property_of_an_earlier_cell(kernel):
    kernel.ok("const steps = 3;\nlet seed = 1;")
    assert kernel.ok("({ steps, seed })").result == "{ steps: 3, seed: 1 }"
    assert kernel.ok("for (const own of [2]) { const r = await Promise.resolve({ steps, own }); console.log(r); }").text() == (
        "{ steps: 3, own: 2 }\n"
    )
    assert kernel.ok("const f = (steps: number) => ({ steps, seed });\nf(7)").result == "{ steps: 7, seed: 1 }"


def test_a_destructuring_assignment_to_an_earlier_name(kernel):
    kernel.ok("let width = 1;\nlet depth = 1;")
    kernel.ok("({ width, depth = 5 } = { width: 4 } as { width: number; depth?: number });")
    assert kernel.ok("[width, depth]").result == "[ 4, 5 ]"
