export { paretoFront } from '../base/math';
export type { Tradeoff } from '../base/math';
export { bench, categoryMap, expertRegistry, knn, pilot, ridge } from '../study/queries';
export type {
  BenchOptions,
  BenchPoint,
  BenchReport,
  CategoryMapOptions,
  CategoryRouter,
  ExpertRegistry,
  KnnOptions,
  PilotRouter,
  Pilots,
  QueryRouter,
  QueryTable,
  RegisteredExpert,
  RegistryOptions,
  RidgeOptions
} from '../study/queries';
