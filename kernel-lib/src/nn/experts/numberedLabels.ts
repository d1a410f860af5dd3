/** "0", "1", ... for experts that differ in nothing but their weights. */
export function numberedLabels(numExperts: number): string[] {
  return Array.from({ length: numExperts }, (_, expert) => String(expert));
}
