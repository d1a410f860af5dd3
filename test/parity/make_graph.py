"""Writes fixtures/graph.json: layers of graph networks as PyTorch Geometric computes them, values and gradients.

python test/parity/make_graph.py, in an environment with torch and torch_geometric.

The graph has a loop, parallel edges, edges in one direction only, and isolated nodes, one of them the last.
"""

import torch
import torch_geometric
from torch import nn
from torch_geometric import nn as geometric
from torch_geometric.utils import degree

from fixture import case, random, write

INPUTS, OUTPUTS, EDGE, NODES = 6, 4, 3, 7
EDGES = torch.tensor([[0, 2, 0, 2, 1, 3, 1, 0, 5, 0], [1, 1, 1, 2, 3, 0, 0, 2, 2, 5]])
BOTH_WAYS = torch.cat([EDGES, EDGES.flip(0)[:, EDGES[0] != EDGES[1]]], 1)
TYPES = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1, 1, 0])
# Relations between nodes of two kinds: 0 -> 0 with loops and parallel edges, 0 -> 1 and 1 -> 0; node 6 hears nobody, node 4 nobody hears, node 5 neither.
KINDS = torch.tensor([0, 0, 1, 1, 1, 0, 0])
KIND_EDGES = torch.tensor([[0, 1, 0, 0, 6, 0, 1, 2, 3, 2, 6], [1, 1, 1, 0, 0, 2, 2, 1, 1, 0, 4]])
KIND_TYPES = torch.tensor([0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 1])
DEGREES = torch.bincount(degree(EDGES[1], NODES, dtype=torch.long))


def linear(ours, theirs, bias=True):
    """Our paths of a linear map, with theirs and what turns a value of ours into one of theirs."""
    weight = {f"{ours}.weight": (f"{theirs}.weight", lambda value: value.T)}
    return {**weight, **({f"{ours}.bias": (f"{theirs}.bias", as_it_is)} if bias else {})}


def as_it_is(value):
    return value


def heads(value):
    return value[None]


