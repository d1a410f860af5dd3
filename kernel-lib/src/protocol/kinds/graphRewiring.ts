import { checkArray, checkInteger, checkNumber, checkNumeric, checkObject, checkOneOf, checkText } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_CLASSES, MAX_NODES, MAX_POINTS } from '../limits';
import type { Count, Index, Magnitude, Numeric, Text } from '../numbers';
import { checkOmitted } from '../tables';

/** A graph whose edges were added and removed, with the curvature that said where. */
export type GraphRewiringPayload = Envelope<'graph-rewiring', GraphRewiringData>;

/** Data of a payload of a graph that was rewired. */
export interface GraphRewiringData {
  /** Measure of curvature, for example "balanced Forman". */
  measure: Text;
  /**
   * Names of the nodes' classes; empty where they have none.
   * @maxItems 64
   */
  classes: Text[];
  /** @maxItems 512 */
  nodes: GraphNode[];
  /** @maxItems 1024 */
  edges: GraphEdge[];
  /** Edges left out because they would not fit; absent where none is. */
  omitted?: Count;
  /** Size of the whole graph, of which a kernel that has it tells more than is here (`details`); absent where it is whole. */
  of?: GraphSize;
  /** How strongly a network's outputs at nodes hang on what each node holds; absent where none is told. */
  sensitivity?: GraphSensitivity;
}

/** Sensitivity of a network's outputs at some nodes to what each node holds. */
export interface GraphSensitivity {
  /**
   * Indices of the nodes whose outputs are meant.
   * @maxItems 512
   */
  targets: Count[];
  /**
   * For each target, by node: how many decades below the target's greatest its sensitivity is; null where nothing of the node reaches it.
   * @maxItems 512
   */
  decadesBelow: (Magnitude | null)[][];
}

/** How large a graph is. */
export interface GraphSize {
  nodes: Count;
  edges: Count;
}

/** A node and its place in the picture; the sender lays out, so that the picture is the same each time. */
export interface GraphNode {
  label: Text;
  /** Index into `classes`, or -1. */
  class: Index;
  x: number;
  y: number;
}

/** Edge of a graph, kept, added or removed. */
export interface GraphEdge {
  /** Index of a node. */
  from: Count;
  to: Count;
  /** Null where it is unknown. */
  curvature: Numeric;
  /** Curvature before the graph was rewired, null of an added edge; absent where none is told. Of a removed edge `curvature` is null then. */
  before?: Numeric;
  state: 'kept' | 'added' | 'removed';
}

/** Checks the data of a graph-rewiring payload. */
export function checkGraphRewiring(value: unknown, path: string): void {
  const data = checkObject(value, path);
  checkText(data.measure, `${path}.measure`);
  const classes = checkArray(data.classes, `${path}.classes`, { max: MAX_CLASSES, item: checkText }).length;
  const node: Check = (item, at) => {
    const { label, class: own, x, y } = checkObject(item, at);
    checkText(label, `${at}.label`);
    checkInteger(own, `${at}.class`, -1, classes - 1);
    checkNumber(x, `${at}.x`);
    checkNumber(y, `${at}.y`);
  };
  const nodes = checkArray(data.nodes, `${path}.nodes`, { max: MAX_NODES, item: node }).length;
  const edge: Check = (item, at) => {
    const { from, to, curvature, before, state } = checkObject(item, at);
    checkInteger(from, `${at}.from`, 0, nodes - 1);
    checkInteger(to, `${at}.to`, 0, nodes - 1);
    checkNumeric(curvature, `${at}.curvature`);
    if (before !== undefined) {
      checkNumeric(before, `${at}.before`);
    }
    checkOneOf(state, `${at}.state`, ['kept', 'added', 'removed']);
  };
  checkOmitted(data.omitted, `${path}.omitted`);
  const edges = checkArray(data.edges, `${path}.edges`, { max: MAX_POINTS, item: edge }).length;
  if (data.of !== undefined) {
    const whole = checkObject(data.of, `${path}.of`);
    checkInteger(whole.nodes, `${path}.of.nodes`, nodes);
    checkInteger(whole.edges, `${path}.of.edges`, edges);
  }
  if (data.sensitivity !== undefined) {
    checkSensitivity(data.sensitivity, `${path}.sensitivity`, nodes);
  }
}

function checkSensitivity(value: unknown, path: string, nodes: number): void {
  const { targets, decadesBelow } = checkObject(value, path);
  const target: Check = (item, at) => checkInteger(item, at, 0, nodes - 1);
  const { length } = checkArray(targets, `${path}.targets`, { max: MAX_NODES, item: target });
  const decades: Check = (item, at) => checkNumeric(item, at, 0);
  const row: Check = (item, at) => checkArray(item, at, { length: nodes, item: decades });
  checkArray(decadesBelow, `${path}.decadesBelow`, { length, item: row });
}
