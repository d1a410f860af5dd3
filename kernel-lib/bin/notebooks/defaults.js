'use strict';

const { loadTypeScript } = require('./typescript');

/** @typedef {import('@tslab/typescript-for-tslab')} TypeScript */

/**
 * A parameter, as the cell tagged "parameters" declares it.
 * @typedef {object} Parameter
 * @property {string} name
 * @property {'const' | 'let' | 'var'} keyword
 * @property {string | null} annotation - Its type as it is written, null for none.
 * @property {Type | null} type - Null where the default is neither a plain value nor annotated as one.
 *
 * @typedef {'number' | 'string' | 'boolean'} Scalar
 * @typedef {Scalar | `${Scalar}[]`} Type
 */

const TYPES = ['number', 'string', 'boolean', 'number[]', 'string[]', 'boolean[]'];

/**
 * The parameters that a cell declares.
 * @param {string} source
 * @returns {Parameter[]}
 */
function readDefaults(source) {
  const ts = loadTypeScript();
  const file = ts.createSourceFile('parameters.ts', source, ts.ScriptTarget.ES2022, true);
  return file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList: list }) => {
    const keyword = list.flags & ts.NodeFlags.Const ? 'const' : list.flags & ts.NodeFlags.Let ? 'let' : 'var';
    return list.declarations.flatMap(({ name, type, initializer }) => {
      if (!ts.isIdentifier(name)) {
        return [];
      }
      const annotation = type?.getText(file) ?? null;
      const declared = TYPES.includes(annotation ?? '') ? /** @type {Type} */ (annotation) : null;
      const found = declared ?? (initializer === undefined ? null : typeOf(ts, initializer));
      return [{ name: name.text, keyword: /** @type {Parameter['keyword']} */ (keyword), annotation, type: found }];
    });
  });
}

/**
 * @param {TypeScript} ts
 * @param {import('@tslab/typescript-for-tslab').Expression} value
 * @returns {Type | null}
 */
function typeOf(ts, value) {
  if (!ts.isArrayLiteralExpression(value)) {
    return scalarOf(ts, value);
  }
  const items = new Set(value.elements.map((item) => scalarOf(ts, item)));
  const [item] = items;
  return items.size === 1 && item !== null ? `${item}[]` : null;
}

/**
 * @param {TypeScript} ts
 * @param {import('@tslab/typescript-for-tslab').Expression} value
 * @returns {Scalar | null}
 */
function scalarOf(ts, value) {
  const { SyntaxKind } = ts;
  if (ts.isStringLiteralLike(value)) {
    return 'string';
  }
  if (value.kind === SyntaxKind.TrueKeyword || value.kind === SyntaxKind.FalseKeyword) {
    return 'boolean';
  }
  const signed = ts.isPrefixUnaryExpression(value) && value.operator === SyntaxKind.MinusToken;
  return ts.isNumericLiteral(signed ? value.operand : value) ? 'number' : null;
}

module.exports = { readDefaults };