def cases():
    mlp = lambda: nn.Sequential(nn.Linear(INPUTS, OUTPUTS), nn.ReLU(), nn.Linear(OUTPUTS, OUTPUTS))
    two = {**linear("first", "nn.0"), **linear("second", "nn.2")}
    bias = {"bias": ("bias", as_it_is)}
    weights, features = random(1)(EDGES.shape[1]).abs() + 0.1, random(2)(EDGES.shape[1], EDGE)
    attention = {**bias, **linear("map", "lin", False), "attendSource": ("att_src", heads), "attendTarget": ("att_dst", heads)}
    qkv = lambda bias: {k: v for name in ("query", "key", "value", "skip") for k, v in linear(name, f"lin_{name}", bias).items()}
    own = {"own.weight": ("root", as_it_is), "own.bias": ("bias", as_it_is)}
    pna = geometric.PNAConv(
        INPUTS, OUTPUTS, ["mean", "min", "max", "std"], ["identity", "amplification", "attenuation"], DEGREES, towers=1
    )
    pre = {
        "target.weight": ("pre_nns.0.0.weight", lambda value: value.T),
        "source.weight": ("pre_nns.0.0.weight", lambda value: value.T),
        "source.bias": ("pre_nns.0.0.bias", as_it_is),
    }
    yield "gcn", {}, geometric.GCNConv(INPUTS, OUTPUTS), {**bias, **linear("map", "lin", False)}, {}
    yield "gcn, weighted", {}, geometric.GCNConv(INPUTS, OUTPUTS), {**bias, **linear("map", "lin", False)}, {"edge_weight": weights}
    yield "gcn, wider", {"outputs": 9}, geometric.GCNConv(INPUTS, 9), {**bias, **linear("map", "lin", False)}, {}
    yield "gat", {"heads": 2}, geometric.GATConv(INPUTS, OUTPUTS // 2, heads=2), attention, {}
    yield "gat, mean", {"heads": 2, "combine": "mean"}, geometric.GATConv(INPUTS, OUTPUTS, heads=2, concat=False), attention, {}
    yield (
        "gatv2",
        {"heads": 2},
        geometric.GATv2Conv(INPUTS, OUTPUTS // 2, heads=2),
        {**bias, **linear("source", "lin_l"), **linear("target", "lin_r"), "attend": ("att", heads)},
        {},
    )
    sage = {**linear("neighbours", "lin_l"), **linear("own", "lin_r", False)}
    yield "sage", {}, geometric.SAGEConv(INPUTS, OUTPUTS), sage, {}
    yield "sage, max", {"aggregation": "max", "normalized": True}, geometric.SAGEConv(INPUTS, OUTPUTS, aggr="max", normalize=True), sage, {}
    epsilon = {"epsilon": ("eps", lambda value: value.reshape(1))}
    yield "gin", {"epsilon": 0.5, "learnt": True}, geometric.GINConv(mlp(), eps=0.5, train_eps=True), {**two, **epsilon}, {}
    yield "gine", {"edgeWidth": EDGE}, geometric.GINEConv(mlp(), edge_dim=EDGE), {**two, **linear("edge", "lin")}, {"edge_attr": features}
    yield (
        "pna",
        {"meanLogDegree": pna.aggr_module.avg_deg_log.item()},
        pna,
        {**pre, **linear("all", "post_nns.0.0"), **linear("last", "lin")},
        {},
    )
    yield "rgcn", {"relations": 3}, geometric.RGCNConv(INPUTS, OUTPUTS, 3), {"weight": ("weight", as_it_is), **own}, {"edge_type": TYPES}
    yield (
        "rgcn, bases",
        {"relations": 3, "bases": 2},
        geometric.RGCNConv(INPUTS, OUTPUTS, 3, num_bases=2),
        {"weight": ("weight", as_it_is), "mix": ("comp", as_it_is), **own},
        {"edge_type": TYPES},
    )
    # Of theirs all relations have one vector of attention.
    for name, options, concat in [("", {"heads": 2}, True), (", mean", {"heads": 2, "combine": "mean"}, False), (", one head", {"layout": "edges", "fuse": False}, True)]:
        relational = Relational(options.get("heads", 1), concat)
        yield f"relational-attention{name}", {"relations": 3, "nodeKinds": 0, **options}, relational, by_name(relational), {"edge_type": TYPES}
    for name, options, kinds, outputs in [
        (", one kind", {"heads": 2}, torch.zeros(NODES, dtype=torch.long), OUTPUTS),
        ("", {"heads": 2, "nodeKinds": 2}, KINDS, OUTPUTS),
        (", skip", {"heads": 3, "nodeKinds": 2, "skip": True, "outputs": INPUTS}, KINDS, INPUTS),
        (", wider", {"nodeKinds": 2, "outputs": 9}, KINDS, 9),
    ]:
        edges, types = (EDGES, TYPES) if kinds.max() == 0 else (KIND_EDGES, KIND_TYPES)
        heterogeneous = Heterogeneous(edges, types, kinds, options.get("heads", 1), outputs)
        yield f"hgt{name}", {"relations": 3, **options}, heterogeneous, by_name(heterogeneous), {}, edges, types, kinds
    yield "appnp", {"steps": 4, "teleport": 0.2}, Propagated(4, 0.2), linear("map", "map"), {}
    # On undirected edges: theirs divides by the degree of the source at both ends.
    maps = {key: value for k in range(3) for key, value in linear(f"{k}", f"lins.{k}", False).items()}
    yield "chebyshev", {"order": 2}, geometric.ChebConv(INPUTS, OUTPUTS, 3), {**bias, **maps}, {}, BOTH_WAYS
    yield "graph-transformer", {"heads": 2}, geometric.TransformerConv(INPUTS, OUTPUTS // 2, heads=2), qkv(True), {}
    yield (
        "graph-transformer, edges",
        {"heads": 2, "combine": "mean", "edgeWidth": EDGE, "gated": True, "bias": False},
        geometric.TransformerConv(INPUTS, OUTPUTS, heads=2, concat=False, beta=True, edge_dim=EDGE, bias=False),
        {**qkv(False), **linear("edge", "lin_edge", False), **linear("gate", "lin_beta", False)},
        {"edge_attr": features},
    )


class Propagated(nn.Module):
    """APPNP of what a linear map gives."""

    def __init__(self, steps, teleport):
        super().__init__()
        self.map, self.propagate = nn.Linear(INPUTS, OUTPUTS), geometric.APPNP(steps, teleport)

    def forward(self, x, edges):
        return self.propagate(self.map(x), edges)


class Relational(nn.Module):
    """RGATConv by our parameters: a vector of attention for each head, which is one for all relations."""

    def __init__(self, heads, concat):
        super().__init__()
        self.width = OUTPUTS // heads if concat else OUTPUTS
        self.layer = [geometric.RGATConv(INPUTS, self.width, 3, heads=heads, concat=concat)]
        self.weight = nn.Parameter(torch.zeros(3, INPUTS, heads * self.width))
        self.source, self.target = (nn.Parameter(torch.zeros(1, heads * self.width)) for _ in range(2))
        self.bias = nn.Parameter(torch.zeros(OUTPUTS))

    def forward(self, x, edges, edge_type):
        # Their scores of a head are of all heads' values.
        own = lambda vectors: torch.block_diag(*vectors.view(-1, self.width, 1))
        given = {"weight": self.weight, "q": own(self.target), "k": own(self.source), "bias": self.bias}
        return torch.func.functional_call(self.layer[0], given, (x, edges, edge_type))


class Heterogeneous(nn.Module):
    """HGTConv by our parameters, on nodes and edges in one numbering."""

    def __init__(self, edges, types, kinds, heads, outputs):
        super().__init__()
        self.types, self.kinds, self.heads = types, kinds, heads
        width, count, relations = outputs // heads, int(kinds.max()) + 1, 3
        ends = [(kinds[edges[0, types == r][0]], kinds[edges[1, types == r][0]]) for r in range(relations)]
        for r, (source, target) in enumerate(ends):
            assert (kinds[edges[0, types == r]] == source).all() and (kinds[edges[1, types == r]] == target).all()
        self.names = [(f"{source}", f"r{r}", f"{target}") for r, (source, target) in enumerate(ends)]
        self.layer = [geometric.HGTConv(INPUTS, outputs, ([f"{kind}" for kind in range(count)], self.names), heads=heads)]
        zeros = lambda *shape: nn.Parameter(torch.zeros(*shape))
        for name, inputs in [("key", INPUTS), ("query", INPUTS), ("value", INPUTS), ("last", outputs)]:
            self.register_parameter(f"{name}_weight", zeros(count, inputs, outputs))
            self.register_parameter(f"{name}_bias", zeros(count, outputs))
        self.of_attend, self.of_message = zeros(relations, heads, width, width), zeros(relations, heads, width, width)
        self.prior = zeros(relations, heads)
        if outputs == INPUTS:
            self.skip = zeros(count, 1)

    def forward(self, x, edges):
        given = {}
        for kind in range(self.key_weight.shape[0]):
            three = [self.key_weight, self.query_weight, self.value_weight]
            given[f"kqv_lin.lins.{kind}.weight"] = torch.cat([weight[kind].T for weight in three])
            given[f"kqv_lin.lins.{kind}.bias"] = torch.cat([bias[kind] for bias in [self.key_bias, self.query_bias, self.value_bias]])
            given[f"out_lin.lins.{kind}.weight"], given[f"out_lin.lins.{kind}.bias"] = self.last_weight[kind].T, self.last_bias[kind]
            if hasattr(self, "skip"):
                given[f"skip.{kind}"] = self.skip[kind]
        for ours, theirs in [("of_attend", "k_rel"), ("of_message", "v_rel")]:
            given[f"{theirs}.weight"] = getattr(self, ours).transpose(0, 1).flatten(0, 1)
        for r, name in enumerate(self.names):
            given[f"p_rel.{'__'.join(name)}"] = self.prior[r : r + 1]
        place = torch.zeros(NODES, dtype=torch.long)
        nodes, lists = {}, {}
        for kind in range(self.key_weight.shape[0]):
            of_kind = (self.kinds == kind).nonzero().flatten()
            place[of_kind] = torch.arange(len(of_kind))
            nodes[f"{kind}"] = x[of_kind]
        for r, name in enumerate(self.names):
            lists[name] = place[edges[:, self.types == r]]
        made = torch.func.functional_call(self.layer[0], given, (nodes, lists))
        return torch.stack([made[f"{int(kind)}"][place[node]] for node, kind in enumerate(self.kinds)])


def by_name(module):
    """Our paths of a module that has our parameters."""
    named = {"source": "attendSource", "target": "attendTarget", "of_attend": "attend", "of_message": "message"}
    maps = lambda path: path.replace("_weight", ".weight").replace("_bias", ".bias")
    return {named.get(path, maps(path)): (path, as_it_is) for path, _ in module.named_parameters()}


def of(name, options, module, paths, extra, edges=EDGES, types=None, kinds=None):
    draw = random(len(name) + 100)
    theirs = dict(module.named_parameters())
    inputs = {"x": draw(NODES, INPUTS)}
    for ours, (path, turn) in paths.items():
        shape = list(theirs[path].shape)
        if path == "eps":
            shape = []
        elif path.endswith(".weight"):
            shape = shape[::-1]
        elif path.startswith("att"):
            shape = shape[1:]
        if path == "pre_nns.0.0.weight":
            shape = [INPUTS, INPUTS]
        inputs[ours] = draw(*shape) * 0.5

    def run(x, **values):
        given = {}
        for ours, (path, turn) in paths.items():
            value = turn(values[ours])
            # Of one matrix of theirs over targets and sources we have two.
            given[path] = torch.cat([given[path], value], 1) if path in given else value
        return torch.func.functional_call(module, given, (x, edges), extra)

    assert {path for path, _ in paths.values()} == set(theirs), (name, set(theirs))
    types = types if types is not None else TYPES if edges is EDGES else torch.zeros(edges.shape[1], dtype=torch.long)
    graph = {"edges": edges.T, "types": types}
    if kinds is not None:
        graph["kinds"] = kinds
    if "edge_weight" in extra:
        graph["weights"] = extra["edge_weight"]
    if "edge_attr" in extra:
        graph["features"] = extra["edge_attr"]
    return {**case(name, run, inputs, None, options), "graph": {key: value.tolist() for key, value in graph.items()}}


if __name__ == "__main__":
    write("graph", [of(*each) for each in cases()], f"torch_geometric {torch_geometric.__version__}, torch {torch.__version__}")
