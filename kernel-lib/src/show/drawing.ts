import type * as PlotModule from '@observablehq/plot';
import type { JSDOM } from 'jsdom';

/** Plot, and a document that it draws in. */
export interface Drawing {
  Plot: typeof PlotModule;
  document: Document;
  /** An element as XML text. */
  serialise(element: Element): string;
}

let loaded: Drawing | null = null;

/** Loads Plot and jsdom at the first call: about a second, which a process that draws nothing is spared. */
export function drawing(): Drawing {
  return (loaded ??= load());
}

function load(): Drawing {
  const { JSDOM: Dom } = require('jsdom') as { JSDOM: new (html: string) => JSDOM };
  const Plot = require('@observablehq/plot') as typeof PlotModule;
  const { window } = new Dom('<!doctype html>');
  const serialiser = new window.XMLSerializer();
  return { Plot, document: window.document, serialise: (element) => serialiser.serializeToString(element) };
}
