/** @file The named scalars of a run, plot by plot. */
import type { Numeric } from '@switchyard/kernel-lib/protocol';

/** One small plot: a name, its lines and the range its formula allows. */
export interface IScalarPlot {
  title: string;
  /** Noun that the lines have in common, for the legend: "layer"; empty where their names say it all. */
  legend: string;
  lines: { name: string; values: Numeric[] }[];
  /** Lower and upper bound; null where there is none. */
  bounds: [lower: number | null, upper: number | null];
  /** Whether the axis starts at 0: for what is best at 0. */
  fromZero: boolean;
}

/** Losses first, then what each layer reports, then the other scalars of the run. */
export function scalarPlots(scalars: Record<string, Numeric[]>, ofLayers: readonly IScalarPlot[] = []): IScalarPlot[] {
  const named = namedScalars(scalars);
  const loss = named.filter((plot) => plot.title === 'loss');
  return [...loss, ...ofLayers, ...named.filter((plot) => plot.title !== 'loss')];
}

/** "loss/train" and "loss/validation" share the plot "loss". */
function namedScalars(named: Record<string, Numeric[]>): IScalarPlot[] {
  const plots = new Map<string, IScalarPlot>();
  for (const [name, values] of Object.entries(named)) {
    const [group, ...rest] = name.split('/');
    const plot = plots.get(group) ?? { title: group, legend: '', lines: [], bounds: [null, null], fromZero: false };
    plot.lines.push({ name: rest.join('/'), values });
    plots.set(group, plot);
  }
  return [...plots.values()];
}
