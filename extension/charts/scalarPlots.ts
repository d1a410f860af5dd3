/** @file The named scalars of a run, plot by plot. */
import { OF_THE_MACHINE } from '@switchyard/kernel-lib/protocol';
import type { Numeric } from '@switchyard/kernel-lib/protocol';

/** One line of a plot. */
export interface IScalarLine {
  name: string;
  values: Numeric[];
  /** Its steps, where they are its own. Default: those of the figure. */
  steps?: readonly number[];
  /** Which part of a band it is, or the line that is drawn out beside one. Default: a line among others. */
  part?: 'low' | 'high' | 'middle' | 'chosen';
  /** Index of the run that it is of, where several are in one figure. */
  run?: number;
}

/** One small plot: a name, its lines and the range its formula allows. */
export interface IScalarPlot {
  title: string;
  /** Noun that the lines have in common, for the legend: "layer"; empty where their names say it all. */
  legend: string;
  lines: IScalarLine[];
  /** Lower and upper bound; null where there is none. */
  bounds: [lower: number | null, upper: number | null];
  /** Whether the axis starts at 0: for what is best at 0. */
  fromZero: boolean;
}

/** Plots of a run over its steps. */
export interface IScalarSeries {
  steps: readonly number[];
  plots: readonly IScalarPlot[];
}

/** Losses first, then what each layer reports, then the other scalars of the run. */
export function scalarPlots(scalars: Record<string, Numeric[]>, ofLayers: readonly IScalarPlot[] = []): IScalarPlot[] {
  const named = namedScalars(scalars);
  const loss = named.filter((plot) => plot.title === 'loss');
  return [...loss, ...ofLayers, ...named.filter((plot) => plot.title !== 'loss')];
}

/** "loss/train" and "loss/validation" share the plot "loss"; each of the machine has one, as their units differ. */
function namedScalars(named: Record<string, Numeric[]>): IScalarPlot[] {
  const plots = new Map<string, IScalarPlot>();
  for (const [name, values] of Object.entries(named)) {
    const own = name.startsWith(OF_THE_MACHINE);
    const [group, ...rest] = own ? [name.slice(OF_THE_MACHINE.length)] : name.split('/');
    const plot = plots.get(group) ?? { title: group, legend: '', lines: [], bounds: [null, null], fromZero: false };
    plot.lines.push({ name: rest.join('/'), values });
    plots.set(group, plot);
  }
  return [...plots.values()];
}
