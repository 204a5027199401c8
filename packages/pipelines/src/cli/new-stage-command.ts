import path from 'node:path';
import { newStage } from '../new/new-stage.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

export interface NewStageOptions {
  readonly folder?: string;
  readonly json?: boolean;
}

/** `sluice new stage`: writes the package, then says what to do with it. */
export async function newStageCommand(name: string, options: NewStageOptions, terminal: Terminal): Promise<ExitCode> {
  const { folder, files, packageName } = await newStage(name, options.folder);
  const relative = path.relative(process.cwd(), folder) || '.';
  const next = [`cd ${quoted(relative)}`, 'npm install', 'npm run build', 'npm test', 'npx sluice run pipeline.yaml'];
  if (options.json) {
    terminal.out(`${JSON.stringify({ package: packageName, folder, files, next }, undefined, 2)}\n`);
    return exitCodes.ok;
  }
  terminal.out(`${folder}\n`);
  terminal.err(`\n${packageName}: ${files.length} files. Next:\n\n${next.map((line) => `  ${line}\n`).join('')}`);
  return exitCodes.ok;
}

const quoted = (word: string): string => (/^[\w./@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
