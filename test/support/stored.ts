import type { core } from '@switchyard/kernel-lib';

/**
 * Parameters and buffers of a module by path, as they are saved, with the names of their axes ("!" at those that cannot be cut); weight decay
 * is said where there is none.
 */
export function stored(module: core.Module): string[] {
  const axes = (of: readonly core.Axis[]): string => of.map(({ name, pinned }) => (pinned === null ? name : `${name}!`)).join(', '); // prettier-ignore
  return [
    ...[...module.parameters()].map(([path, each]) => `${path} [${axes(each.axes)}]${each.decay ? '' : ' no decay'}`),
    ...[...module.buffers()].map(([path, each]) => `${path} [${axes(each.axes)}] buffer`)
  ];
}
