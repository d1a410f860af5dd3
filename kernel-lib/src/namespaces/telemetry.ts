export { bound } from '../show/bound';
export { boundDetails } from '../show/kinds/routing/bound';
export * from '../study/telemetry';
