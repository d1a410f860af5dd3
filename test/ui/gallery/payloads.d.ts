/** Names of the committed example payloads. */
export const EXAMPLES: readonly string[];
/** An example by name, or a simulated run by its size, as "48x128". */
export function payload(name: string): Promise<unknown>;
