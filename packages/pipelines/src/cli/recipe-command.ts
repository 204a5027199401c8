import { askSettings, type AskOptions } from '../recipes/ask-settings.js';
import { existingPath } from '../recipes/existing-path.js';
import { findCheckpoint } from '../recipes/find-checkpoint.js';
import { findRecipe } from '../recipes/find-recipe.js';
import { preparedAs } from '../recipes/prepared-as.js';
import type { ExitCode } from './exit-codes.js';
import { runCommand, type RunOptions } from './run-command.js';
import type { Terminal } from './terminal.js';

/** Stages of a recipe that a command runs up to. */
const targets = {
  train: ['stop'],
  test: ['test'],
  predict: ['predict'],
  export: ['export'],
  optimize: ['quantize'],
} as const;

export type RecipeCommand = keyof typeof targets;

/** Options as the command line gives them. */
export interface RecipeOptions extends Pick<
  RunOptions,
  'set' | 'printConfig' | 'cacheDir' | 'threads' | 'logLevel' | 'quiet' | 'json'
> {
  readonly config: string;
  readonly dataRoot?: string;
  /** A run, or a file with weights: in the place of training, or what training starts from. */
  readonly checkpoint?: string;
  readonly preset?: string;
  readonly workDir: string;
  readonly seed?: number;
  readonly maxEpochs?: number;
  /** `predict`: images and prompts of one's own in the place of a dataset. */
  readonly ask?: AskOptions;
}

/**
 * `sluice train`, `test`, `predict`, `export`, `optimize`: runs a recipe up to one of its stages, and says on stderr which `sluice run` that is. What an
 * earlier command has made comes from the cache.
 */
export async function recipeCommand(
  command: RecipeCommand,
  options: RecipeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { config, dataRoot, checkpoint, preset, workDir, seed, maxEpochs, ask, set, ...running } = options;
  const recipe = findRecipe(config);
  const decoder = checkpoint === undefined ? undefined : await findCheckpoint(checkpoint, workDir);
  const takesPlace = decoder !== undefined && command !== 'train';
  const profile = [
    ...[preset ?? recipe.preset ?? []].flat(),
    ...(takesPlace ? ['trained'] : []),
    ...(command === 'predict' || (takesPlace && command === 'optimize') ? [command] : []),
    ...(ask ? ['ask'] : []),
  ];
  const asTrained = takesPlace && preset === undefined && recipe.preset !== undefined;
  const overrides = [
    ...(asTrained ? await preparedAs(decoder.path) : [])
      .filter(([place]) => ask === undefined || !/^stages\.(ingest|prompts)\./.test(place)) // which have no place then
      .flatMap(([place, value]) => given(place, value)),
    ...(ask ? askSettings(ask) : []).flatMap(([place, value]) => given(place, value)),
    ...given('vars.data', dataRoot === undefined ? undefined : existingPath(dataRoot, '--data-root')),
    ...given(takesPlace ? 'vars.checkpoint' : 'stages.train.with.start', decoder?.path),
    ...given('seed', seed),
    ...given('stages.train.with.epochs', maxEpochs),
    ...set,
  ];
  const to = targets[command];
  if (options.quiet !== true && options.printConfig !== true) {
    const words = [
      ...['run', recipe.file, ...profile.flatMap((name) => ['--profile', name])],
      ...overrides.flatMap((override) => ['--set', override]),
      ...['--to', to.join(','), '--runs-dir', workDir],
    ];
    terminal.err(`sluice ${words.map(quoted).join(' ')}\n`);
  }
  return runCommand(recipe.file, { ...running, profile, set: overrides, runsDir: workDir, to }, terminal);
}

/** A text is written so that YAML reads it as one, whatever it holds. */
const given = (place: string, value: string | number | boolean | readonly object[] | undefined): readonly string[] =>
  value === undefined ? [] : [`${place}=${JSON.stringify(value)}`];

/** A word as a shell takes it. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
