"""The tokens that an expert took with the greatest weights, with the text around them."""

import jupyterlab_switchyard as switchyard
import numpy as np
import pytest

KINDS = pytest.mark.parametrize("of", [lambda values: values, np.array], ids=["lists", "numpy"])


class _Places:
    """Contexts of one layer of two experts, of which the first takes all."""

    def __init__(self):
        from jupyterlab_switchyard.recording.contexts import Contexts

        self.contexts = Contexts(2)

    def see(self, text, weights, *, step=1, mask=None, dropped=None, domains=(None,)):
        from jupyterlab_switchyard.recording.arrays import plain
        from jupyterlab_switchyard.recording.chosen import chosen
        from jupyterlab_switchyard.recording.routed import Batch

        ids = [[ord(letter) for letter in text]]
        routed = chosen("moe", indices=[[0]] * len(text), weights=[[x] for x in weights], num_experts=2)
        routed.dropped = dropped
        self.contexts.record(routed, Batch(1, len(text), ids, None, domains), plain, mask, step)
        return self

    def read(self, domains=()):
        return self.contexts.read(chr, list(domains))[0]


def test_an_expert_has_at_most_eight_contexts_also_of_two_windows():
    places = _Places().see("abcdefghij", [x / 10 for x in range(10)])
    assert [found["token"] for found in places.read()] == list("jihgfedc")
    places.contexts.roll()
    places.see("ABC", [0.85, 0.75, 0.05], step=2)
    assert [found["token"] for found in places.read()] == list("jAiBhgfe")
    assert [len(each) for each in (places.contexts._current[0], places.contexts._previous[0])] == [3, 8]
    # Nor are more kept, however many batches a window has.
    places.see("KLMNOPQ", [0.71, 0.72, 0.73, 0.74, 0.76, 0.77, 0.78], step=2)
    assert [found.weight for found in places.contexts._current[0]] == [0.85, 0.78, 0.77, 0.76, 0.75, 0.74, 0.73, 0.72]


def test_of_equal_weights_the_first_is_first_and_the_newer_before_the_older():
    places = _Places().see("ab", [0.5, 0.5]).see("cd", [0.5, 0.5])
    assert [found["token"] for found in places.read()] == list("abcd")
    places.contexts.roll()
    places.see("e", [0.5], step=2)
    assert [found["token"] for found in places.read()] == list("eabcd")


def test_the_same_place_is_one_and_keeps_its_greatest_weight_and_that_step():
    places = _Places().see("ab", [0.5, 0.2], step=1).see("ab", [0.4, 0.6], step=2).see("ab", [0.5, 0.1], step=3)
    found = [(each["token"], each["weight"], each["step"]) for each in places.read()]
    assert found == [("b", 0.6, 2), ("a", 0.5, 1)]
    places.contexts.roll()
    # Seen again in the new half, it is that one, though it was heavier before.
    places.see("ab", [0.3, 0.1], step=4)
    assert [(each["token"], each["weight"], each["step"]) for each in places.read()] == [("a", 0.3, 4), ("b", 0.1, 4)]


def test_padding_and_what_was_dropped_are_no_contexts():
    mask, dropped = [True, False, True], [[False], [False], [True]]
    places = _Places().see("abc", [0.1, 0.2, 0.3], mask=mask, dropped=dropped)
    assert [found["token"] for found in places.read()] == ["a"]


def test_a_place_is_the_24_tokens_on_each_side_whatever_is_further():
    near = "".join(chr(97 + i) for i in range(24))
    places = _Places().see(f"K{near}1", [1.0, *[0.0] * 25]).see(f"K{near}2", [0.9, *[0.0] * 25])
    assert [found["weight"] for found in places.read() if found["token"] == "K"] == [1.0]
    places = _Places().see(f"1{near}K", [*[0.0] * 25, 1.0]).see(f"2{near}K", [*[0.0] * 25, 0.9])
    assert [found["weight"] for found in places.read() if found["token"] == "K"] == [1.0]
    # What is near tells them apart.
    places = _Places().see(f"1{near[1:]}K", [*[0.0] * 24, 1.0]).see(f"2{near[1:]}K", [*[0.0] * 24, 0.9])
    assert [found["weight"] for found in places.read() if found["token"] == "K"] == [1.0, 0.9]


def test_the_text_around_is_cut_to_what_is_near():
    text = "".join(chr(48 + i) for i in range(70))
    weights = [1.0 if i == 60 else 0.9 if i == 5 else 0.0 for i in range(70)]
    far, near = _Places().see(text, weights, domains=("code",)).read(["prose", "code"])[:2]
    assert [far["before"], far["token"], far["after"], far["domain"]] == [text[36:60], text[60], text[61:70], 1]
    assert [near["before"], near["after"]] == [text[:5], text[6:30]]
    # Tokens of several letters: the nearest of them.
    long = _Places().see("abcde", [0, 0, 0.9, 0, 0])
    [found, *_] = long.contexts.read(lambda token: chr(token) * 30, [])[0]
    assert found["before"] == "a" * 10 + "b" * 30 and found["after"] == "d" * 24
    assert found["domain"] == -1


@KINDS
def test_contexts_of_the_layer_that_a_reader_looks_at(of, valid):
    run = switchyard.record(display=False, tokenizer=chr, window=1)
    recorder = run._recorder

    def step(text, weights, domain=None):
        run.domain(domain)
        run.batch([[ord(letter) for letter in text]])
        run.observe("moe", indices=of([[0]] * len(text)), weights=of([[x] for x in weights]), num_experts=2)
        run.step()

    step("abc", [0.1, 0.9, 0.2])
    assert "contexts" not in recorder.data("moe")["layers"][0]
    recorder.ask("moe")
    step("abc", [0.1, 0.9, 0.2], "letters")
    step("abc", [0.4, 0.8, 0.2], "letters")
    contexts = recorder.data("moe")["layers"][0]["contexts"]
    assert [(c["before"], c["token"], c["after"], c["weight"], c["domain"], c["step"]) for c in contexts[0]] == [
        ("a", "b", "c", 0.8, 0, 3),
        ("", "a", "bc", 0.4, 0, 3),
        ("ab", "c", "", 0.2, 0, 3),
    ]
    assert contexts[1] == []
    from jupyterlab_switchyard.recording.payload import RunState, routing_details

    assert len(valid(routing_details(RunState("t"), recorder.data("moe"), "moe"))["data"]["layers"][0]["contexts"][0]) == 3
    assert "contexts" not in valid(run.payload())["data"]["layers"][0]
