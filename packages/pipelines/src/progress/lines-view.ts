import type { RunEvent } from '@sluice/core';
import { describeCount, describeValues, plural } from './describe-stage.js';
import { formatDuration } from './format-duration.js';
import type { ProgressView } from './progress-view.js';
import type { RunStatus, StageStatus } from './run-status.js';

/**
 * Plain lines for logs and pipes: a line where a stage starts and ends, one for each epoch, and at most one every
 * `interval` milliseconds for each stage in between.
 */
export function linesView(write: (text: string) => void, now: () => number, interval = 5000): ProgressView {
  const shown = new Map<string, number>();
  const print = (stage: string, ...parts: readonly string[]): void =>
    write(`${stage}: ${parts.filter((part) => part !== '').join('  ')}\n`);

  const showStage = (stage: StageStatus, event: RunEvent): void => {
    if (event.type === 'stage-started') {
      shown.set(stage.id, now());
      print(stage.id, 'started');
    } else if (event.type === 'stage-finished') {
      print(stage.id, 'done', describeCount(stage), formatDuration(event.milliseconds));
    } else if (event.type === 'progress' && now() - (shown.get(stage.id) ?? 0) >= interval) {
      shown.set(stage.id, now());
      print(stage.id, describeCount(stage), stage.note);
    } else if (event.type === 'metric' && event.scope === 'epoch') {
      print(stage.id, describeValues(event.values));
    }
  };

  return {
    update: (status: RunStatus, event) => {
      if (event.type === 'run-started')
        write(`${event.run}: ${plural(event.stages.length, 'stage')}, files in ${event.folder}\n`);
      const stage = 'stage' in event ? status.stages.find(({ id }) => id === event.stage) : undefined;
      if (stage) showStage(stage, event);
    },
    log: (line) => write(`${line}\n`),
    stop: () => undefined,
  };
}
