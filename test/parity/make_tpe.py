"""Writes fixtures/nasBenchGraph/tpe.json: the best validation that Optuna's TPE finds in 100 trials, by 200 seeds, on the nine tables of NAS-Bench-Graph.

python test/parity/make_tpe.py [table ...], in an environment with optuna, nas-bench-graph and numpy; some twenty minutes without proteins,
where what was tried before is suggested so often that it takes hours (the fixture has the other eight). "repeats" is TPE as it is, which
tries candidates again; "distinct" drops what was tried before, as nas.optuna does.
"""

import json
import sys
from importlib.metadata import version
from itertools import product
from pathlib import Path

import nas_bench_graph
import optuna
from nas_bench_graph.architecture import Arch, gnn_list, gnn_list_proteins, link_list

FIXTURE = Path(__file__).parent / "fixtures" / "nasBenchGraph" / "tpe.json"
TABLES = ("cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv", "proteins")
TRIALS = 100
SEEDS = 200
LINKS = ["".join(map(str, link)) for link in link_list]
FAILED = optuna.trial.TrialState.FAIL


def hash_of(links, operations):
    """Hash of a network in its table, one for all ways to number its layers; None where it has no layer."""
    if all(operation == "skip" for operation in operations):
        return None
    arch = Arch([int(each) for each in links], list(operations)).regularize()
    arch.move_skip_op()
    arch.equalpart_sort()
    return arch.hash_arch()


def search(values, hashes, operations, seed, repeats):
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed), direction="maximize")
    best, done, seen = 0.0, 0, set()
    while done < TRIALS:
        trial = study.ask()
        links = trial.suggest_categorical("links", LINKS)
        key = hashes[links, *(trial.suggest_categorical(f"operations.{i}", operations) for i in range(4))]
        if key is None or (not repeats and key in seen):
            study.tell(trial, state=FAILED)
            continue
        seen.add(key)
        study.tell(trial, values[key])
        best, done = max(best, values[key]), done + 1
    return round(best, 5)


def bests(table):
    operations = gnn_list_proteins if table == "proteins" else gnn_list
    values = {key: float(row["valid_perf"]) for key, row in nas_bench_graph.light_read(table).items()}
    hashes = {(links, *of): hash_of(links, of) for links in LINKS for of in product(operations, repeat=4)}
    return {name: [search(values, hashes, operations, seed, repeats) for seed in range(SEEDS)] for name, repeats in (("repeats", True), ("distinct", False))}


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    fixture = json.loads(FIXTURE.read_text()) if FIXTURE.exists() else {"tables": {}}
    for table in sys.argv[1:] or TABLES:
        fixture["tables"][table] = bests(table)
        peers = ", ".join(f"{name} {version(name)}" for name in ("optuna", "nas-bench-graph"))
        tables = ",\n".join(f"{json.dumps(name)}:{json.dumps(of, separators=(',', ':'))}" for name, of in fixture["tables"].items())
        FIXTURE.write_text('{"peer":%s,"trials":%d,"tables":{\n%s\n}}\n' % (json.dumps(peers), TRIALS, tables))
