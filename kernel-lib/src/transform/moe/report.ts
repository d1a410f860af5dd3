/** What every transformation says of what it did; each adds its own. */
export interface TransformReport {
  /** Name of the function: "upcycle". */
  transformation: string;
  /** Stored values before and after. */
  parameters: { before: number; after: number };
}
