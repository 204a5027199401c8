import { describe, expect, it } from 'vitest';
import { fit, type FitEvent, type FitItem, type FitOptions, type FitRecord } from './fit.js';

const item = (key: string): FitItem => ({
  key,
  load: (epoch) =>
    Promise.resolve({
      key: `${key}@${String(epoch)}`,
      embedding: new Float32Array(),
      image: { width: 1, height: 1 },
      frame: { size: 1, width: 1, height: 1 },
      prompts: [],
      masks: [],
    }),
});

/** Remembers what it is given; its weights are the number of steps so far. */
function countingTrainer(losses: readonly number[] = []) {
  const batches: { keys: string[]; learningRate: number }[] = [];
  const trainer: FitOptions['trainer'] = {
    trainBatch: (items, learningRate) => {
      batches.push({ keys: items.map(({ key }) => key), learningRate });
      return Promise.resolve({ loss: losses[batches.length - 1] ?? 1, focal: 0, dice: 0, iou: 0, gradientNorm: 0 });
    },
    weights: () => Promise.resolve(new Map([['steps', { shape: [1], data: Float32Array.of(batches.length) }]])),
  };
  return { trainer, batches };
}

const defaults = { items: ['a', 'b', 'c'].map(item), epochs: 2, batchSize: 2, learningRate: { peak: 1 }, seed: 0 };

async function eventsOf(options: Partial<FitOptions> & Pick<FitOptions, 'trainer'>): Promise<FitEvent[]> {
  const events: FitEvent[] = [];
  for await (const event of fit({ ...defaults, ...options })) events.push(event);
  return events;
}

const outline = (events: readonly FitEvent[]): string =>
  events.map((event) => (event.type === 'step' ? 's' : `[${String(event.epoch)}:${String(event.step)}]`)).join('');

