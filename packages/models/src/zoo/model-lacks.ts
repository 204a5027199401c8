import { existsSync } from 'node:fs';
import type { Lack } from '@sluice/core';
import { filesOf, isModelFile, zooModel } from './model-zoo.js';
import { modelsFolder } from './models-folder.js';
import { locate } from './resolve-model-file.js';

/** What is missing of the model that the option `model` names, and the one command that brings it. */
export function modelLacks(model: string): Promise<readonly Lack[]> {
  if (isModelFile(model)) {
    const hint = 'correct the path, or name a model of the zoo: `sluice models ls` lists them';
    return Promise.resolve(existsSync(model) ? [] : [{ option: 'model', message: `there is no file ${model}`, hint }]);
  }
  const missing = filesOf(zooModel(model)).some((file) => 'url' in file.source && !existsSync(locate(model, file)));
  const message = `the model "${model}" is not in ${modelsFolder()}`;
  return Promise.resolve(
    missing ? [{ option: 'model', message, hint: `\`sluice models pull ${model}\` brings it` }] : [],
  );
}
