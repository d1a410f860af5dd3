/** The traces of a figure, with the fields that tests look at. */
import type { IFigure } from '../../../extension/charts/figure';

export interface ITrace {
  type: string;
  mode?: string;
  name?: string;
  x: (number | null)[];
  y: (number | null)[];
  z: (number | null)[][];
  base: number[];
  text: string[] & string[][];
  line: { color: string; dash?: string; shape?: string };
  marker: { color: string & (number | null)[]; symbol: string; size: number[] };
  error_y: { visible: boolean; array: number[]; arrayminus: number[] };
}

export function traces(figure: IFigure | null): ITrace[] {
  return (figure?.data ?? []) as unknown as ITrace[];
}

/** All that plotly would read for markup: it must hold none of the payload's. */
export function drawnText(figure: IFigure | null): string {
  return JSON.stringify([figure?.data, figure?.layout]);
}
