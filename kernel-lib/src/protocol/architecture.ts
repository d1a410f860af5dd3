/** @file A network as a graph whose nodes stand in layers, laid out by the kernel. */
import { checkArray, checkInteger, checkNumber, checkObject, checkText, refuse } from './checks';
import type { Check } from './checks';
import type { Count, Text } from './numbers';
import { checkOmitted } from './tables';

/** Network of a candidate, laid out in layers. */
export interface Architecture {
  /**
   * Operations, layers or blocks; N.
   * @minItems 1
   * @maxItems 128
   */
  nodes: ArchitectureNode[];
  /** @maxItems 1024 */
  edges: ArchitectureEdge[];
  /** Nodes left out because they would not fit; absent where none is. */
  omitted?: Count;
}

/** Node of such a network, with its place. */
export interface ArchitectureNode {
  /** Its operation, or its name. */
  label: Text;
  /** Its settings, such as its width; empty where there are none. */
  detail: Text;
  /** Layer that it stands in, 0 the input's. */
  layer: Count;
  /** Place across, 0 in the middle; 1 is one node further right. */
  place: number;
}

/** Edge of such a network. */
export interface ArchitectureEdge {
  /** Index of a node. */
  from: Count;
  /** Index of a node in a later layer. */
  to: Count;
  /**
   * Places where it crosses the layers between its ends.
   * @maxItems 127
   */
  via: number[];
}

/** Nodes of an architecture, N. */
export const MAX_ARCHITECTURE_NODES = 128;

/** Edges of an architecture. */
export const MAX_ARCHITECTURE_EDGES = 1024;

/** Checks an architecture: layers of ends, and a place for each layer that an edge crosses. */
export const checkArchitecture: Check = (value, path) => {
  const { nodes, edges, omitted } = checkObject(value, path);
  const layers: number[] = [];
  const node: Check = (item, at) => {
    const { label, detail, layer, place } = checkObject(item, at);
    checkText(label, `${at}.label`);
    checkText(detail, `${at}.detail`);
    layers.push(checkInteger(layer, `${at}.layer`, 0, MAX_ARCHITECTURE_NODES - 1));
    checkPlace(place, `${at}.place`);
  };
  checkArray(nodes, `${path}.nodes`, { min: 1, max: MAX_ARCHITECTURE_NODES, item: node });
  const edge: Check = (item, at) => {
    const { from, to, via } = checkObject(item, at);
    const [start, end] = [from, to].map(
      (index, i) => layers[checkInteger(index, `${at}.${i === 0 ? 'from' : 'to'}`, 0, layers.length - 1)]
    );
    if (end <= start) {
      refuse(`${at}.to`, `must be a node in a layer after ${start}`, to);
    }
    checkArray(via, `${at}.via`, { length: end - start - 1, item: checkPlace });
  };
  checkArray(edges, `${path}.edges`, { max: MAX_ARCHITECTURE_EDGES, item: edge });
  checkOmitted(omitted, `${path}.omitted`);
};

function checkPlace(value: unknown, path: string): void {
  checkNumber(value, path, -MAX_ARCHITECTURE_EDGES, MAX_ARCHITECTURE_EDGES);
}
