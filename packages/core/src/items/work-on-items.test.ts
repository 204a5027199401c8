import { Type } from '@sinclair/typebox';
import { from, Subject, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { defineContract } from '../stage/data-contract.js';
import { defineItemStage, definePureStage } from '../stage/item-stage.js';
import type { ItemContext } from '../stage/item-work.js';
import type { StageContext } from '../stage/stage-context.js';
import type { StageDefinition } from '../stage/define-stage.js';
import { runStage } from '../testing/run-stage.js';
import type { DeadLetter } from './dead-letter.js';
import type { StageExecution } from './stage-execution.js';
import { workOnItems } from './work-on-items.js';

const Numbers = defineContract<number>('Number', 'A number.');

/** Doubles by whatever `work` says. */
const stage = (work: (item: number, context: ItemContext) => number | Promise<number>, release?: () => unknown) =>
  defineItemStage({
    type: 'double',
    summary: 'Doubles.',
    inputs: { numbers: Numbers },
    outputs: { doubled: Numbers },
    options: Type.Object({ together: Type.Integer({ default: 3 }) }),
    concurrency: ({ together }) => together,
    create: () => ({
      work,
      release: () => {
        release?.();
      },
    }),
  });

interface Outcome {
  readonly results: unknown[];
  readonly letters: DeadLetter[];
  readonly warnings: string[];
  readonly error: unknown;
}

/** Runs a stage's items as a run does. */
async function run(
  { items }: Pick<StageDefinition, 'items'>,
  numbers: Observable<unknown>,
  execution: Partial<StageExecution> = {},
  options: { readonly signal?: AbortSignal; readonly accepts?: (digest: string | undefined) => boolean } = {},
): Promise<Outcome> {
  const outcome = { results: [] as unknown[], letters: [] as DeadLetter[], warnings: [] as string[] };
  const context = {
    id: 'double',
    seed: 7,
    signal: options.signal ?? new AbortController().signal,
    logger: { warn: (text: string) => outcome.warnings.push(text) },
  } as unknown as StageContext;
  const connect = workOnItems(
    items!,
    { options: { together: 3 }, services: {}, context },
    {
      execution: { onItemError: 'fail', ...execution },
      deadLetter: (letter) => outcome.letters.push(letter),
      digestOf: (item) => `digest ${String(item)}`,
      ...(options.accepts && { accepts: options.accepts }),
    },
  );
  const { doubled } = connect({ numbers });
  const error = await new Promise<unknown>((resolve) => {
    doubled!.subscribe({
      next: (item) => outcome.results.push(item),
      error: resolve,
      complete: () => resolve(undefined),
    });
  });
  return { ...outcome, error };
}

const later = async <T>(value: T, milliseconds: number): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));
const retry = { attempts: 3, backoffMs: 1, factor: 2, maxMs: 5, on: [] };
const busy = Object.assign(new Error('the disk is busy'), { code: 'EBUSY' });

describe('an item stage', () => {
  it('keeps order and works on as many at once as it says, or as the pipeline says', async () => {
    const peaks: number[] = [];
    for (const concurrency of [undefined, 1, 4]) {
      let [working, peak] = [0, 0];
      const { results } = await run(
        stage(async (item) => {
          peak = Math.max(peak, ++working);
          await later(0, 8 - item);
          working--;
          return item * 2;
        }),
        from([1, 2, 3, 4, 5, 6]),
        concurrency === undefined ? {} : { concurrency },
      );
      expect(results).toEqual([2, 4, 6, 8, 10, 12]);
      peaks.push(peak);
    }
    expect(peaks).toEqual([3, 1, 4]);
  });

  it('gives synchronous results synchronously', () => {
    const items = new Subject<number>();
    const results: unknown[] = [];
    const connect = workOnItems(stage((item) => item * 2).items!, {
      options: { together: 1 },
      services: {},
      context: {} as StageContext,
    });
    connect({ numbers: items }).doubled!.subscribe((item) => results.push(item));
    items.next(4);
    expect(results).toEqual([8]);
  });

  it.each<[string, (numbers: Observable<unknown>) => Promise<Outcome>, boolean]>([
    [
      'when it has ended',
      async (numbers) =>
        run(
          stage(
            (item) => item,
            () => released++,
          ),
          numbers,
        ),
      false,
    ],
    ['when an item failed', async (numbers) => run(failing(), numbers), true],
  ])('is released once %s', async (_, start, fails) => {
    released = 0;
    const { error } = await start(from([1, 2]));
    expect([released, error !== undefined]).toEqual([1, fails]);
  });
  let released = 0;
  const failing = () =>
    stage(
      () => Promise.reject(new Error('no')),
      () => released++,
    );

  it('names the item that failed, whatever it threw', async () => {
    const { error } = await run(
      stage((item) => (item === 2 ? Promise.reject(busy) : item)),
      from([1, 2, 3]),
    );
    expect(error).toMatchObject({ code: 'core/ITEM_FAILED', message: 'item "2" failed', cause: busy });
  });

  it('passes an error of its input on as it is', async () => {
    const error = new Error('upstream');
    const broken = new Subject<unknown>();
    const outcome = run(
      stage((item) => item),
      broken,
    );
    broken.error(error);
    expect((await outcome).error).toBe(error);
  });
});

