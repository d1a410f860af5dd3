/**
 * Standing here of the claim that a paper makes of its mechanism, of quality or speed: "mechanism", the mechanism itself is tested, and
 * nothing is said of the claim; "claim held" and "claim refuted", measured over ten seeds or more; "claim not tested", or measured and undecided.
 */
export type ClaimStatus = 'mechanism' | 'claim held' | 'claim refuted' | 'claim not tested';

/** Paired differences of a claim about training, each with its 95 % interval. */
export interface Measured {
  /** Slow test that measures it, from the root of the repository. */
  test: string;
  /** Last figures. */
  figures: string;
  /** Day on which they were measured, 2026-11-29. */
  date: string;
}

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
  /** Default "mechanism". */
  claim?: ClaimStatus;
  /** Where the claim was measured, for "claim held" and "claim refuted". */
  measured?: Measured;
  /** How it is put together, and where its check differs from what was asked. */
  note?: string;
}
