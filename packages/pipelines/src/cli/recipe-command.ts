import { statSync } from 'node:fs';
import path from 'node:path';
import { pipelinesErrors } from '../errors.js';
import { findRecipe } from '../recipes/find-recipe.js';
import type { ExitCode } from './exit-codes.js';
import { runCommand, type RunOptions } from './run-command.js';
import type { Terminal } from './terminal.js';

/** Options as the command line gives them. */
export interface RecipeOptions extends Pick<
  RunOptions,
  'set' | 'printConfig' | 'cacheDir' | 'threads' | 'logLevel' | 'quiet' | 'json'
> {
  readonly config: string;
  readonly dataRoot: string;
  readonly preset?: string;
  readonly workDir: string;
  readonly seed?: number;
  readonly maxEpochs?: number;
}

/**
 * `sluice train`, `evaluate`, `export`: runs a recipe up to one of its stages, and says on stderr which `sluice run` that is. What an
 * earlier command has made comes from the cache.
 */
export async function recipeCommand(target: string, options: RecipeOptions, terminal: Terminal): Promise<ExitCode> {
  const { config, dataRoot, preset, workDir, seed, maxEpochs, set, ...running } = options;
  const recipe = findRecipe(config);
  const profile = [preset ?? recipe.preset ?? []].flat();
  const overrides = [
    `vars.data=${JSON.stringify(datasetAt(dataRoot))}`,
    ...(seed === undefined ? [] : [`seed=${String(seed)}`]),
    ...(maxEpochs === undefined ? [] : [`stages.train.with.epochs=${String(maxEpochs)}`]),
    ...set,
  ];
  if (options.quiet !== true && options.printConfig !== true) {
    const words = [
      ...['run', recipe.file, ...profile.flatMap((name) => ['--profile', name])],
      ...overrides.flatMap((override) => ['--set', override]),
      ...['--to', target, '--runs-dir', workDir],
    ];
    terminal.err(`sluice ${words.map(quoted).join(' ')}\n`);
  }
  return runCommand(recipe.file, { ...running, profile, set: overrides, runsDir: workDir, to: [target] }, terminal);
}

/** Absolute, as the recipe's own folder is none of the user's. Throws `pipelines/DATA_ROOT`. */
function datasetAt(dataRoot: string): string {
  const place = path.resolve(dataRoot);
  if (statSync(place, { throwIfNoEntry: false }) === undefined) throw pipelinesErrors.DATA_ROOT({ place });
  return place;
}

/** A word as a shell takes it. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
