import type * as ts from '@tslab/typescript-for-tslab';

/** True where `code` has a `for await` outside functions, which tslab does not take for an await. */
export function hasTopLevelForAwait(typescript: typeof ts, code: string): boolean {
  if (!/\bfor\s+await\b/.test(code)) {
    return false;
  }
  const file = typescript.createSourceFile('cell.ts', code, typescript.ScriptTarget.Latest);
  const found = (node: ts.Node): boolean => {
    if (typescript.isFunctionLike(node) || typescript.isClassLike(node)) {
      return false;
    }
    const here = typescript.isForOfStatement(node) && node.awaitModifier !== undefined;
    return here || (typescript.forEachChild(node, (child) => found(child) || undefined) ?? false);
  };
  return found(file);
}