describe('fit', () => {
  it('yields the untouched model first, then steps, and a checkpoint after each epoch', async () => {
    const { trainer } = countingTrainer();
    const weights: unknown[] = [];
    const events: FitEvent[] = [];
    for await (const event of fit({ ...defaults, trainer })) {
      events.push(event);
      if (event.type === 'checkpoint') weights.push((await event.weights()).get('steps')?.data[0]);
    }
    expect(outline(events)).toBe('[0:0]ss[1:2]ss[2:4]');
    expect(weights).toEqual([0, 2, 4]);
  });

  it('waits for the decision on an epoch before it trains the next, and stops when told to', async () => {
    const { trainer, batches } = countingTrainer();
    const asked: [number, number][] = [];
    const decide = (epoch: number): Promise<{ stop: boolean }> => {
      asked.push([epoch, batches.length]);
      return Promise.resolve({ stop: epoch === 1 });
    };
    expect(outline(await eventsOf({ trainer, decide, epochs: 5 }))).toBe('[0:0]ss[1:2]');
    expect(asked).toEqual([
      [0, 0],
      [1, 2],
    ]);
  });

  it('takes every item once an epoch, in an order of its own each epoch that the seed fixes', async () => {
    const runs = await Promise.all(
      [0, 0, 1].map(async (seed) => {
        const { trainer, batches } = countingTrainer();
        await eventsOf({ trainer, seed, items: ['a', 'b', 'c', 'd', 'e', 'f'].map(item) });
        return batches.map(({ keys }) => keys);
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
    const ofEpoch = (epoch: string) =>
      runs[0]!
        .flat()
        .filter((key) => key.endsWith(epoch))
        .sort();
    expect(ofEpoch('@1')).toEqual(['a@1', 'b@1', 'c@1', 'd@1', 'e@1', 'f@1']);
    expect(ofEpoch('@2')).toEqual(['a@2', 'b@2', 'c@2', 'd@2', 'e@2', 'f@2']);
  });

  it('schedules the learning rate over the steps of all epochs', async () => {
    const { trainer, batches } = countingTrainer();
    await eventsOf({ trainer, learningRate: { peak: 1, warmupSteps: 2, schedule: 'cosine' } });
    expect(batches.map(({ learningRate }) => learningRate)).toEqual([0.5, 1, 1, 0.5]);
  });

  it('stops with the step and its items when the loss is no longer a number', async () => {
    const { trainer } = countingTrainer([1, Number.NaN]);
    const lastGood = (): string => '/run/checkpoints/epoch-001.safetensors';
    const promise = eventsOf({ trainer, items: ['a', 'b'].map(item), batchSize: 2, lastGood });
    await expect(promise).rejects.toMatchObject({ code: 'models/LOSS_NOT_FINITE' });
    await expect(promise).rejects.toThrow(/at step 2 \(items [ab], [ab], learning rate 1\)/);
    await expect(promise).rejects.toThrow(/last good checkpoint: \/run\/checkpoints\/epoch-001/);
    const never = eventsOf({ trainer: countingTrainer([Infinity]).trainer });
    await expect(never).rejects.toThrow(/became Infinity at step 1 .* none was written/);
  });

  it('reports speed by the clock it is given', async () => {
    const { trainer } = countingTrainer();
    let time = 0;
    const [, step] = await eventsOf({ trainer, now: () => (time += 500), items: [item('a')] });
    expect(step).toMatchObject({ speed: { imagesPerSecond: 2, promptsPerSecond: 0 } });
  });
});

describe('checkpoints of fit', () => {
  const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(item); // four steps an epoch

  it.each<[number, string]>([
    [2, '[0:0]ss[0.5:2]ss[1:4]ss[1.5:6]ss[2:8]'],
    [8, '[0:0]ssssssss[2:8]'],
    [3, '[0:0]sss[0.75:3]sss[1.5:6]ss[2:8]'],
    [100, '[0:0]ssssssss[2:8]'],
  ])('come every %i steps, and after the last', async (checkpointSteps, expected) => {
    const asked: number[] = [];
    const decide = (epoch: number) => Promise.resolve({ stop: asked.push(epoch) < 0 });
    const events = await eventsOf({ trainer: countingTrainer().trainer, items, checkpointSteps, decide });
    expect(outline(events)).toBe(expected);
    const told = events.flatMap((event) => (event.type === 'checkpoint' ? [event.epoch] : []));
    expect(asked).toEqual(told.slice(0, -1));
  });

  it('may be the last within an epoch', async () => {
    const decide = (epoch: number) => Promise.resolve({ stop: epoch === 0.5 });
    const events = await eventsOf({ trainer: countingTrainer().trainer, items, checkpointSteps: 2, decide });
    expect(outline(events)).toBe('[0:0]ss[0.5:2]');
  });

  it('bring the mean loss since the one before', async () => {
    const losses = [4, 2, 1, Number.NaN, 5, 5, 5, 1];
    const { trainer } = countingTrainer(losses);
    const events = await eventsOf({ trainer, items, checkpointSteps: 2, notFinite: { mostSkipped: 1 } });
    const means = events.flatMap((event) => (event.type === 'checkpoint' ? [event.loss] : []));
    expect(means).toEqual([undefined, 3, 1, 5, 3]);
  });
});

describe('fit on a plateau', () => {
  const plateau = { mode: 'max', factor: 0.5, patience: 0, minDelta: 0, minFactor: 0 } as const;
  const learningRate = { peak: 1, schedule: 'plateau' } as const;
  const scores = [0.1, 0.2, 0.2, 0.3, 0.3];

  it('lowers the rate after a check without improvement, and does so again when it goes on from any step', async () => {
    const decide = (epoch: number) => Promise.resolve({ stop: false, watched: scores[epoch]! });
    const records: FitRecord[] = [];
    const remember = (step: FitRecord) => Promise.resolve(void records.push(step));
    const shared = { learningRate, plateau, decide, epochs: 5 };
    await eventsOf({ ...shared, trainer: countingTrainer().trainer, memory: { past: [], remember } });
    const rates = records.map((record) => record.learningRate);
    expect(rates).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]);
    for (let taken = 0; taken <= 10; taken++) {
      const { trainer, batches } = countingTrainer();
      const memory = { past: records.slice(0, taken), remember: () => Promise.resolve() };
      await eventsOf({ ...shared, trainer, memory });
      expect(batches.map((batch) => batch.learningRate)).toEqual(rates.slice(taken));
    }
  });
});

describe('a step of fit that is no number', () => {
  const notFinite = { mostSkipped: 2 };
  const { NaN: none } = Number;

  it('is left out, told and counted, up to so many in a row', async () => {
    const events = await eventsOf({
      trainer: countingTrainer([1, none, Infinity, 1, none, none]).trainer,
      notFinite,
      epochs: 3,
    });
    const skipped = events.flatMap((event) => (event.type === 'step' ? [event.skipped] : []));
    expect(skipped).toEqual([false, true, true, false, true, true]);
  });

  it('fails where there is one more, also if an earlier run has seen those before', async () => {
    const losses = [1, none, none, none];
    const records: FitRecord[] = [];
    const remember = (step: FitRecord) => Promise.resolve(void records.push(step));
    const options = { notFinite, epochs: 2 };
    const whole = eventsOf({ ...options, trainer: countingTrainer(losses).trainer, memory: { past: [], remember } });
    await expect(whole).rejects.toThrow(/the loss became NaN at step 4 .*, number 3 of such steps in a row/);
    expect(records.map(({ step }) => step)).toEqual([1, 2, 3]);
    const memory = { past: records, remember };
    const resumed = eventsOf({ ...options, trainer: countingTrainer(losses.slice(3)).trainer, memory });
    await expect(resumed).rejects.toMatchObject({ code: 'models/LOSS_NOT_FINITE' });
  });

  it('may be one whose gradient alone is none', async () => {
    const { trainer } = countingTrainer();
    const trainBatch: typeof trainer.trainBatch = async (...batch) => {
      return { ...(await trainer.trainBatch(...batch)), gradientNorm: Infinity };
    };
    const promise = eventsOf({ trainer: { ...trainer, trainBatch } });
    await expect(promise).rejects.toThrow(/the gradient's norm became Infinity at step 1/);
  });
});

describe('fit with a memory', () => {
  const learningRate = { peak: 1, warmupSteps: 3, schedule: 'cosine' } as const;
  const losses = [6, 5, 4, 3, 2, 1];

  /** A whole run, what it remembered, and the run that goes on after `taken` of its steps. */
  async function interrupted(taken: number) {
    const whole = countingTrainer(losses);
    const records: FitRecord[] = [];
    const remember = (step: FitRecord) => Promise.resolve(void records.push(step));
    const all = await eventsOf({ trainer: whole.trainer, epochs: 3, learningRate, memory: { past: [], remember } });
    const rest = countingTrainer(losses.slice(taken));
    const asked: number[] = [];
    const resumed = await eventsOf({
      trainer: rest.trainer,
      epochs: 3,
      learningRate,
      memory: { past: records.slice(0, taken), remember: () => Promise.resolve() },
      decide: (epoch) => Promise.resolve({ stop: asked.push(epoch) < 0 }),
    });
    return { whole, rest, all, resumed, asked };
  }
  const told = (events: readonly FitEvent[]) =>
    events.map((event) => {
      const { speed: _, weights: __, past: ___, ...rest } = { speed: 0, weights: 0, past: 0, ...event };
      return rest;
    });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'after %i steps: tells the same, and takes the other steps as they were',
    async (taken) => {
      const { whole, rest, all, resumed, asked } = await interrupted(taken);
      expect(told(resumed)).toEqual(told(all));
      expect(rest.batches).toEqual(whole.batches.slice(taken));
      expect(asked).toEqual([0, 1, 2]);
    },
  );

  it('says which checkpoints are past, so that nobody takes the present weights for theirs', async () => {
    const { resumed } = await interrupted(4);
    const past = resumed.flatMap((event) => (event.type === 'checkpoint' ? [[event.epoch, event.past]] : []));
    expect(past).toEqual([
      [0, true],
      [1, true],
      [2, false],
      [3, false],
    ]);
  });

  it('is told of each step, and which one ends an epoch', async () => {
    const { trainer } = countingTrainer();
    const steps: [number, boolean][] = [];
    const remember = ({ step }: FitRecord, last: boolean) => Promise.resolve(void steps.push([step, last]));
    await eventsOf({ trainer, memory: { past: [], remember } });
    expect(steps).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [4, true],
    ]);
  });
});
