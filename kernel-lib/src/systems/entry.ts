/** A research system that the library covers: what computes it, and the test that would fail if its mechanism were wrong. */
export interface SystemEntry {
  /** Short name; tests of the entry carry it in square brackets. */
  id: string;
  /** Title of the paper. */
  title: string;
  /** Path of the function from the library's door, for example "routers.topK". */
  function: string;
  /** Test file, from the root of the repository. */
  test: string;
  /** Notebook that shows it, from the root of the repository. */
  notebook?: string;
  /** How it is put together, and where its check differs from what was asked. */
  note?: string;
}
