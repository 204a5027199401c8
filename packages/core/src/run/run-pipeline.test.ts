import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Container, ContainerModule } from 'inversify';
import { lastValueFrom, map, NEVER, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { loadPipeline } from '../pipeline/load-pipeline.js';
import { serviceToken } from '../services/service-token.js';
import { defineStage } from '../stage/define-stage.js';
import { CHAIN, numberRuns } from '../testing/fixtures/number-runs.js';
import { NumberContract, numberStages } from '../testing/fixtures/number-stages.js';
import { runPipeline } from './run-pipeline.js';

const { folder, run, runFolder, read, manifest, lines } = numberRuns();

describe('a run', () => {
  it('tells its course in events, first and last', async () => {
    const events = await run(CHAIN);
    expect(events[0]).toMatchObject({ type: 'run-started', pipeline: 'test', stages: ['numbers', 'double', 'say'] });
    expect(events.at(-1)).toMatchObject({
      type: 'run-finished',
      edges: [
        { edge: 'numbers.numbers -> double.numbers', items: 3, bound: 8 },
        { edge: 'double.numbers -> say.numbers', items: 3, bound: 8 },
      ],
    });
    const of = (type: string): unknown[] =>
      events.filter((event) => event.type === type).map((event) => ('stage' in event ? event.stage : ''));
    expect(of('stage-started').sort()).toEqual(['double', 'numbers', 'say']);
    expect(of('stage-finished')).toEqual(['numbers', 'double', 'say']);
  });

  it('leaves a manifest of what ran and how it ended', async () => {
    await run(CHAIN, {}, { facts: { threads: 2 }, now: () => new Date(2026, 0, 2, 3, 4, 5) });
    expect(runFolder()).toMatch(/test-20260102-030405$/);
    expect(manifest()).toMatchObject({
      run: 'test-20260102-030405',
      status: 'succeeded',
      seed: 7,
      node: process.version,
      facts: { threads: 2 },
      sluice: { name: '@sluice/core' },
      counts: { scaled: 3 },
      stages: {
        numbers: { uses: 'count', skipped: { even: 3 } },
        double: { uses: 'scale', package: { name: '@test/scale', version: '1.2.3' }, counts: { scaled: 3 } },
      },
    });
    expect(manifest().pipeline.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(lines('skipped.jsonl')).toEqual(['2', '4', '6'].map((item) => ({ stage: 'numbers', reason: 'even', item })));
  });

  it('leaves metrics as CSV and JSON Lines', async () => {
    await run(CHAIN);
    expect(lines('metrics.jsonl').map(({ stage, scope, value, scaled }) => [stage, scope, value, scaled])).toEqual(
      [1, 3, 5].map((value) => ['double', 'step', value, 2 * value]),
    );
    const [head, ...rows] = read('metrics.csv').trimEnd().split('\n');
    expect(head).toBe('stage,scope,value,scaled');
    expect(rows).toEqual([1, 3, 5].map((v) => `double,step,${String(v)},${String(2 * v)}`));
  });

  it('leaves the resolved pipeline, which runs as it is', async () => {
    await run(CHAIN.replace('mode: odd', () => 'mode: odd, root: "/x/$${y}"'));
    const resolved = read('pipeline.resolved.yaml');
    expect(resolved).toContain('concurrency: 1');
    writeFileSync(join(folder(), 'again.yaml'), resolved);
    const plan = await loadPipeline(join(folder(), 'again.yaml'), { bundled: numberStages });
    expect(plan.stages.map(({ id }) => id)).toEqual(['numbers', 'double', 'say']);
    expect(plan.stages[0]!.options['root']).toBe('/x/${y}');
  });

  it('logs to a file as JSON Lines and keeps standard output clean', async () => {
    await run(CHAIN, {}, { logLevel: 'debug' });
    const log = lines('log.jsonl');
    expect(log[0]).toMatchObject({ level: 'info', message: expect.stringContaining('of pipeline test') as string });
    expect(log.at(-1)).toMatchObject({ message: expect.stringMatching(/^finished in/) as string });
    expect(log).toContainEqual(
      expect.objectContaining({ level: 'debug', message: 'skipped 2: even', stage: 'numbers' }),
    );
  });

  it('sends log lines of a level to the console or to who draws there', async () => {
    const written: string[] = [];
    await run(CHAIN, {}, { consoleLevel: 'info', consoleWrite: (line) => written.push(line) });
    expect(written[0]).toMatch(/^info: run test-/);
    expect(written).toContain('info: [double] started');
    written.length = 0;
    await run(CHAIN, {}, { consoleLevel: 'warn', consoleWrite: (line) => written.push(line) });
    expect(written).toEqual([]);
    expect(process.stderr.writable).toBe(true);
  });

  it('gives concurrent runs folders of their own', async () => {
    const now = (): Date => new Date(2026, 0, 2, 3, 4, 5);
    await Promise.all([run(CHAIN, {}, { now }), run(CHAIN, {}, { now }), run(CHAIN, {}, { now })]);
    expect(readdirSync(join(folder(), 'runs')).sort()).toEqual([
      'test-20260102-030405',
      'test-20260102-030405-2',
      'test-20260102-030405-3',
    ]);
  });

  it('merges several sources of an input', async () => {
    const events = await run(`
  a: { uses: count, with: { to: 20 } }
  b: { uses: count, with: { to: 30 } }
  double: { uses: scale, in: { numbers: [a, b.numbers] } }`);
    expect(manifest().counts).toEqual({ scaled: 50 });
    expect(events.at(-1)).toMatchObject({ type: 'run-finished' });
  });

  it('ends a loop that feedback closes', async () => {
    const events = await run(`
  loop: { uses: loop, in: { stop: judge.verdicts } }
  judge: { uses: judge, in: { numbers: loop }, with: { limit: 5 } }
  say: { uses: scale, in: { numbers: judge.best } }`);
    expect(events.at(-1)).toMatchObject({ type: 'run-finished' });
    expect(lines('metrics.jsonl')).toMatchObject([{ value: 5 }]);
  });
});

describe('a run that fails', () => {
  it('names the stage, keeps the error and stops the others', async () => {
    const events = await run(`
  numbers: { uses: count, with: { to: 1000000 } }
  double: { uses: scale, in: { numbers: numbers }, with: { fail-at: 3 } }
  say: { uses: describe, in: { numbers: double } }`);
    expect(events.at(-1)).toMatchObject({
      type: 'run-failed',
      stage: 'double',
      error: new RangeError('cannot scale 3'),
    });
    expect(manifest()).toMatchObject({
      status: 'failed',
      counts: { scaled: 2 },
      error: { stage: 'double', message: 'cannot scale 3' },
    });
    expect(lines('log.jsonl').at(-1)).toMatchObject({ level: 'error', stage: 'double' });
  });

  it('on an abort ends as cancelled', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('SIGINT')), 30);
    const events = await run(
      `
  numbers: { uses: count, with: { to: 1000000 } }
  double: { uses: scale, in: { numbers: numbers }, with: { wait: 5, concurrency: 4 } }`,
      {},
      { signal: controller.signal },
    );
    expect(events.at(-1)).toMatchObject({ type: 'run-failed', cancelled: true, error: { code: 'core/CANCELLED' } });
    expect(manifest()).toMatchObject({ status: 'cancelled', error: { message: 'the run was stopped: SIGINT' } });
  });

  it('before it starts, where it was aborted already', async () => {
    const events = await run(CHAIN, {}, { signal: AbortSignal.abort(new Error('too late')) });
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-failed']);
  });

  it('when it is unsubscribed from, is cancelled', async () => {
    const file = join(folder(), 'pipeline.yaml');
    writeFileSync(
      file,
      `sluice: 1\nname: test\nstages:\n  numbers: { uses: count, with: { to: 1000000 } }\n  double: { uses: scale, in: { numbers: numbers }, with: { wait: 1 } }`,
    );
    const plan = await loadPipeline(file, { bundled: numberStages });
    await lastValueFrom(runPipeline(plan, { runsDir: join(folder(), 'runs') }).pipe(take(10), toArray()));
    await expect.poll(() => manifest().status).toBe('cancelled');
  });

  it('where a stage cannot be created, names it', async () => {
    const broken = defineStage({
      type: 'broken',
      summary: '',
      inputs: {},
      outputs: { numbers: NumberContract },
      options: Type.Object({}),
      create: () => {
        throw new TypeError('no');
      },
    });
    const events = await run('  it: { uses: broken }', { bundled: { broken: async () => Promise.resolve(broken) } });
    expect(events.at(-1)).toMatchObject({ type: 'run-failed', stage: 'it', error: new TypeError('no') });
  });

  it('where metrics cannot be written, says so', async () => {
    const reserved = defineStage({
      type: 'reserved',
      summary: '',
      inputs: {},
      outputs: { numbers: NumberContract },
      options: Type.Object({}),
      create: (_options, _services, { report }) => {
        return () => {
          report({ type: 'metric', scope: 'step', values: { stage: 1 } });
          return { numbers: NEVER };
        };
      },
    });
    const events = await run('  it: { uses: reserved }', {
      bundled: { reserved: async () => Promise.resolve(reserved) },
    });
    expect(events.at(-1)).toMatchObject({ type: 'run-failed', error: { code: 'core/RESERVED_METRIC' } });
  });
});

