"""Writes fixtures/optuna.json: what Optuna's samplers suggest by a seed on two functions, trial by trial.

python test/parity/make_optuna.py, in an environment with optuna and cmaes.
"""

import json
import math
from pathlib import Path

import optuna

FIXTURE = Path(__file__).parent / "fixtures" / "optuna.json"
TRIALS = 30


def branin(x):
    a, b = x
    return (b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def hartmann6(x):
    return -sum(
        c * math.exp(-sum(a * (v - p) ** 2 for a, v, p in zip(row, x, centre)))
        for c, row, centre in zip([1, 1.2, 3, 3.2], A, P)
    )


FUNCTIONS = {"branin": (branin, [[-5, 10], [0, 15]]), "hartmann6": (hartmann6, [[0, 1]] * 6)}
SAMPLERS = {
    "tpe": optuna.samplers.TPESampler,
    "cmaes": optuna.samplers.CmaEsSampler,
    "qmc": optuna.samplers.QMCSampler,
    "nsga2": optuna.samplers.NSGAIISampler,
    "random": optuna.samplers.RandomSampler,
}


def case(function, sampler, seed):
    of, ranges = FUNCTIONS[function]
    study = optuna.create_study(sampler=SAMPLERS[sampler](seed=seed))
    study.optimize(lambda t: of([t.suggest_float(f"x{i}", *each) for i, each in enumerate(ranges)]), n_trials=TRIALS)
    return {"function": function, "sampler": sampler, "seed": seed, "ranges": ranges, "values": [trial.value for trial in study.trials]}


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    cases = [case(function, sampler, seed) for function in FUNCTIONS for sampler in SAMPLERS for seed in (1,)]
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
    FIXTURE.write_text('{"peer":"optuna %s","cases":[\n%s\n]}\n' % (optuna.__version__, lines))
