"""Still pictures have the one scale of loads that panels and kernel-lib's pictures have."""

from xml.etree import ElementTree

import pytest
from jupyterlab_switchyard.showing.svg import load_position, payload_svg, position_colour
from jupyterlab_switchyard.showing.text import heading


@pytest.mark.parametrize(
    ("times_fair", "colour"),
    [
        (0, "2166ac"),
        (0.5, "92c5de"),
        (1, "f6f6f6"),
        (2, "fbc888"),  # Three quarters of the way from f6f6f6 to fdb863, the third of four stops.
        (16, "662c02"),
        (128, "662c02"),
    ],
)
def test_a_load_has_one_colour_whatever_the_others_are(times_fair, colour):
    assert position_colour(load_position(times_fair)) == colour
    load = [times_fair / 128] + [0.0] * 127
    assert f'fill="#{colour}"' in picture_of(load).split("≥16×", 1)[1]


def test_the_legend_names_the_marks_of_the_scale():
    texts = [node.text for node in ElementTree.fromstring(picture_of([0.25] * 4)).iter() if node.text]
    assert [text for text in texts if "×" in text][1:] == ["0×", "½×", "1×", "2×", "4×", "8×", "≥16×"]


def test_a_picture_of_something_without_steps_has_no_step():
    source = {"title": "saved choices", "step": 0, "totalSteps": None, "status": "finished"}
    assert heading(source) == "saved choices"
    assert heading({**source, "step": 3}) == "saved choices: step 3, finished"


def picture_of(load):
    layer = {"path": "layers.0", "numExperts": len(load), "load": load}
    source = {"title": "t", "step": 0, "totalSteps": None, "status": "finished"}
    return payload_svg({"source": source, "data": {"layers": [layer]}})
