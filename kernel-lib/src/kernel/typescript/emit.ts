import type { SourceMapPayload } from 'module';
import type * as ts from 'typescript';
import { withoutReference } from './sourceMaps';

/** JavaScript, and the map that leads from it to the TypeScript it was made of. */
export interface Emitted {
  code: string;
  map: SourceMapPayload;
}

const OPTIONS = {
  esModuleInterop: true,
  experimentalDecorators: true,
  preserveConstEnums: true,
  sourceMap: true,
  // As in Node's own prompt: what strict mode forbids TypeScript says before.
  alwaysStrict: false,
  removeComments: false
};

/** Compiles one text, without looking at others. */
export function emit(
  typescript: typeof ts,
  fileName: string,
  text: string,
  transformer: ts.TransformerFactory<ts.SourceFile>,
  options: ts.CompilerOptions = {}
): Emitted {
  const { outputText, sourceMapText } = typescript.transpileModule(text, {
    fileName,
    compilerOptions: {
      ...OPTIONS,
      target: typescript.ScriptTarget.ES2022,
      module: typescript.ModuleKind.ESNext,
      jsx: typescript.JsxEmit.React,
      newLine: typescript.NewLineKind.LineFeed,
      ...options
    },
    transformers: { before: [transformer] }
  });
  // What TypeScript ends a module with that has nothing to export.
  const code = withoutReference(outputText).replace(/export \{\};\s*$/, '');
  return { code, map: JSON.parse(sourceMapText!) as SourceMapPayload };
}
