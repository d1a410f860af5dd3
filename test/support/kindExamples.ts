/** Names of the example payloads of kinds besides routing and training: the kind's own. */
export const KIND_EXAMPLES = [
  'depth-usage',
  'router-confidence',
  'masks',
  'merge-tree',
  'pareto',
  'graph-rewiring',
  'timeline'
] as const;
