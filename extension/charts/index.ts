export { expertColour, loadColour } from './colours';
export type { IChartContext, IChoice, IFigure, IPoint, ITable } from './figure';
export { loadCeiling, timesFair } from './load';
export { loadHeatmap } from './loadHeatmap';
export { loadOverTime } from './loadOverTime';
export { scalars } from './scalars';
export { brief, expertNames, layerLabels, percent, shortened } from './text';
export { tokenStrip } from './tokenStrip';
export type { IToken, ITokenStrip } from './tokenStrip';
