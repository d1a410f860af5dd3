/** @file The scalars of several runs in one figure: a colour for each run, on common axes. */
import type { Numeric } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IChartContext, IFigure } from './figure';
import type { IScalarLine, IScalarPlot, IScalarSeries } from './scalarPlots';
import { scalars } from './scalars';

/** Lines of layers beyond this are their mean: one run's layers would hide the other run. */
const MOST_LINES = 2;

/** One of the runs. */
export interface IComparedRun extends IScalarSeries {
  title: string;
}

/** Plots of the same name share one; null where no run has any. */
export function comparedScalars(runs: readonly IComparedRun[], context: IChartContext): IFigure | null {
  const titles = [...new Set(runs.flatMap(({ plots }) => plots.map(({ title }) => title)))];
  const steps = [...new Set(runs.flatMap((run) => run.steps))].sort((a, b) => a - b);
  return scalars(
    steps,
    titles.map((title) => joined(title, runs, context.trans)),
    context
  );
}

/** The plot of this name of all runs. */
function joined(title: string, runs: readonly IComparedRun[], trans: TranslationBundle): IScalarPlot {
  const own = runs.map(({ plots }) => plots.find((plot) => plot.title === title));
  const known = own.filter((plot) => plot !== undefined);
  const uppers = known.map(({ bounds }) => bounds[1]);
  const lines = own.flatMap((plot, run) =>
    (plot === undefined ? [] : linesOf(plot, trans)).map((line) => ({
      steps: runs[run].steps,
      ...line,
      name: [runs[run].title, line.name].filter(Boolean).join(' '),
      run
    }))
  );
  const upper = uppers.includes(null) ? null : Math.max(...uppers.map(Number));
  return { ...known[0], legend: '', lines, bounds: [known[0].bounds[0], upper] };
}

function linesOf({ legend, lines }: IScalarPlot, trans: TranslationBundle): IScalarLine[] {
  if (legend === '' || lines.length <= MOST_LINES) {
    return lines.map(({ part: _, ...line }) => line);
  }
  const middle = lines.find(({ part }) => part === 'middle');
  return [
    middle === undefined
      ? { ...lines[0], name: trans.__('mean of layers'), values: means(lines.map(({ values }) => values)) }
      : { name: middle.name, values: middle.values }
  ];
}

/** Means over the layers at each step, nulls left out. */
function means(rows: readonly (readonly Numeric[])[]): Numeric[] {
  return rows[0].map((_, s) => {
    const known = rows.flatMap((row) => row[s] ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
