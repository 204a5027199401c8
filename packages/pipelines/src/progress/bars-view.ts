import { MultiBar, type SingleBar } from 'cli-progress';
import { describeCount, describeValues, plural } from './describe-stage.js';
import { formatDuration } from './format-duration.js';
import type { ProgressView } from './progress-view.js';
import type { RunStatus, StageStatus } from './run-status.js';

/** One bar for each stage that has started, drawn in place; lines of the log scroll by above. */
export function barsView(stream: NodeJS.WritableStream): ProgressView {
  const bars = new Map<string, SingleBar>();
  let nameWidth = 0;
  const multi = new MultiBar({
    stream,
    hideCursor: true,
    fps: 8,
    gracefulExit: false, // signals are the command's, it cancels the run and then stops the view
    emptyOnZero: true,
    format: (_options, _parameters, { stage }: { stage: StageStatus }) => formatBar(stage, nameWidth),
  });
  /** Before the first bar there is nothing to draw around. */
  const print = (line: string): unknown => (bars.size > 0 ? multi.log(line) : stream.write(line));
  return {
    update: (status: RunStatus, event) => {
      if (event.type === 'run-started') {
        nameWidth = Math.max(...event.stages.map((id) => id.length));
        print(`${event.run}: ${plural(event.stages.length, 'stage')}, files in ${event.folder}\n`);
      }
      const stage = 'stage' in event ? status.stages.find(({ id }) => id === event.stage) : undefined;
      if (!stage) return;
      if (event.type === 'metric' && event.scope === 'epoch') print(`${stage.id}: ${describeValues(event.values)}\n`);
      const bar = bars.get(stage.id);
      if (bar) bar.update(stage.done, { stage });
      else if (stage.state !== 'waiting') bars.set(stage.id, multi.create(stage.total ?? 0, stage.done, { stage }));
    },
    log: (line) => print(`${line}\n`),
    stop: () => {
      if (bars.size === 0) return;
      multi.update(); // else the last lines of the log would be lost
      multi.stop();
    },
  };
}

const barWidth = 20;

/** `encode    ████████░░░░░░░░░░░░  26/64 images  1.9 images/s`. */
export function formatBar(stage: StageStatus, nameWidth: number): string {
  const share = stage.state === 'done' ? 1 : Math.min(1, stage.done / Math.max(1, stage.total ?? Infinity));
  const filled = Math.round(share * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const time = stage.milliseconds === undefined ? '' : formatDuration(stage.milliseconds);
  const end = stage.state === 'running' ? stage.note : stage.state === 'failed' ? 'failed' : time;
  return [stage.id.padEnd(nameWidth), bar, describeCount(stage), end].filter((part) => part !== '').join('  ');
}
