import { MAX_LOAD_STEPS } from '../../protocol';
import type { Numeric, RoutingHistory } from '../../protocol';
import { Binned } from './binned';
import { blendNumbers } from './blends';
import type { LayerRecorder } from './layerRecorder';

const SERIES = ['zLoss', 'margin', 'biasSize', 'biasFlips'] as const;

/** Scores that routers decide by, over the steps of a run. */
export class ScoreHistory {
  /** Null before some router has told its scores. */
  private binned: Binned<number> | null = null;

  /** Adds what the routers of these layers decided by in the step that ends. */
  add(step: number, layers: readonly LayerRecorder[]): void {
    const values = layers.flatMap(valuesOf);
    if (values.length > 0) {
      this.binned ??= new Binned(MAX_LOAD_STEPS, blendNumbers);
      this.binned.add(step, values);
    }
  }

  /** As a payload holds it, of the layers of these paths. */
  read(paths: readonly string[]): Pick<RoutingHistory, 'internals'> {
    if (this.binned === null) {
      return {};
    }
    const { steps, series } = this.binned.read();
    const [zLoss, margin, biasSize, biasFlips] = SERIES.map((name) =>
      paths.map((path) => series.get(`${name} ${path}`) ?? steps.map(() => null))
    );
    const ofBias = (rows: Numeric[][]): Numeric[][] => (rows.flat().some((value) => value !== null) ? rows : []);
    return { internals: { steps, zLoss, margin, biasSize: ofBias(biasSize), biasFlips: ofBias(biasFlips) } };
  }
}

function valuesOf({ path, latest, bias }: LayerRecorder): [string, number][] {
  const { zLoss = null, margin = null } = latest.scores.read() ?? {};
  const { size = null, flips = null } = bias.step() ?? {};
  const values = [zLoss, margin, size, flips];
  return SERIES.map((name, i): [string, Numeric] => [`${name} ${path}`, values[i]]).filter(
    (entry): entry is [string, number] => entry[1] !== null
  );
}
