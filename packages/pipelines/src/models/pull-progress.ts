import { formatBytes } from '../progress/format-bytes.js';
import type { Terminal } from '../cli/terminal.js';

export interface PullProgress {
  readonly update: (done: number, total: number) => void;
  /** A line of its own. */
  readonly note: (text: string) => void;
  readonly stop: () => void;
}

/** How far a download is, on stderr: one line drawn in place on a terminal, elsewhere a line for each tenth. */
export function pullProgress(name: string, { err, screen }: Terminal): PullProgress {
  let drawn = '';
  let last = Number.NEGATIVE_INFINITY;
  const erase = (): void => {
    if (drawn !== '') screen?.write(`\r${' '.repeat(drawn.length)}\r`);
    drawn = '';
  };
  return {
    update: (done, total) => {
      const percent = Math.floor((100 * done) / total);
      const step = screen === undefined ? Math.floor(percent / 10) : percent;
      if (step === last) return;
      last = step;
      const text = `${name}: ${String(percent)} % of ${formatBytes(total)}`;
      if (screen === undefined) {
        err(`${text}\n`);
        return;
      }
      erase();
      screen.write(text);
      drawn = text;
    },
    note: (text) => {
      erase();
      err(`${name}: ${text}\n`);
    },
    stop: erase,
  };
}
