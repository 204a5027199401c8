import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../services/logger.js';
import type { StageState } from '../services/state-store.js';
import { openStateStore } from './state-store.js';

let folder: string;
let warnings: string[];
let state: StageState;
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => warnings.push(message),
  error: () => undefined,
};
const open = (): Promise<StageState> => openStateStore(folder, { logger }).open({ lr: 1, images: ['a', 'b'] });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-states-'));
  warnings = [];
  state = await open();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = async (...numbers: readonly number[]): Promise<void> => {
  for (const number of numbers) await state.write(number, Buffer.from(`state ${String(number)}`));
};
const read = async (): Promise<string | undefined> => {
  const snapshot = await (await open()).read();
  return snapshot && Buffer.from(snapshot.content).toString();
};
const fileOf = (number: number): string => join(state.folder, `${String(number).padStart(12, '0')}.state`);
const damage: Record<string, (path: string) => void> = {
  truncated: (path) => truncateSync(path, readFileSync(path).length - 1),
  'cut to nothing': (path) => truncateSync(path, 0),
  'bit-flipped': (path) => {
    const bytes = readFileSync(path);
    bytes[bytes.length - 2]! ^= 4;
    writeFileSync(path, bytes);
  },
  'another file': (path) => writeFileSync(path, Buffer.alloc(200, 'x')),
};
const newerSchema = (path: string): void => {
  const bytes = readFileSync(path);
  bytes.writeUInt32LE(7, 'sluice-state'.length);
  writeFileSync(path, bytes);
};

describe('a state', () => {
  it('is empty at first, then gives back the last snapshot, whatever process asks', async () => {
    expect(await read()).toBeUndefined();
    await write(1, 2, 10);
    expect(await read()).toBe('state 10');
    expect(warnings).toEqual([]);
  });

  it('keeps the last two', async () => {
    await write(1, 2, 3, 20);
    expect(readdirSync(state.folder)).toEqual(['000000000003.state', '000000000020.state']);
  });

  it('is one for each set of dependencies, whatever the order of their keys', async () => {
    await write(1);
    const store = openStateStore(folder);
    expect((await store.open({ images: ['a', 'b'], lr: 1 })).key).toBe(state.key);
    expect(await (await store.open({ lr: 2, images: ['a', 'b'] })).read()).toBeUndefined();
  });

  it('takes empty and large content', async () => {
    await state.write(1, new Uint8Array());
    expect((await state.read())?.content).toEqual(new Uint8Array());
    const large = new Uint8Array(5_000_000).fill(7);
    await state.write(2, large);
    expect(Buffer.compare((await state.read())!.content, large)).toBe(0);
  });

  it('is whole for readers while several write the same numbers at once', async () => {
    const states = await Promise.all([open(), open(), open(), open()]);
    await Promise.all(
      states.map(async (each) => {
        for (let number = 1; number <= 30; number++) {
          await each.write(number, Buffer.alloc(10_000, number));
          const snapshot = await each.read();
          expect(snapshot?.content.every((byte) => byte === snapshot.number)).toBe(true);
        }
      }),
    );
    expect(warnings).toEqual([]);
    expect(readdirSync(state.folder)).toEqual(['000000000029.state', '000000000030.state']);
  });

  it('clears away what a process left that ended while it wrote, but nothing that is being written', async () => {
    mkdirSync(state.folder, { recursive: true });
    const [old, fresh] = ['1.state.9-ab.tmp', '2.state.9-cd.tmp'].map((name) => join(state.folder, name));
    for (const path of [old!, fresh!]) writeFileSync(path, '');
    utimesSync(old!, new Date(0), new Date(0));
    await open();
    expect(readdirSync(state.folder)).toEqual(['2.state.9-cd.tmp']);
  });

  it('says what to do where it cannot be written', async () => {
    writeFileSync(state.folder, 'in the way');
    await expect(state.write(1, Buffer.from('x'))).rejects.toMatchObject({
      code: 'core/STATE_NOT_WRITTEN',
      message: expect.stringContaining('sluice resume') as string,
      cause: { code: expect.stringMatching(/EEXIST|ENOTDIR/) as string },
    });
  });
});

describe('a damaged snapshot', () => {
  it.each(Object.keys(damage))('that is %s: the one before is used, and the log says so', async (how) => {
    await write(1, 2);
    damage[how]!(fileOf(2));
    expect(await read()).toBe('state 1');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(fileOf(2));
    expect(warnings[0]).toContain(`Used instead: ${fileOf(1)}`);
    await write(2);
    expect(await read()).toBe('state 2');
  });

  it.each(Object.keys(damage))('beside another one, %s: the work starts over', async (how) => {
    await write(1, 2);
    damage[how]!(fileOf(1));
    damage[how]!(fileOf(2));
    expect(await read()).toBeUndefined();
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain('the work starts over');
  });

  it('under the name of another is damaged, too', async () => {
    await write(1, 2);
    writeFileSync(fileOf(3), readFileSync(fileOf(2)));
    expect(await read()).toBe('state 2');
    expect(warnings[0]).toContain(fileOf(3));
  });

  it('of a newer release is not used and not removed', async () => {
    await write(1, 2);
    newerSchema(fileOf(2));
    expect(await read()).toBe('state 1');
    expect(warnings[0]).toMatch(/a newer release of sluice wrote it/);
    expect(readdirSync(state.folder)).toHaveLength(2);
  });
});
