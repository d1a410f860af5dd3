/** Report of a transformation; each adds fields of its own. */
export interface TransformReport {
  /** Name of the function: "upcycle". */
  transformation: string;
  /** Stored values before and after. */
  parameters: { before: number; after: number };
}
