/** Steps of a run's history, S. */
export const MAX_HISTORY_STEPS = 512;

/** Steps at which the load of each expert is kept, S'. */
export const MAX_LOAD_STEPS = 64;

/** Tokens of a sample, T. */
export const MAX_TOKENS = 512;

/** Named scalars of a run. */
export const MAX_SCALARS = 64;

/** Experts of a layer, E. */
export const MAX_EXPERTS = 4096;

/** Routed layers, L. */
export const MAX_LAYERS = 1024;

/** Domains, G. */
export const MAX_DOMAINS = 64;
