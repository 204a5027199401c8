/*
 * Runs the tiny pipeline in a process of its own, which is interrupted at a step: `interrupted-run.js FOLDER HOW STEP`, or is resumed:
 * `interrupted-run.js FOLDER resume`. Exit code 3 where a disk was full, as the command has it.
 */
import { nodeFileSystem, type FileSystem } from '@sluice/core';
import { tinyRun } from './tiny-run.js';

const [folder = '', how = '', step = '0'] = process.argv.slice(2);
const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort(new Error(signal)));

/** From here on half of each state's file gets onto the disk. */
let full = false;
const files: FileSystem = { ...nodeFileSystem, open: openOnFullDisk };

const interruptions: Readonly<Record<string, () => void | Promise<void>>> = {
  SIGKILL: () => void process.kill(process.pid, 'SIGKILL'),
  SIGTERM: () => void process.kill(process.pid, 'SIGTERM'),
  SIGINT: () => void process.kill(process.pid, 'SIGINT'),
  exit: () => process.exit(137),
  ENOSPC: () => {
    full = true;
  },
};

const events = await tinyRun({
  folder,
  resume: how === 'resume',
  signal: controller.signal,
  files,
  before: (at) => (at === Number(step) ? interruptions[how]?.() : undefined),
});
const last = events.at(-1);
if (last?.type !== 'run-failed') process.exit(0);
const { error } = last;
const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
console.error(String(error));
process.exit(cause !== undefined && 'code' in cause && cause.code === 'ENOSPC' ? 3 : 1);

async function openOnFullDisk(...args: Parameters<FileSystem['open']>): ReturnType<FileSystem['open']> {
  const file = await nodeFileSystem.open(...args);
  if (!full || args[1] !== 'wx') return file;
  return {
    writeFile: async (content) => {
      await file.writeFile(content.slice(0, content.length / 2));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
}
