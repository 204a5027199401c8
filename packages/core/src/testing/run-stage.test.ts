import { Type } from '@sinclair/typebox';
import { lastValueFrom, map, toArray } from 'rxjs';
import { concatMap, filter, take } from 'rxjs/operators';
import { describe, expect, it } from 'vitest';
import { fromPull } from '../flow/from-pull.js';
import { mapBounded } from '../flow/map-bounded.js';
import { defineContract } from '../stage/data-contract.js';
import { defineStage, feedback } from '../stage/define-stage.js';
import { runStage } from './run-stage.js';

const NumberContract = defineContract<number>('Number', 'A number.');
const TextContract = defineContract<string>('Text', 'A text.');

const describeNumber = defineStage({
  type: 'describe-number',
  summary: 'Says a number.',
  inputs: { numbers: NumberContract },
  outputs: { texts: TextContract },
  options: Type.Object({
    prefix: Type.String({ default: '#' }),
    concurrency: Type.Integer({ default: 2, minimum: 1 }),
  }),
  create:
    ({ prefix, concurrency }, _services, { report }) =>
    ({ numbers }) => ({
      texts: numbers.pipe(
        mapBounded(async (value) => {
          await new Promise((resolve) => setTimeout(resolve, value % 3));
          report({ type: 'counted', what: 'numbers', count: 1 });
          return `${prefix}${String(value)}`;
        }, concurrency),
      ),
    }),
});

describe('runStage', () => {
  it('runs a stage on its inputs with default options and collects outputs and events', async () => {
    const { outputs, events } = await runStage(describeNumber, { inputs: { numbers: [1, 2, 3, 4] } });
    const texts: string[] = outputs.texts;
    expect(texts).toEqual(['#1', '#2', '#3', '#4']);
    expect(events).toHaveLength(4);
  });

  it('refuses wrong options with the name of each', async () => {
    await expect(runStage(describeNumber, { options: { concurrency: 0 } })).rejects.toMatchObject({
      code: 'core/BAD_OPTIONS',
    });
  });

  it('rejects with the error of the stage', async () => {
    const failing = defineStage({
      ...describeNumber,
      create:
        () =>
        ({ numbers }) => ({
          texts: numbers.pipe(
            map((value) => {
              if (value === 2) throw new RangeError('two');
              return String(value);
            }),
          ),
        }),
    });
    await expect(runStage(failing, { inputs: { numbers: [1, 2, 3] } })).rejects.toThrow(new RangeError('two'));
  });

  it('closes a loop through a feedback input', async () => {
    const counting = defineStage({
      type: 'counting',
      summary: 'Counts until told to stop.',
      inputs: { stop: feedback(NumberContract) },
      outputs: { counts: NumberContract },
      options: Type.Object({}),
      create:
        () =>
        ({ stop }) => ({
          counts: fromPull(async function* () {
            const answers: number[] = [];
            const wakers: (() => void)[] = [];
            stop?.subscribe((value) => {
              answers.push(value);
              wakers.shift()?.();
            });
            for (let i = 0; ; i++) {
              yield i;
              if (answers.length <= i) await new Promise<void>((resolve) => wakers.push(resolve));
              if (answers[i] === 1) return;
            }
          }),
        }),
    });
    const { outputs } = await runStage(counting, {
      inputs: { stop: ({ counts }) => counts.pipe(map((value) => (value >= 3 ? 1 : 0))) },
    });
    expect(outputs.counts).toEqual([0, 1, 2, 3]);
  });

  it('aborts', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 10);
    const never = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => undefined) }),
    };
    await expect(runStage(describeNumber, { inputs: { numbers: never }, signal: controller.signal })).rejects.toThrow(
      'enough',
    );
  });
});

describe('bounded edges', () => {
  const identity = defineStage({
    type: 'slow',
    summary: 'Slow.',
    inputs: { numbers: NumberContract },
    outputs: { numbers: NumberContract },
    options: Type.Object({ concurrency: Type.Integer({ default: 1 }) }),
    create:
      ({ concurrency }) =>
      ({ numbers }) => ({
        numbers: numbers.pipe(
          map((value) => value),
          mapBounded(async (value) => {
            await Promise.resolve();
            return value;
          }, concurrency),
          filter((value) => value % 2 === 0),
        ),
      }),
  });

  it('let a source run ahead by no more than the bound', async () => {
    let pulled = 0;
    let worst = 0;
    let done = 0;
    const counting = defineStage({
      ...identity,
      create:
        () =>
        ({ numbers }) => ({
          numbers: numbers.pipe(
            mapBounded(async (value) => {
              await Promise.resolve();
              done++;
              worst = Math.max(worst, pulled - done);
              return value;
            }, 2),
          ),
        }),
    });
    const source = (function* () {
      for (let i = 0; i < 5000; i++) {
        pulled++;
        yield i;
      }
    })();
    const { outputs, edges } = await runStage(counting, { inputs: { numbers: source }, bound: 4 });
    expect(outputs.numbers).toHaveLength(5000);
    const waited = expect.any(Number) as number;
    expect(edges).toEqual([{ edge: 'input numbers.items -> stage.numbers', items: 5000, peak: 4, bound: 4, waited }]);
    expect(worst).toBeLessThanOrEqual(4);
  });

  it('expand an item with fromPull no faster than its results leave', async () => {
    const expanding = defineStage({
      ...identity,
      create:
        () =>
        ({ numbers }) => ({
          numbers: numbers.pipe(concatMap((value) => fromPull(Array.from({ length: 100 }, (_, i) => value * 100 + i)))),
        }),
    });
    const { outputs } = await runStage(expanding, { inputs: { numbers: [0, 1, 2] }, bound: 1 });
    expect(outputs.numbers).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it('let a stage stop early', async () => {
    const first = defineStage({
      ...identity,
      create:
        () =>
        ({ numbers }) => ({ numbers: numbers.pipe(take(3)) }),
    });
    const endless = (function* () {
      for (let i = 0; ; i++) yield i;
    })();
    const { outputs } = await runStage(first, { inputs: { numbers: endless } });
    expect(outputs.numbers).toEqual([0, 1, 2]);
  });

  it('work outside a pipeline', async () => {
    const values = await lastValueFrom(
      fromPull(Array.from({ length: 20_000 }, (_, i) => i)).pipe(
        mapBounded((value) => value + 1, 3),
        toArray(),
      ),
    );
    expect(values.at(-1)).toBe(20_000);
  });
});