describe('retry', () => {
  /** Fails the first `times` attempts. */
  const flaky = (times: number, error: Error = busy) => {
    const attempts: number[] = [];
    const work = (_: number, { attempt }: ItemContext): number => {
      attempts.push(attempt);
      if (attempt <= times) throw error;
      return attempt;
    };
    return { attempts, stage: stage(work) };
  };

  it('tries again until it works, and says so', async () => {
    const { stage: subject, attempts } = flaky(2);
    const { results, warnings } = await run(subject, from([1]), { retry });
    expect([results, attempts]).toEqual([[3], [1, 2, 3]]);
    expect(warnings).toEqual([
      'item "1" failed, attempt 1 of 3; the next in 1 ms',
      'item "1" failed, attempt 2 of 3; the next in 2 ms',
    ]);
  });

  it('gives up after the last attempt', async () => {
    const { stage: subject, attempts } = flaky(9);
    const { error } = await run(subject, from([1]), { retry });
    expect(error).toMatchObject({ code: 'core/ITEM_FAILED', cause: busy });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it.each<[string, Error, readonly string[], number]>([
    ['io, for a code of the system', busy, ['io'], 3],
    ['io, not for a mistake in the work', new TypeError('no'), ['io'], 1],
    ['a code', busy, ['EBUSY'], 3],
    ['a name', new TypeError('no'), ['TypeError'], 3],
    ['another name', new TypeError('no'), ['RangeError'], 1],
    ['the class of a cause', new Error('outer', { cause: busy }), ['io'], 3],
    ['timeout, not for another error', busy, ['timeout'], 1],
  ])('looks at the class of the error: %s', async (_, error, on, expected) => {
    const { stage: subject, attempts } = flaky(9, error);
    await run(subject, from([1]), { retry: { ...retry, on } });
    expect(attempts).toHaveLength(expected);
  });

  it('does not wait on when the run is cancelled', async () => {
    const controller = new AbortController();
    const { stage: subject } = flaky(9);
    const started = run(subject, from([1]), { retry: { ...retry, backoffMs: 60_000, maxMs: 60_000 } }, controller);
    setTimeout(() => controller.abort(new Error('stop')), 5);
    expect((await started).error).toBe(busy);
  });
});

describe('timeout', () => {
  it('ends an attempt, and tells the work', async () => {
    const told: unknown[] = [];
    const slow = stage(async (item, { signal, attempt }) => {
      signal.addEventListener('abort', () => told.push(attempt));
      return attempt === 1 ? later(item, 1000) : item;
    });
    const { results } = await run(slow, from([5]), { timeoutMs: 20, retry: { ...retry, on: ['timeout'] } });
    expect([results, told]).toEqual([[5], [1]]);
  });

  it('is an error that names the item and the time', async () => {
    const { error } = await run(
      stage(async (item) => later(item, 1000)),
      from([5]),
      { timeoutMs: 10 },
    );
    expect(error).toMatchObject({
      cause: { code: 'core/ITEM_TIMEOUT', message: 'item "5" took longer than its timeout of 10 ms' },
    });
  });
});

describe('dead letters', () => {
  const odd = stage((item) => {
    if (item % 2 === 1) throw busy;
    return item;
  });

  it('leave out what fails, with why and after how many attempts, and the rest goes on', async () => {
    const { results, letters, error } = await run(odd, from([1, 2, 3, 4]), { onItemError: 'dead-letter', retry });
    expect([results, error]).toEqual([[2, 4], undefined]);
    expect(letters).toEqual([
      { item: '1', digest: 'digest 1', attempts: 3, error: busy },
      { item: '3', digest: 'digest 3', attempts: 3, error: busy },
    ]);
  });

  it('can be worked on alone', async () => {
    const { results } = await run(
      stage((item) => item),
      from([1, 2, 3]),
      {},
      { accepts: (digest) => digest === 'digest 3' },
    );
    expect(results).toEqual([3]);
  });

  it('are no way round the end of a run', async () => {
    const controller = new AbortController();
    const stopped = stage(() => {
      controller.abort(new Error('stop'));
      throw busy;
    });
    const { letters, error } = await run(stopped, from([1]), { onItemError: 'dead-letter' }, controller);
    expect([letters, error]).toEqual([[], busy]);
  });
});

describe('a pure stage', () => {
  const pure = (seeded: boolean) =>
    definePureStage({
      type: 'pure',
      summary: 'Adds the seed.',
      inputs: { numbers: Numbers },
      outputs: { sums: Numbers },
      options: Type.Object({}),
      keeps: 'json',
      seeded,
      create: (_options, _services, { seed }) => ({
        work: (item) => item + seed,
        result: (_, { value }) => value as number,
      }),
    });

  it('works without a store, as in its test', async () => {
    const { outputs } = await runStage(pure(true), { inputs: { numbers: [1, 2] }, seed: 10 });
    expect(outputs.sums).toEqual([11, 12]);
  });

  it('must say that it depends on the seed', async () => {
    await expect(runStage(pure(false), { inputs: { numbers: [1] } })).rejects.toMatchObject({
      code: 'core/UNDECLARED_SEED',
    });
  });
});
