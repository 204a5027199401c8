import path from 'node:path';
import { readResolved } from '@sluice/core';

/** Options that say what counts as an instance, what the encoder sees of an image, and what it is asked with. */
const prepared: Readonly<Record<string, readonly string[]>> = {
  ingest: ['rules', 'instances'],
  resize: ['size', 'mode'],
  prompts: ['boxes', 'points'],
};

/**
 * How the run that a checkpoint lies in has prepared its images, as paths and values for `--set`: a decoder is to be asked as it was trained. Nothing
 * for a file that lies in no run's folder, or for stages of other names.
 */
export async function preparedAs(
  checkpoint: string,
): Promise<readonly (readonly [string, string | number | boolean])[]> {
  const reading = await readResolved(path.dirname(path.dirname(checkpoint)));
  if ('problem' in reading) return [];
  const { stages = {} } = reading.pipeline as { readonly stages?: Readonly<Record<string, StageWith>> };
  return Object.entries(prepared).flatMap(([id, options]) =>
    options.flatMap((option) => {
      const value = stages[id]?.with?.[option];
      const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return isPlain ? [[`stages.${id}.with.${option}`, value] as const] : [];
    }),
  );
}

interface StageWith {
  readonly with?: Readonly<Record<string, unknown>>;
}
