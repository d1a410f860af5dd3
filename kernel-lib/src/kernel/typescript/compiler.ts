import { existsSync } from 'fs';
import type { SourceMapPayload } from 'module';
import { join } from 'path';
import type * as ts from '@tslab/typescript-for-tslab';
import { tslabRequire } from '../tslab';
import { addCheckpoints } from './checkpoints';
import { overlayPackages, watchOnlySources } from './overlay';
import { ownPackageFolders, upward } from './packages';
import { lightProgram } from './program';
import { Origin, splitInlineMap, withoutReference } from './sourceMaps';
import type { WarmUp } from './warmUp';

const PACKAGE = '@tslab/typescript-for-tslab';
/** Where each piece of compiled code comes from, by the code. */
const origins = new Map<string, Origin>();

/**
 * Gives tslab a TypeScript that finds this library's packages and types from any folder, keeps source maps, and lets
 * interrupted cells stop. Called before tslab's converter is loaded.
 */
export function prepareCompiler(warmUp: WarmUp): typeof ts {
  const typescript = tslabRequire(PACKAGE) as typeof ts;
  const folders = ownPackageFolders();
  const prepared = {
    ...typescript,
    createWatchCompilerHost: (...args: WatchHostArguments) => {
      const [rootFiles, options, sys, , ...reporters] = args;
      overlayPackages(sys, folders);
      watchOnlySources(sys);
      const typeRoots = [nodeTypes(sys.getCurrentDirectory(), folders)];
      // Only Node's types are in every cell; those of other packages come with their import.
      const ours = { ...options, inlineSourceMap: true, typeRoots, types: ['node'] };
      const program = lightProgram(typescript, (file) => rootFiles.includes(file));
      return typescript.createWatchCompilerHost(rootFiles, ours, sys, program, ...reporters);
    },
    createWatchProgram: warmUp.wrap(typescript.createWatchProgram),
    transpileModule: (input: string, options: ts.TranspileOptions) => transpile(typescript, input, options)
  };
  tslabRequire.cache[tslabRequire.resolve(PACKAGE)]!.exports = prepared;
  return prepared as typeof ts;
}

/** Where a piece of compiled code comes from; each can be asked for once. */
export function takeOrigin(output: string): Origin | null {
  const origin = origins.get(output) ?? null;
  origins.delete(output);
  return origin;
}

type WatchHostArguments = [
  rootFiles: string[],
  options: ts.CompilerOptions,
  sys: ts.System,
  createProgram: ts.CreateProgram<ts.EmitAndSemanticDiagnosticsBuilderProgram> | undefined,
  reportDiagnostic: ts.DiagnosticReporter,
  reportWatchStatus: ts.WatchStatusReporter
];

function transpile(typescript: typeof ts, input: string, options: ts.TranspileOptions): ts.TranspileOutput {
  const { code, map } = splitInlineMap(input);
  const output = typescript.transpileModule(code, {
    ...options,
    compilerOptions: { ...options.compilerOptions, sourceMap: true },
    transformers: { before: [addCheckpoints(typescript)] }
  });
  const outputText = withoutReference(output.outputText);
  if (map !== null && output.sourceMapText !== undefined) {
    origins.set(outputText, new Origin([JSON.parse(output.sourceMapText) as SourceMapPayload, map]));
  }
  return { ...output, outputText };
}

function nodeTypes(cwd: string, folders: string[]): string {
  const local = upward(cwd).map((folder) => join(folder, 'node_modules'));
  const withTslab = join(tslabRequire.resolve('tslab/package.json'), '..', 'node_modules');
  const candidates = [...local, ...folders, withTslab].map((folder) => join(folder, '@types'));
  return candidates.find((folder) => existsSync(join(folder, 'node', 'package.json'))) ?? candidates[0];
}
