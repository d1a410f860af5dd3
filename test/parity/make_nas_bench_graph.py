"""Writes fixtures/nasBenchGraph/<table>.json.gz: two tables of NAS-Bench-Graph, hashes and validation and test performance.

python test/parity/make_nas_bench_graph.py, in an environment with nas-bench-graph and numpy.
"""

import gzip
import json
from importlib.metadata import version
from pathlib import Path

import nas_bench_graph

FOLDER = Path(__file__).parent / "fixtures" / "nasBenchGraph"

if __name__ == "__main__":
    for table in ("cora", "arxiv"):
        rows = [[key, round(float(row["valid_perf"]), 5), round(float(row["perf"]), 5)] for key, row in nas_bench_graph.light_read(table).items()]
        text = json.dumps({"peer": f"nas-bench-graph {version('nas-bench-graph')}", "rows": rows}, separators=(",", ":"))
        (FOLDER / f"{table}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
