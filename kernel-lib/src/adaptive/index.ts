export { agreement } from './agreement';
export type { Agreement } from './agreement';
export { learnedPaths, oracleRoutes } from './oracleRoutes';
export type { OracleOptions, OracleRoutes, OracleSearch } from './oracleRoutes';
export { pathLosses } from './pathLosses';
export type { PathQuestion } from './pathLosses';
export { pathRouter, PATHS, trainOnlyRouters } from './pathRouter';
export type { PathRouterOptions } from './pathRouter';
export { variant } from './variant';
