import { readFileSync } from 'fs';
import * as path from 'path';
import { fail } from '../../../base/core';
import { fromEdges } from '../../../base/graph';
import type { NamedGraph } from './assemble';
import { linesOf, recordsOf } from './textLines';

/** Counties of the United States. */
export interface Counties extends NamedGraph {
  /** Share of people without work in 2008; null where it is not known. */
  unemployment: (number | null)[];
}

interface Shape {
  id: string;
  /** Numbers of arcs, ~n of one that is run through backward, in rings and polygons. */
  arcs: readonly unknown[];
  properties: { name: string };
}

interface Atlas {
  arcs: [number, number][][];
  transform: { scale: [number, number]; translate: [number, number] };
  objects: Record<'counties' | 'states', { geometries: Shape[] }>;
}

/**
 * Counties that border on each other, from the TopoJSON of `us-atlas`: those that share an arc of their borders. A node's features are the mean longitude and latitude of its border, its type the state.
 *
 * @param rates - File of unemployment by county, as in `vega-datasets`.
 */
export function counties(where: string, atlas: string, rates: string): Counties {
  const { objects, arcs, transform } = JSON.parse(readFileSync(atlas, 'utf8')) as Partial<Atlas>;
  if (
    objects?.counties === undefined ||
    objects.states === undefined ||
    arcs === undefined ||
    transform === undefined
  ) {
    // prettier-ignore
    return fail(where, `${path.basename(atlas)} must be TopoJSON of counties and states, with a transform`, Object.keys(objects ?? {})); // prettier-ignore
  }
  const shapes = objects.counties.geometries;
  const sharing = new Map<number, Set<number>>();
  const borders = shapes.map((shape, county) => {
    const own = [...new Set((shape.arcs.flat(Infinity) as number[]).map((arc) => (arc < 0 ? ~arc : arc)))];
    own.forEach((arc) => sharing.set(arc, (sharing.get(arc) ?? new Set()).add(county)));
    return own;
  });
  const pairs = new Map<string, [number, number]>();
  sharing.forEach((all) => all.forEach((a) => all.forEach((b) => a < b && pairs.set(`${a} ${b}`, [a, b]))));
  const places = arcs.map((arc) => placesOf(arc, transform));
  const middles = borders.map((own) => {
    const points = own.flatMap((arc) => places[arc]);
    return [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  });
  const states = objects.states.geometries.map(({ id, properties }) => ({ id, name: properties.name }));
  const nodeTypes = shapes.map(({ id }) => states.findIndex((state) => id.startsWith(state.id)));
  const known = new Map(linesOf(rates).slice(1).map((line) => line.trim().split(/\s+/).map(Number) as [number, number])); // prettier-ignore
  return {
    graph: fromEdges({ numNodes: shapes.length, edges: [...pairs.values()], undirected: true, nodeFeatures: middles, nodeTypes }), // prettier-ignore
    names: shapes.map(({ id, properties }) => `${properties.name} (${id})`),
    nodeTypeNames: states.map(({ name }) => name),
    edgeTypeNames: [],
    unemployment: shapes.map(({ id }) => known.get(Number(id)) ?? null)
  };
}

/** Points of an arc in degrees: each is told as its difference to the one before. */
function placesOf(arc: readonly [number, number][], { scale, translate }: Atlas['transform']): [number, number][] {
  let [x, y] = [0, 0];
  return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
}

/** Routes between airports from two files of `vega-datasets`, with the flights of 2008 as weights. A node's features are longitude and latitude, its type the state. */
export function airRoutes(where: string, airports: string, flights: string): NamedGraph {
  const routes = recordsOf(where, flights, ['origin', 'destination', 'count']);
  const known = new Map(recordsOf(where, airports, ['iata', 'state', 'latitude', 'longitude']).map((each) => [each.iata, each])); // prettier-ignore
  const names = [...new Set(routes.flatMap(({ origin, destination }) => [origin, destination]))].sort();
  const own = names.map((name) => known.get(name) ?? fail(where, 'each route must be of airports that are listed', name)); // prettier-ignore
  const nodeTypeNames = [...new Set(own.map(({ state }) => state))].sort();
  const numbers = new Map(names.map((name, i) => [name, i]));
  const graph = fromEdges({
    numNodes: names.length,
    edges: routes.map(({ origin, destination }) => [numbers.get(origin)!, numbers.get(destination)!] as const),
    weights: routes.map(({ count }) => Number(count)),
    nodeFeatures: own.map(({ longitude, latitude }) => [Number(longitude), Number(latitude)]),
    nodeTypes: own.map(({ state }) => nodeTypeNames.indexOf(state))
  });
  return { graph, names, nodeTypeNames, edgeTypeNames: [] };
}
