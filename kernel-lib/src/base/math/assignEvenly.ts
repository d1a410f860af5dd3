import { hungarian } from './hungarian';

/**
 * Divides neurons among groups of `size` places each, at least cost in all; members in ascending order.
 *
 * @param cost - What neuron number `i` of the list costs in group `g`.
 */
export function assignEvenly(
  neurons: readonly number[],
  { groups, size }: { groups: number; size: number },
  cost: (neuron: number, group: number) => number
): number[][] {
  const count = neurons.length;
  const costs = new Float64Array(count * count);
  neurons.forEach((neuron, i) => {
    for (let g = 0; g < groups; g++) {
      costs.fill(cost(neuron, g), i * count + g * size, i * count + (g + 1) * size);
    }
  });
  const place = hungarian(costs, count, count);
  const members = Array.from({ length: groups }, (): number[] => []);
  neurons.forEach((neuron, i) => members[Math.floor(place[i] / size)].push(neuron));
  return members.map((each) => each.sort((a, b) => a - b));
}