describe('services', () => {
  const ADDER = serviceToken<{ readonly add: number }>('test.Adder');
  const adding = defineStage({
    type: 'adding',
    summary: 'Adds.',
    inputs: { numbers: NumberContract },
    outputs: { numbers: NumberContract },
    options: Type.Object({}),
    services: { adder: ADDER },
    create:
      (_options, { adder }) =>
      ({ numbers }) => ({ numbers: numbers.pipe(map((value) => value + adder.add)) }),
  });
  const bundled = { ...numberStages, adding: async () => Promise.resolve(adding) };
  const stages = `
  numbers: { uses: count, with: { to: 1 } }
  add: { uses: adding, in: { numbers: numbers } }
  scale: { uses: scale, in: { numbers: add } }`;
  const closed: string[] = [];
  const module = (name: string, add: number) => async () =>
    Promise.resolve(
      new ContainerModule(({ bind }) => {
        bind(ADDER)
          .toDynamicValue(() => ({ add }))
          .inSingletonScope()
          .onDeactivation(() => void closed.push(name));
      }),
    );

  it('come from the container of the composition root', async () => {
    const container = new Container();
    container.bind(ADDER).toConstantValue({ add: 100 });
    await run(stages, { bundled }, { container });
    expect(lines('metrics.jsonl')).toMatchObject([{ value: 101 }]);
  });

  it('are swapped by the services block, and closed when the run ends', async () => {
    const container = new Container();
    container.bind(ADDER).toConstantValue({ add: 100 });
    await run(
      stages,
      { bundled, services: { adder: { one: module('one', 1), ten: module('ten', 10) } } },
      { container },
    );
    expect(lines('metrics.jsonl')).toMatchObject([{ value: 11 }]);
    expect(closed).toEqual(['ten']);
    expect(manifest().services).toEqual({ adder: 'ten' });
  });

  it('that are missing are named before anything moves', async () => {
    const events = await run(stages, { bundled });
    expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-failed']);
    expect(events.at(-1)).toMatchObject({ stage: 'add', error: { code: 'core/NO_SERVICE' } });
  });
});
