import { filesOf, modelsFolder, pullFile, zooModel } from '@sluice/models';
import { allModels, countedModel, modelRecord, verifyModel, type ModelRecord } from '../models/model-record.js';
import { modelsText, modelText } from '../models/model-texts.js';
import { pullProgress } from '../models/pull-progress.js';
import { usedBy } from '../models/used-by.js';
import { catchSignals } from './catch-signals.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface ModelsOptions {
  readonly modelsDir?: string;
  readonly json?: boolean;
}

export interface PullModelsOptions extends ModelsOptions {
  readonly mirror?: string;
  readonly from?: string;
}

export interface InfoOptions extends ModelsOptions {
  readonly runsDir: string;
}

/** `sluice models ls` */
export async function listModelsCommand({ modelsDir, json }: ModelsOptions, terminal: Terminal): Promise<ExitCode> {
  const folder = modelsFolder(modelsDir);
  const models = await allModels(folder);
  terminal.out(json === true ? document({ folder, models }) : modelsText(models, folder));
  return exitCodes.ok;
}

/** `sluice models pull`: one after another; SIGINT and SIGTERM leave what has come for the next time. */
export async function pullModelsCommand(
  names: readonly string[],
  { modelsDir, mirror, from, json }: PullModelsOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = modelsFolder(modelsDir);
  const records = await Promise.all(names.map((name) => modelRecord(name, folder)));
  const controller = new AbortController();
  const signals = catchSignals((signal) => controller.abort(new Error(signal)));
  const pulled: { readonly model: string; readonly result: string; readonly paths: readonly string[] }[] = [];
  try {
    for (const { name, files } of records) {
      const progress = pullProgress(name, terminal);
      const options = {
        folder,
        mirror,
        from,
        signal: controller.signal,
        onProgress: progress.update,
        onNote: progress.note,
      };
      const results = await pullAll(name, options).finally(progress.stop);
      pulled.push({ model: name, result: results, paths: files.map(({ path }) => path) });
      if (json !== true) terminal.out(`${name}: ${results}\n${files.map(({ path }) => `  ${path}\n`).join('')}`);
    }
    if (json === true) terminal.out(document({ folder, pulled }));
    return exitCodes.ok;
  } catch (error) {
    const code = signals.exitCode();
    if (code === undefined) throw error;
    terminal.err('Interrupted; what has come is kept, and the same command goes on with it\n');
    return code;
  } finally {
    signals.stop();
  }
}

async function pullAll(
  name: string,
  options: Parameters<typeof pullFile>[1],
): Promise<'pulled' | 'is here' | 'comes with sluice'> {
  let result: 'pulled' | 'is here' | 'comes with sluice' = 'comes with sluice';
  for (const pinned of filesOf(zooModel(name))) {
    const { source } = pinned;
    if ('package' in source) continue;
    result = (await pullFile({ ...pinned, source }, options)) === 'pulled' ? 'pulled' : 'is here';
  }
  return result;
}

/** `sluice models verify` */
export async function verifyModelsCommand(
  names: readonly string[],
  { modelsDir, json }: ModelsOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = modelsFolder(modelsDir);
  const isHere = ({ state }: ModelRecord): boolean => state === 'here';
  const models =
    names.length > 0
      ? await Promise.all(names.map((name) => modelRecord(name, folder)))
      : (await allModels(folder)).filter(isHere);
  const files = (await Promise.all(models.map(verifyModel))).flat();
  const sound = files.every(({ state }) => state === 'intact');
  if (json === true) terminal.out(document({ folder, sound, files }));
  else {
    for (const { model, path, state } of files) terminal.out(`${state.padEnd(8)} ${model}  ${path}\n`);
    for (const problem of new Set(files.map((file) => file.problem)))
      if (problem !== undefined) terminal.err(`${problem}\n`);
  }
  if (!sound && json !== true) terminal.err('`sluice models pull NAME` brings what is missing or altered\n');
  return sound ? exitCodes.ok : exitCodes.stageFailed;
}

/** `sluice models info` */
export async function modelInfoCommand(
  name: string,
  { modelsDir, runsDir, json }: InfoOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = modelsFolder(modelsDir);
  const model = await modelRecord(name, folder);
  const counted = await countedModel(model, folder);
  const uses = await usedBy(name, runsDir);
  terminal.out(
    json === true
      ? document({ ...model, ...(typeof counted === 'object' && { counted }), usedBy: uses })
      : modelText(model, counted, uses),
  );
  return exitCodes.ok;
}

const document = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
