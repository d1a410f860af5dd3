"""Writes fixtures/graph_structure.json: resistance, spectra and curvature of small random graphs, and OGB's measures of ranked links.

python test/parity/make_graph_structure.py, in an environment with networkx, scipy, scikit-learn, ogb and torch.
"""

import json
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import torch
from ogb.linkproppred import Evaluator
from scipy.optimize import linprog
from sklearn.metrics import roc_auc_score

FIXTURE = Path(__file__).parent / "fixtures" / "graph_structure.json"


def ollivier(graph, i, j):
    """1 less the Wasserstein distance of the even distributions over neighbours, by linear programming."""
    a, b = list(graph[i]), list(graph[j])
    hops = np.array([[nx.shortest_path_length(graph, k, l) for l in b] for k in a], float)
    rows = [np.kron(np.eye(len(a))[r], np.ones(len(b))) for r in range(len(a))]
    columns = [np.kron(np.ones(len(a)), np.eye(len(b))[c]) for c in range(len(b))]
    masses = [1 / len(a)] * len(a) + [1 / len(b)] * len(b)
    plan = linprog(hops.flatten(), A_eq=np.array(rows + columns), b_eq=masses, method="highs")
    return 1 - plan.fun


def forman(graph, i, j):
    """Definition 1 of arXiv 2111.14522, by enumeration of 4-cycles."""
    di, dj = graph.degree[i], graph.degree[j]
    if min(di, dj) == 1:
        return 0.0
    triangles = len(set(graph[i]) & set(graph[j]))

    def squares(i, j):
        found = {}
        for k, w in ((k, w) for k in graph[i] for w in graph[j]):
            apart = len({i, j, k, w}) == 4 and graph.has_edge(k, w)
            if apart and not graph.has_edge(k, j) and not graph.has_edge(i, w):
                found.setdefault(k, set()).add(w)
        return found

    at_i, at_j = squares(i, j), squares(j, i)
    gamma = max([len(w) for w in [*at_i.values(), *at_j.values()]], default=1)
    high, low = max(di, dj), min(di, dj)
    return 2 / di + 2 / dj - 2 + 2 * triangles / high + triangles / low + (len(at_i) + len(at_j)) / (gamma * high)


def case(seed):
    """A connected random graph with weights."""
    random = np.random.default_rng(seed)
    while True:
        graph = nx.gnp_random_graph(int(random.integers(4, 12)), 0.4, seed=int(random.integers(1 << 30)))
        if nx.is_connected(graph):
            break
    edges = sorted(tuple(sorted(edge)) for edge in graph.edges)
    weights = [float(np.float32(w)) for w in random.uniform(0.5, 2, len(edges))]
    for edge, weight in zip(edges, weights):
        graph.edges[edge]["weight"] = weight
    pairs = list(combinations(range(len(graph)), 2))
    resistance = [nx.resistance_distance(graph, i, j, weight="weight", invert_weight=False) for i, j in pairs]
    plain = np.linalg.eigvalsh(nx.normalized_laplacian_matrix(graph, weight=None).toarray())
    weighted = np.linalg.eigvalsh(nx.normalized_laplacian_matrix(graph).toarray())
    classes = random.integers(0, 3, len(graph)).tolist()
    return {
        "nodes": len(graph),
        "edges": edges,
        "weights": weights,
        "classes": classes,
        "resistance": [round(r, 10) for r in resistance],
        "spectrum": [round(abs(v), 10) for v in plain],
        "weightedSpectrum": [round(abs(v), 10) for v in weighted],
        "ollivier": [round(ollivier(graph, i, j), 8) for i, j in edges],
        "forman": [round(forman(graph, i, j), 10) for i, j in edges],
    }


def ranking(seed):
    """Scores with many ties, by OGB's evaluators and scikit-learn."""
    random = np.random.default_rng(seed)
    positives = random.integers(0, 8, 12).astype(float)
    own = random.integers(0, 8, (12, 9)).astype(float)
    negatives = own.flatten()
    hits = Evaluator(name="ogbl-collab")
    found = {}
    for hits.K in (1, 5, 20, 500):
        found[hits.K] = float(hits.eval({"y_pred_pos": positives, "y_pred_neg": negatives})[f"hits@{hits.K}"])
    ranked = Evaluator(name="ogbl-citation2")
    lists = ranked.eval({"y_pred_pos": torch.tensor(positives), "y_pred_neg": torch.tensor(own)})
    labels = [1] * len(positives) + [0] * len(negatives)
    return {
        "positives": positives.tolist(),
        "negatives": own.tolist(),
        "hits": found,
        "mrr": round(float(lists["mrr_list"].double().mean()), 7),
        "hits3": round(float(lists["hits@3_list"].mean()), 7),
        "auc": round(roc_auc_score(labels, [*positives, *negatives]), 10),
    }


def files():
    """A directed and an undirected graph in each form that networkx writes."""
    ways = nx.DiGraph()
    ways.add_node("a", size=1.5, kind="hub", big=True)
    ways.add_node("b", size=2.0, kind="leaf", big=False)
    ways.add_node("c & d", size=-3.0, kind="leaf", big=False)
    ways.add_edge("a", "b", weight=2.0, by="road")
    ways.add_edge("b", "c & d", weight=0.5, by="rail")
    ways.add_edge("b", "a", weight=4.0, by="road")
    ring = nx.cycle_graph(5)
    return {
        name: {
            "edges": sorted([str(u), str(v), d.get("weight", 1)] for u, v, d in graph.edges(data=True)),
            "graphml": "\n".join(nx.generate_graphml(graph)),
            "gexf": "\n".join(nx.generate_gexf(graph)),
            "nodeLink": nx.node_link_data(graph, edges="edges"),
            "edgeList": "\n".join(nx.generate_edgelist(ring, data=False)) if graph is ring else None,
        }
        for name, graph in (("ways", ways), ("ring", ring))
    }


if __name__ == "__main__":
    peers = ", ".join(f"{name} {version(name)}" for name in ("networkx", "ogb", "scikit-learn"))
    cases = ",\n".join(json.dumps(case(seed), separators=(",", ":")) for seed in range(40))
    rankings = ",\n".join(json.dumps(ranking(seed), separators=(",", ":")) for seed in range(10))
    FIXTURE.write_text('{"peer":"%s","cases":[\n%s\n],"rankings":[\n%s\n],"files":%s}\n' % (peers, cases, rankings, json.dumps(files())))
