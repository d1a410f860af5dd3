"""Writes fixtures/hypervolume.json: exact hypervolumes of random fronts as moocore gives them.

python test/parity/make_hypervolume.py, in an environment with moocore.
"""

import json
from importlib.metadata import version
from pathlib import Path

import moocore
import numpy

FIXTURE = Path(__file__).parent / "fixtures" / "hypervolume.json"
CASES = 1000


def case(seed):
    """Points of two to four costs on a coarse grid, so that ties occur; the reference cuts some off."""
    random = numpy.random.default_rng(seed)
    dimensions = 2 + seed % 3
    points = random.integers(0, 24, (1 + seed % 9, dimensions))
    reference = [20] * dimensions
    volume = moocore.hypervolume(points.astype(float), ref=reference)
    return [dimensions, points.flatten().tolist(), round(float(volume), 6)]


if __name__ == "__main__":
    cases = ",\n".join(json.dumps(case(seed), separators=(",", ":")) for seed in range(CASES))
    FIXTURE.write_text('{"peer":"moocore %s","reference":20,"cases":[\n%s\n]}\n' % (version("moocore"), cases))
