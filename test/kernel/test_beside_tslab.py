"""The features that tslab's own example notebooks show give the texts here that they give in tslab (recorded by tslab_features.py).

Three things are otherwise on purpose. A string as value has quotes, as in Node's prompt. Texts have no colours: a saved notebook is
compared by its text. A type error is an error output with the code below it, and not a line on stderr. Times and versions are left out.
"""

import json
import re

import pytest
from tslab_features import CELLS, COLOURS, FIXTURE, TYPE_ERRORS, seen

TSLAB = json.loads(FIXTURE.read_text())


def test_each_feature_gives_the_texts_that_tslab_gives(kernel, subtests):
    for title, code in CELLS.items():
        with subtests.test(title):
            outcome = kernel.ok(code)
            ours = seen(outcome)
            if outcome.result is not None and re.fullmatch("'.*'", outcome.result):
                ours["text"] = ours["text"][1:-1]
            assert ours == TSLAB["features"][title]


@pytest.mark.parametrize("code", TYPE_ERRORS)
def test_a_type_error_has_the_words_and_the_place_that_tslab_has(kernel, code):
    line, column, message = re.fullmatch(r"(\d+):(\d+) - (.*)", TSLAB["refusals"][code]).groups()
    outcome = kernel.run(code)
    assert outcome.status == "error"
    assert message in outcome.error["evalue"]
    assert f"line {line}, column {column}" in COLOURS.sub("", "\n".join(outcome.error["traceback"]))


def test_every_cell_is_recorded():
    assert list(TSLAB["features"]) == list(CELLS)
    assert list(TSLAB["refusals"]) == TYPE_ERRORS
