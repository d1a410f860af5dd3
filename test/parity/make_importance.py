"""Writes fixtures/importance.json: importances of choices by Optuna's PED-ANOVA and fANOVA, of trials that it drew.

python test/parity/make_importance.py, in an environment with optuna and scikit-learn.
"""

import json
from importlib.metadata import version
from pathlib import Path

import optuna
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances

FIXTURE = Path(__file__).parent / "fixtures" / "importance.json"
TRIALS = 80


def value_of(trial):
    rate = trial.suggest_float("rate", 1e-4, 1e-1, log=True)
    width = trial.suggest_int("width", 8, 64, step=8)
    kind = trial.suggest_categorical("kind", ["gat", "gcn", "sage"])
    trial.suggest_float("idle", -1, 1)
    return abs(rate - 0.01) * 10 + {"gat": 0.5, "gcn": 0, "sage": 0.2}[kind] + 0.002 * width


def case(direction, seed):
    study = optuna.create_study(direction=direction, sampler=optuna.samplers.RandomSampler(seed=seed))
    study.optimize(value_of, n_trials=TRIALS)
    return {
        "better": "lower" if direction == "minimize" else "higher",
        "trials": [[trial.params, trial.value] for trial in study.trials],
        "ped-anova": get_param_importances(study, evaluator=PedAnovaImportanceEvaluator()),
        "fanova": get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0)),
    }


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    cases = [case("minimize", 1), case("maximize", 2)]
    peer = ", ".join(f"{name} {version(name)}" for name in ("optuna", "scikit-learn"))
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
    FIXTURE.write_text('{"peer":"%s","cases":[\n%s\n]}\n' % (peer, lines))
