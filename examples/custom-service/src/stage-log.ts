import { appendFileSync } from 'node:fs';
import { defineService, LOG_WRITER, RUN_FOLDER, type LogLine } from '@sluice/core';
import { Type } from '@sinclair/typebox';

/** Writes one line a stage, with all that it logged in a few words, to a file of its own in the run folder. */
export const stageLog = defineService({
  type: 'stage-log',
  summary: 'One line a stage in a file of its own: lines by level, and the last that was said.',
  provides: 'logger',
  token: LOG_WRITER,
  services: { run: RUN_FOLDER },
  options: Type.Object({
    file: Type.String({ default: 'stages.txt', minLength: 1, description: 'File in the run folder.' }),
    'least-level': Type.Union([Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')], {
      default: 'info',
      description: 'Lines below it are not counted.',
    }),
  }),
  create: async ({ file, 'least-level': least }, { run }) => {
    const path = await run.path(file);
    const stages = new Map<string, LogLine[]>();
    return {
      write: (line: LogLine) => {
        if (line.stage === undefined || RANKS[line.level] < RANKS[least]) return;
        stages.set(line.stage, [...(stages.get(line.stage) ?? []), line]);
      },
      end: () => {
        for (const [stage, lines] of stages) appendFileSync(path, `${summary(stage, lines)}\n`);
      },
    };
  },
  release: (log) => log.end(),
});

const RANKS: Readonly<Record<LogLine['level'], number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** `ingest: 3 info, 1 warn; finished in 0.1 s`. */
export function summary(stage: string, lines: readonly LogLine[]): string {
  const levels = (['error', 'warn', 'info', 'debug'] as const).flatMap((level) => {
    const count = lines.filter((line) => line.level === level).length;
    return count === 0 ? [] : [`${count} ${level}`];
  });
  return `${stage}: ${levels.join(', ')}; ${lines.at(-1)?.message ?? ''}`;
}
