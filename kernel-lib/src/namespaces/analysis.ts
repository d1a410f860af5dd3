export { bootstrap } from '../base/math';
export type { BootstrapOptions, Estimate } from '../base/math';
export * from '../study/analysis';
