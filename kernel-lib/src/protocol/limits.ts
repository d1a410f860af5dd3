/** Steps of a run's history, S. */
export const MAX_HISTORY_STEPS = 512;

/** Steps at which the load of each expert is kept, S'. */
export const MAX_LOAD_STEPS = 64;

/** Tokens of a sample, T. */
export const MAX_TOKENS = 2048;

/** Named scalars of a run. */
export const MAX_SCALARS = 64;

/** Settings of a run that a payload names. */
export const MAX_CONFIGURATION = 32;

/** Experts of a layer, E. */
export const MAX_EXPERTS = 4096;

/** Routed layers, L. */
export const MAX_LAYERS = 1024;

/** Domains, G. */
export const MAX_DOMAINS = 64;

/** Token classes, C. */
export const MAX_CLASSES = 64;

/** Tokens that are named for an expert. */
export const MAX_TOP_TOKENS = 8;

/** Contexts that are told of an expert. */
export const MAX_CONTEXTS = 8;

/** Tokens of a sample of executed modules. */
export const MAX_DEPTH_TOKENS = 512;

/** Modules of a layer, series of points, activities: what a legend still holds. */
export const MAX_MODULES = 32;

/** Bins of confidence, B. */
export const MAX_BINS = 100;

/** Bins of a router's scores. */
export const MAX_SCORE_BINS = 128;

/** Cells of a mask's grid, on each side. */
export const MAX_GRID = 64;

/** Parts of a mask that are told apart, such as heads. */
export const MAX_MASK_PARTS = 256;

/** Modules that carry one axis. */
export const MAX_MEMBERS = 512;

/** Experts of a tree. */
export const MAX_TREE_EXPERTS = 512;

/** Points of a plane, edges of a graph, spans of a timeline. */
export const MAX_POINTS = 1024;

/** Nodes of a graph. */
export const MAX_NODES = 512;

/** Devices of a timeline. */
export const MAX_DEVICES = 128;

/** Characters of a label, path, title or token. */
export const MAX_TEXT = 256;

/** Nodes of a whole graph that a kernel tells a panel. */
export const MAX_LIVE_NODES = 50_000;

/** Edges of a whole graph that a kernel tells a panel. */
export const MAX_LIVE_EDGES = 100_000;
