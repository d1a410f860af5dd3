export {
  EXPECTED_STEPS,
  featureDistance,
  featureReuse,
  learnedPaths,
  MatchingPursuit,
  matchingPursuit,
  NOISE,
  PathRouter,
  pathRouter,
  PATHS,
  tokenReorganize,
  TokenReorganizer,
  tokenRoute,
  trainOnlyRouters,
  VersatileFFN,
  versatileFFN
} from '../nn/adaptive';
export type {
  FeatureDistanceOptions,
  FeatureReuse,
  FeatureReuseOptions,
  MatchingPursuitOptions,
  PathModel,
  PathRouterOptions,
  ReuseLevel,
  TokenPolicy,
  TokenReorganizeOptions,
  TokenRouteOptions,
  VersatileFFNOptions
} from '../nn/adaptive';
export { forecastExperts, recursiveFFN, variant } from '../nn/experts';
export type { RecursiveFFNOptions } from '../nn/experts';
export { agreement, costlyGains, oracleRoutes, pathLosses, tokenGroups } from '../study/oracle';
export type {
  Agreement,
  AgreementOptions,
  CostlyGains,
  CostlyGainsOptions,
  OracleOptions,
  OracleRoutes,
  OracleSearch,
  PathQuestion,
  TokenGroups,
  TokenGroupsOptions
} from '../study/oracle';
