import { fail } from '../../../base/core';
import { assemble, type NamedGraph, type ReadOptions } from './assemble';

/**
 * A graph from GraphML: the first graph of the file, with the attributes that its keys name (and their defaults). Nested graphs and hyperedges are refused.
 *
 * @throws {SwitchyardError} where it is not XML or not GraphML, an edge is of a node that is not listed, or an attribute that is asked for is no number.
 */
export function graphML(text: string, options: ReadOptions = {}): NamedGraph {
  const where = 'graph.read.graphML';
  const root = rootOf(where, text, 'graphml');
  const graph = childrenOf(root, 'graph')[0] ?? fail(where, 'the file must have a graph', 'none');
  const refused = [...graph.querySelectorAll('hyperedge, node > graph')][0];
  if (refused !== undefined) {
    fail(where, 'hyperedges and nested graphs are not read', refused.tagName);
  }
  const keys = childrenOf(root, 'key').map((key) => ({
    id: key.getAttribute('id') ?? '',
    name: key.getAttribute('attr.name') ?? key.getAttribute('id') ?? '',
    of: key.getAttribute('for') ?? 'all',
    // A default is text, also where it is nothing.
    preset: childrenOf(key, 'default')[0]?.textContent ?? undefined
  }));
  const attributesOf = (element: Element, of: string): Record<string, unknown> => {
    const own = keys.filter((key) => key.of === 'all' || key.of === of);
    const presets = own.filter(({ preset }) => preset !== undefined).map(({ name, preset }) => [name, preset]);
    const given = childrenOf(element, 'data').map((data) => {
      const id = data.getAttribute('key') ?? '';
      return [own.find((key) => key.id === id)?.name ?? fail(where, 'data must be of a key that is listed', id), data.textContent ?? '']; // prettier-ignore
    });
    return Object.fromEntries([...presets, ...given]);
  };
  const preset = graph.getAttribute('edgedefault');
  const edges = childrenOf(graph, 'edge').map((edge) => ({
    source: attribute(where, edge, 'source'),
    target: attribute(where, edge, 'target'),
    attributes: attributesOf(edge, 'edge'),
    directed: (edge.getAttribute('directed') ?? String(preset === 'directed')) === 'true'
  }));
  const nodes = childrenOf(graph, 'node').map((node) => ({ name: attribute(where, node, 'id'), attributes: attributesOf(node, 'node') })); // prettier-ignore
  return assemble(where, { nodes, edges }, options);
}

/**
 * A graph from GEXF (Gephi), its attributes by their titles and an edge's weight as 'weight'; spells, dynamics and hierarchies are left out.
 *
 * @throws {SwitchyardError} as `graph.read.graphML`.
 */
export function gexf(text: string, options: ReadOptions = {}): NamedGraph {
  const where = 'graph.read.gexf';
  const root = rootOf(where, text, 'gexf');
  const graph = childrenOf(root, 'graph')[0] ?? fail(where, 'the file must have a graph', 'none');
  const titles = (of: string): Map<string, { title: string; preset?: string }> => {
    const lists = childrenOf(graph, 'attributes').filter((each) => each.getAttribute('class') === of);
    return new Map(
      lists
        .flatMap((each) => childrenOf(each, 'attribute'))
        .map((each) => {
          const id = each.getAttribute('id') ?? '';
          return [id, { title: each.getAttribute('title') ?? id, preset: childrenOf(each, 'default')[0]?.textContent ?? undefined }]; // prettier-ignore
        })
    );
  };
  const [ofNodes, ofEdges] = [titles('node'), titles('edge')];
  const attributesOf = (element: Element, known: ReturnType<typeof titles>): Record<string, unknown> => {
    const presets = [...known.values()].filter(({ preset }) => preset !== undefined).map(({ title, preset }) => [title, preset]); // prettier-ignore
    const given = childrenOf(element, 'attvalues')
      .flatMap((each) => childrenOf(each, 'attvalue'))
      .map((each) => {
        const id = each.getAttribute('for') ?? each.getAttribute('id') ?? '';
        return [known.get(id)?.title ?? id, each.getAttribute('value') ?? ''];
      });
    return Object.fromEntries([...presets, ...given]);
  };
  const items = (list: string, item: string): Element[] => childrenOf(graph, list).flatMap((each) => childrenOf(each, item)); // prettier-ignore
  const preset = graph.getAttribute('defaultedgetype') ?? 'undirected';
  const edges = items('edges', 'edge').map((edge) => {
    const weight = edge.getAttribute('weight');
    return {
      source: attribute(where, edge, 'source'),
      target: attribute(where, edge, 'target'),
      attributes: { ...(weight === null ? {} : { weight }), ...attributesOf(edge, ofEdges) },
      directed: (edge.getAttribute('type') ?? preset) === 'directed'
    };
  });
  const nodes = items('nodes', 'node').map((node) => ({
    name: attribute(where, node, 'id'),
    attributes: { label: node.getAttribute('label') ?? undefined, ...attributesOf(node, ofNodes) }
  }));
  return assemble(where, { nodes, edges }, options);
}

function rootOf(where: string, text: string, name: string): Element {
  const { JSDOM } = require('jsdom') as typeof import('jsdom');
  let root: Element;
  try {
    root = new JSDOM(text, { contentType: 'application/xml' }).window.document.documentElement;
  } catch (error) {
    return fail(where, 'expects XML', error instanceof Error ? error.message.split('\n')[0] : String(error));
  }
  return root.localName === name ? root : fail(where, `expects the element "${name}"`, root.localName);
}

function childrenOf(element: Element, name: string): Element[] {
  return Array.from(element.children).filter((child) => child.localName === name);
}

function attribute(where: string, element: Element, name: string): string {
  return element.getAttribute(name) ?? fail(where, `${element.localName} must have ${name}`, element.outerHTML.slice(0, 80)); // prettier-ignore
}
