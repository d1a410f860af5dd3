import type * as ts from '@tslab/typescript-for-tslab';

/** Name of the global function that cell code calls with what each `await` gave. */
export const AWAITED = '__switchyardAwaited';
/** Name of the global function that cell code calls in each turn of a loop. */
export const LOOPED = '__switchyardLooped';

/**
 * Makes cell code stop once its cell is interrupted: `await x` becomes `awaited(await x)`, and every body of a loop
 * begins with `looped()`. Both throw, so that `finally` and `tidy` still clean up.
 */
export function addCheckpoints(typescript: typeof ts): ts.TransformerFactory<ts.SourceFile> {
  const { factory } = typescript;
  const call = (name: string, ...args: ts.Expression[]) =>
    factory.createCallExpression(factory.createIdentifier(name), undefined, args);
  const body = (statement: ts.Statement) =>
    factory.createBlock([factory.createExpressionStatement(call(LOOPED)), statement], true);

  const check = (node: ts.Node): ts.Node => {
    if (typescript.isAwaitExpression(node)) {
      return call(AWAITED, node);
    }
    if (typescript.isForStatement(node)) {
      const { initializer, condition, incrementor } = node;
      return factory.updateForStatement(node, initializer, condition, incrementor, body(node.statement));
    }
    if (typescript.isForOfStatement(node)) {
      const { awaitModifier, initializer, expression } = node;
      return factory.updateForOfStatement(node, awaitModifier, initializer, expression, body(node.statement));
    }
    if (typescript.isForInStatement(node)) {
      return factory.updateForInStatement(node, node.initializer, node.expression, body(node.statement));
    }
    if (typescript.isWhileStatement(node)) {
      return factory.updateWhileStatement(node, node.expression, body(node.statement));
    }
    if (typescript.isDoStatement(node)) {
      return factory.updateDoStatement(node, body(node.statement), node.expression);
    }
    return node;
  };
  return (context) => {
    const visit = (node: ts.Node): ts.Node => check(typescript.visitEachChild(node, visit, context));
    return (file) => typescript.visitNode(file, visit) as ts.SourceFile;
  };
}
