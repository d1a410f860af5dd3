/** @file One training for many sizes: slices of a model, what trains them, and the choice among them. */
export * from '../transform/elastic';
export * from '../train/elastic';
export * from '../search/elastic';
