import { describe, expect, it } from 'vitest';
import { head } from '../testing/fixtures/problem-cases.js';
import { pipelineFolder, placesOf } from '../testing/fixtures/pipeline-folder.js';

const { check } = pipelineFolder();
const file = (keys: string, uses = 'each'): string =>
  `${head}stages:\n  a: { uses: count, with: { to: 1 } }\n  b:\n    uses: ${uses}\n    in: { numbers: a }\n${keys.replace(/^/gm, '    ')}\n`;
const full = { attempts: 3, backoffMs: 1000, factor: 2, maxMs: 30_000, on: [] };

describe('execution keys', () => {
  it.each([
    ['', { onItemError: 'fail' }],
    ['retry: 3', { onItemError: 'fail', retry: full }],
    ['retry: { attempts: 2 }', { onItemError: 'fail', retry: { ...full, attempts: 2 } }],
    [
      'retry: { attempts: 5, backoff: 250ms, factor: 1.5, max: 1m, on: [io, timeout, EIO, RangeError, data/IMAGE_UNREADABLE] }',
      {
        onItemError: 'fail',
        retry: {
          attempts: 5,
          backoffMs: 250,
          factor: 1.5,
          maxMs: 60_000,
          on: ['io', 'timeout', 'EIO', 'RangeError', 'data/IMAGE_UNREADABLE'],
        },
      },
    ],
    [
      'timeout: 1.5s\non-item-error: dead-letter\nconcurrency: 4',
      { onItemError: 'dead-letter', timeoutMs: 1500, concurrency: 4 },
    ],
    ['timeout: 2h\non-item-error: fail', { onItemError: 'fail', timeoutMs: 7_200_000 }],
  ])('are planned: %j', async (keys, execution) => {
    const { plan, diagnostics } = await check({ 'p.yaml': file(keys) });
    expect(diagnostics).toEqual([]);
    expect(plan!.stages[0]).not.toHaveProperty('execution');
    expect(plan!.stages[1]!.execution).toEqual(execution);
  });

  it('may come from --set and from variables, and stand in the resolved file as written', async () => {
    const { plan } = await check(
      { 'p.yaml': file('timeout: "${vars.t}"').replace('stages:', 'vars: { t: 5s }\nstages:') },
      { set: ['stages.b.retry.attempts=4', 'stages.b.concurrency=2'] },
    );
    expect(plan!.resolved['stages']).toMatchObject({ b: { timeout: '5s', retry: { attempts: 4 }, concurrency: 2 } });
  });

  const time = 'must be a time with its unit such as 500ms, 30s or 5m';
  const bad: readonly (readonly [keys: string, place: string, message: string])[] = [
    ['retry: 0', 'wrong-value p.yaml:8:12', 'stages.b.retry must be >= 1, not 0'],
    ['retry: often', 'wrong-type p.yaml:8:12', 'stages.b.retry must be a whole number, not "often"'],
    ['retry: { attempts: 0 }', 'wrong-value p.yaml:8:24', 'stages.b.retry.attempts must be >= 1, not 0'],
    ['retry: {}', 'missing-key p.yaml:8:5', '"attempts" is missing in stages.b.retry'],
    ['retry: { attempts: 2, backof: 1s }', 'unknown-key p.yaml:8:27', 'unknown key "backof" in stages.b.retry'],
    ['retry: { attempts: 2, backoff: 1 }', 'wrong-type p.yaml:8:36', `stages.b.retry.backoff ${time}, not 1`],
    [
      'retry: { attempts: 2, on: [io, tiemout] }',
      'wrong-value p.yaml:8:36',
      'stages.b.retry.on.1 must be io, timeout, or the code or name of an error such as EIO or RangeError, not "tiemout"',
    ],
    ['retry: { attempts: 2, on: [] }', 'wrong-value p.yaml:8:31', 'stages.b.retry.on needs at least 1 entry'],
    ['timeout: 30', 'wrong-type p.yaml:8:14', `stages.b.timeout ${time}, not 30`],
    ['timeout: "30"', 'wrong-value p.yaml:8:14', `stages.b.timeout ${time}, not "30"`],
    ['timeout: -5s', 'wrong-value p.yaml:8:14', `stages.b.timeout ${time}, not "-5s"`],
    ['timeout: 0s', 'wrong-value p.yaml:8:14', 'timeout must be from 1ms to 24 days, not "0s"'],
    ['timeout: 999h', 'wrong-value p.yaml:8:14', 'timeout must be from 1ms to 24 days, not "999h"'],
    [
      'on-item-error: ignore',
      'wrong-value p.yaml:8:20',
      'stages.b.on-item-error must be "fail" or "dead-letter", not "ignore"',
    ],
    ['concurrency: 0', 'wrong-value p.yaml:8:18', 'stages.b.concurrency must be >= 1, not 0'],
    ['timout: 3s', 'unknown-key p.yaml:8:5', 'unknown key "timout" in stage "b"'],
  ];
  it.each(bad.map(([keys, place, message]) => ({ keys, place, message })))(
    'refuse $keys at its place',
    async ({ keys, place, message }) => {
      const { diagnostics } = await check({ 'p.yaml': file(keys) });
      expect(placesOf(diagnostics)).toEqual([place]);
      expect(diagnostics[0]!.message).toBe(message);
    },
  );

  it('are refused on a stage that sees its streams whole', async () => {
    const { diagnostics } = await check({ 'p.yaml': file('timeout: 3s\nretry: 3', 'scale') });
    expect(diagnostics).toMatchObject([
      {
        code: 'not-item-wise',
        line: 8,
        column: 5,
        message: 'stage "b" (scale) sees its streams whole and not item by item: it cannot have "timeout", "retry"',
      },
    ]);
  });
});
