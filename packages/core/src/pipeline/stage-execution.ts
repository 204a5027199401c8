import { Type } from '@sinclair/typebox';
import type { Retry, StageExecution } from '../items/stage-execution.js';
import { choice } from '../stage/option-types.js';
import { entryOf, nodeAt, toPlainValue, type LocatedMap, type LocatedNode } from './located-node.js';
import { problem, type Report } from './problem.js';
import { textOf, type DraftStage } from './resolve-stages.js';

/** A timer in Node runs for at most so long. */
const MAX_MILLISECONDS = 2 ** 31 - 1;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DURATION = '^[0-9]{1,9}(?:\\.[0-9]{1,3})?(?:ms|s|m|h)$';
/** A class, a code such as `data/IMAGE_UNREADABLE` or `EIO`, or a name such as `RangeError`. */
const ERROR_CLASS = '^(?:io|timeout|[a-z][a-z-]{0,31}/[A-Z][A-Z0-9_]{0,63}|[A-Z][A-Za-z0-9_]{1,63})$';

const duration = (description: string) =>
  Type.Optional(
    Type.String({ pattern: DURATION, expects: 'a time with its unit such as 500ms, 30s or 5m', description }),
  );

const attempts = { type: 'integer', minimum: 1, maximum: 100, description: 'Tries in all, the first one included.' };

const RetryMap = Type.Object({
  attempts: Type.Integer(attempts),
  backoff: duration('Pause before the second try; 1s where nothing is said.'),
  factor: Type.Optional(
    Type.Number({
      minimum: 1,
      maximum: 100,
      description: 'How much longer each further pause is; 2 where nothing is said.',
    }),
  ),
  max: duration('No pause is longer; 30s where nothing is said.'),
  on: Type.Optional(
    Type.Array(
      Type.String({
        pattern: ERROR_CLASS,
        expects: 'io, timeout, or the code or name of an error such as EIO or RangeError',
      }),
      { minItems: 1, description: 'What is tried again; every error where nothing is said.' },
    ),
  ),
});

/** Not a union: of one, only "neither fits" could be said, and not where. */
const RetrySchema = Type.Unsafe<unknown>({
  if: { type: 'object' },
  then: RetryMap,
  else: attempts,
  description: 'How often an item that fails is tried.',
});

/** Keys of a stage, beside `uses`, `in` and `with`. */
export const ExecutionProperties = {
  retry: Type.Optional(RetrySchema),
  timeout: duration("Of one item's work; longer is an error."),
  'on-item-error': Type.Optional(
    choice(['fail', 'dead-letter'], {
      description: 'An item that fails ends the run, or is listed while the run goes on.',
    }),
  ),
  concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024, description: 'Items in work at once.' })),
};

const executionKeys: readonly string[] = Object.keys(ExecutionProperties);

/** The execution keys of a stage whose structure has been checked; only one that works item by item may have any. */
export function checkExecution(stage: DraftStage, report: Report): StageExecution {
  const written = [...stage.node.entries].filter(([key]) => executionKeys.includes(key));
  const [first] = written;
  if (first !== undefined && stage.found !== undefined && stage.found.definition.items === undefined) {
    const keys = written.map(([key]) => key);
    const hint = `delete ${keys.length === 1 ? 'it' : 'them'}: only a stage that works item by item can be told so`;
    report(
      problem('not-item-wise', first[1].key, { keys, stage: stage.id, type: stage.found.definition.type }, { hint }),
    );
  }
  const { node } = stage;
  const retry = entryOf(node, 'retry')?.value;
  const timeoutMs = milliseconds(node, ['timeout'], report);
  const concurrency = valueAt(node, ['concurrency']);
  return {
    onItemError: valueAt(node, ['on-item-error']) === 'dead-letter' ? 'dead-letter' : 'fail',
    ...(retry && { retry: retryPolicy(retry, report) }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(typeof concurrency === 'number' && { concurrency }),
  };
}

function retryPolicy(retry: LocatedNode, report: Report): Retry {
  const number = (path: readonly string[], otherwise: number): number => {
    const value = valueAt(retry, path);
    return typeof value === 'number' ? value : otherwise;
  };
  const on = nodeAt(retry, ['on']);
  return {
    attempts: number(retry.kind === 'map' ? ['attempts'] : [], 1),
    backoffMs: milliseconds(retry, ['backoff'], report) ?? 1000,
    factor: number(['factor'], 2),
    maxMs: milliseconds(retry, ['max'], report) ?? 30_000,
    on: on?.kind === 'list' ? on.items.flatMap((item) => textOf(item) ?? []) : [],
  };
}

function valueAt(node: LocatedNode, path: readonly string[]): unknown {
  const found = nodeAt(node, path);
  return found?.kind === 'scalar' ? found.value : undefined;
}

/** A duration; nothing where there is none, or where its form is wrong, which the schema has reported. */
function milliseconds(map: LocatedNode, path: readonly string[], report: Report): number | undefined {
  const node = nodeAt(map, path);
  const text = node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
  if (node === undefined || !new RegExp(DURATION).test(text)) return undefined;
  const [, amount = '', unit = ''] = /^([0-9.]+)([a-z]+)$/.exec(text) ?? [];
  const value = Math.round(Number(amount) * (UNITS[unit] ?? 1));
  if (value >= 1 && value <= MAX_MILLISECONDS) return value;
  const message = `${path.join('.')} must be from 1ms to 24 days, not "${text}"`;
  report(problem('wrong-value', node.place, { message }));
  return value;
}

/** A stage's execution keys as they were written, for the resolved file. */
export function writtenExecution(stage: LocatedMap): Readonly<Record<string, unknown>> {
  const written = [...stage.entries].filter(([key]) => executionKeys.includes(key));
  return Object.fromEntries(written.map(([key, { value }]) => [key, toPlainValue(value)]));
}
