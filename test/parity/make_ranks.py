"""Writes fixtures/ranks.json: rank correlations of lists with ties as scipy gives them.

python test/parity/make_ranks.py, in an environment with scipy.
"""

import json
from pathlib import Path

import numpy
import scipy
from scipy.stats import kendalltau, spearmanr

FIXTURE = Path(__file__).parent / "fixtures" / "ranks.json"


def lists():
    random = numpy.random.default_rng(0)
    for case in range(60):
        count = int(random.integers(2, 40))
        # Of few different values, so that many are tied; every third without ties.
        a = random.normal(size=count) if case % 3 == 0 else random.integers(0, 6, count)
        b = a * random.choice([-1, 1]) + random.normal(size=count) if case % 3 == 0 else (a + random.integers(0, 5, count)) // 2
        yield [float(each) for each in a], [float(each) for each in b]
    yield [1, 2, 2, 3], [1, 2, 3, 3]
    yield [1, 1, 1], [1, 2, 3]


if __name__ == "__main__":
    numpy.seterr(all="ignore")
    cases = []
    for a, b in lists():
        found = [float(kendalltau(a, b, variant="b").statistic), float(spearmanr(a, b).statistic)]
        cases.append({"a": a, "b": b, "kendall": found[0] if found[0] == found[0] else None, "spearman": found[1] if found[1] == found[1] else None})
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
    FIXTURE.write_text('{"peer":"scipy %s","cases":[\n%s\n]}\n' % (scipy.__version__, lines))
