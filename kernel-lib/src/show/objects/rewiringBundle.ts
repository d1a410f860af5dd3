import { Graph } from '../../base/graph';
import type { Rewiring, RewiringReport, ShapeProbes } from '../../transform/rewire';
import type { Bundle } from '../bundle';
import { significant } from '../format';
import { rewiring } from '../kinds/graphRewiring/report';
import { stillBundle } from '../stillBundle';
import { textTable } from '../texts/textTable';

const NAMES: readonly [keyof ShapeProbes, string][] = [
  ['nodes', 'nodes'],
  ['edges', 'edges'],
  ['components', 'components'],
  ['diameter', 'diameter'],
  ['spectralGap', 'spectral gap'],
  ['totalResistance', 'total effective resistance'],
  ['leastCurvature', 'least balanced Forman curvature'],
  ['meanCurvature', 'mean balanced Forman curvature']
];

/** Whether a value is the report of a rewiring, or the graph and the report that one gives. */
export function isRewiring(value: object): value is RewiringReport | Rewiring {
  const { input, output, before, after } = reportOf(value) as Partial<RewiringReport>;
  return input instanceof Graph && output instanceof Graph && before !== undefined && after !== undefined;
}

/** The graph before and after, and in the text its shape in numbers and what the method's theory asks of an edge. */
export function rewiringBundle(value: RewiringReport | Rewiring): Bundle {
  const report = reportOf(value) as RewiringReport;
  const bundle = stillBundle(rewiring(report));
  const row = (key: keyof ShapeProbes): string[] => [report.before, report.after].map((probes) => written(probes[key]));
  const { met, of } = report.criterionMet;
  const text = [
    String(bundle['text/plain']),
    ...textTable([['', 'before', 'after'], ...NAMES.map(([key, name]) => [name, ...row(key)])], 1),
    `criterion of an added edge: ${report.criterion}; ${of === 0 ? 'of none it is known' : `${met} of ${of} meet it`}`
  ];
  return { ...bundle, 'text/plain': text.join('\n') };
}

function reportOf(value: object): object {
  const { report } = value as { report?: unknown };
  return typeof report === 'object' && report !== null ? report : value;
}

function written(value: number | null): string {
  return value === Infinity ? 'infinite' : significant(value);
}
