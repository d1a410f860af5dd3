import { nas } from '@switchyard/kernel-lib';

/** Two choices of a training whose loss at `resource` falls towards a bowl, slower away from the middle of the second choice. */
export const curveSpace = (): nas.Space =>
  nas.space({ rate: nas.float(1e-4, 1, { log: true }), width: nas.float(0, 1), decay: nas.float(0, 1) });

/** Loss after so many steps; at best `bestLoss`. */
export function lossOf({ rate, width, decay }: nas.Point, resource: number): number {
  const place = Math.log10(rate as number) / 4 + 1;
  const bowl = 4 * (place - 0.62) ** 2 + 2 * ((width as number) - 0.3) ** 2 + ((decay as number) - 0.8) ** 2;
  return bestLoss + bowl + (0.8 + (width as number)) / Math.sqrt(resource);
}

/** Of an endless training at the best choice. */
export const bestLoss = 1;
