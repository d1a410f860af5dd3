import type * as ts from 'typescript';

/** Key on `globalThis` of what `import()` calls, and of `import.meta`. */
export const IMPORT = 'switchyard.import';

/**
 * Rewritten dynamic import: V8 evaluates cells without a way to load modules, so that the kernel loads them. Where the text of a
 * function goes elsewhere, into a worker, the import is the one of that place.
 *
 * @param from - The file that imports; absent for a cell.
 */
export function dynamicImport(
  typescript: typeof ts,
  call: ts.CallExpression,
  args: readonly ts.Expression[],
  from?: string
): ts.Expression {
  const { factory } = typescript;
  const name = factory.createIdentifier('specifier');
  const own = factory.createArrowFunction(
    undefined,
    undefined,
    [factory.createParameterDeclaration(undefined, undefined, name)],
    undefined,
    undefined,
    factory.createCallExpression(call.expression, undefined, [name])
  );
  const kernels = factory.createElementAccessExpression(
    factory.createIdentifier('globalThis'),
    symbol(typescript, IMPORT)
  );
  const either = factory.createParenthesizedExpression(
    factory.createBinaryExpression(
      kernels,
      typescript.SyntaxKind.QuestionQuestionToken,
      factory.createParenthesizedExpression(own)
    )
  );
  const base = from === undefined ? [] : [factory.createStringLiteral(from)];
  return typescript.setTextRange(factory.createCallExpression(either, undefined, [...args.slice(0, 1), ...base]), call);
}

function symbol(typescript: typeof ts, key: string): ts.Expression {
  const { factory } = typescript;
  const access = factory.createPropertyAccessExpression(factory.createIdentifier('Symbol'), 'for');
  return factory.createCallExpression(access, undefined, [factory.createStringLiteral(key)]);
}

/** Lets the dynamic imports of a file go through the kernel. */
export function throughKernel(typescript: typeof ts, from: string): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const visited = typescript.visitEachChild(node, visit, context);
      return isDynamicImport(typescript, visited)
        ? dynamicImport(typescript, visited, visited.arguments, from)
        : visited;
    };
    return (file) => typescript.visitEachChild(file, visit, context);
  };
}

export function isDynamicImport(typescript: typeof ts, node: ts.Node): node is ts.CallExpression {
  return typescript.isCallExpression(node) && node.expression.kind === typescript.SyntaxKind.ImportKeyword;
}
