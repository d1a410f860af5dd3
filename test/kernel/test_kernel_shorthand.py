"""Names of properties where plain tslab takes them for names of an earlier cell, or the other way round."""


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


def test_destructuring_under_another_name_what_an_earlier_cell_declared(kernel):
    kernel.ok("const runs = [{ path: [1, 2], loss: 3, rest: { depth: 4 } }];")
    kernel.ok("const { path: [, second], loss: own, rest: { depth: deep = 9 } } = runs[0];")
    assert kernel.ok("[second, own, deep]").result == "[ 2, 3, 4 ]"
    kernel.ok("const totals: number[] = [];\nfor (const { loss: each, ...others } of runs) totals.push(each, Object.keys(others).length);")
    kernel.ok("const add = ({ loss: a }: (typeof runs)[number]) => a + 1;")
    assert kernel.ok("[...totals, add(runs[0])]").result == "[ 3, 2, 4 ]"
