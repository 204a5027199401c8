import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { suggestion } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';

/** A pipeline file to train by. */
export interface Recipe {
  /** Absolute. */
  readonly file: string;
  /** Profile that is meant where none is named; a file of the user's own has none. */
  readonly preset?: string;
}

const folder = fileURLToPath(new URL('../../recipes/', import.meta.url));

/** Names of the recipes that come with sluice. */
export const recipeNames = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => path.basename(name, '.yaml'))
    .sort();

/** The recipe of a name that comes with sluice, or at a path. Throws `pipelines/NO_RECIPE`. */
export function findRecipe(word: string, cwd = process.cwd()): Recipe {
  const names = recipeNames();
  // OTX writes its recipes with underscores.
  const name = word.replaceAll('_', '-');
  if (names.includes(name)) return { file: path.join(folder, `${name}.yaml`), preset: 'otx' };
  const file = path.resolve(cwd, word);
  if (existsSync(file)) return { file };
  throw pipelinesErrors.NO_RECIPE({ word, hint: suggestion(name, names, 'recipes') ?? `known: ${names.join(', ')}` });
}
