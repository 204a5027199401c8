/*
 * Runs the tiny pipeline in a process of its own, which is interrupted at a step: `interrupted-run.js FOLDER HOW STEP`, or is resumed:
 * `interrupted-run.js FOLDER resume`. Exit code 3 where a disk was full, as the command has it.
 */
import filesystem from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tinyRun } from './tiny-run.js';

const [folder = '', how = '', step = '0'] = process.argv.slice(2);
const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort(new Error(signal)));

const interruptions: Readonly<Record<string, () => void | Promise<void>>> = {
  SIGKILL: () => void process.kill(process.pid, 'SIGKILL'),
  SIGTERM: () => void process.kill(process.pid, 'SIGTERM'),
  SIGINT: () => void process.kill(process.pid, 'SIGINT'),
  exit: () => process.exit(137),
  ENOSPC: fillDisk,
};

const events = await tinyRun({
  folder,
  resume: how === 'resume',
  signal: controller.signal,
  before: (at) => (at === Number(step) ? interruptions[how]?.() : undefined),
});
const last = events.at(-1);
if (last?.type !== 'run-failed') process.exit(0);
const { error } = last;
const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
console.error(String(error));
process.exit(cause !== undefined && 'code' in cause && cause.code === 'ENOSPC' ? 3 : 1);

/** From now on half of each state's file gets onto the disk. */
function fillDisk(): void {
  const { open } = filesystem;
  filesystem.open = async (path, ...rest) => {
    const file = await open(path, ...rest);
    if (!String(path).includes('.state.')) return file;
    file.writeFile = async (content) => {
      const bytes = content as Uint8Array;
      await file.write(bytes.subarray(0, bytes.length / 2));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    return file;
  };
  syncBuiltinESMExports();
}
