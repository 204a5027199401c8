import type { Terminal } from '../cli/terminal.js';
import { linesView } from './lines-view.js';
import { silentView, type ProgressView } from './progress-view.js';

/** Bars where the terminal can draw them, else lines; with `quiet`, only the log. */
export async function chooseView(terminal: Terminal, quiet: boolean): Promise<ProgressView> {
  if (quiet) return silentView(terminal.err);
  if (terminal.screen === undefined) return linesView(terminal.err, () => performance.now());
  const { barsView } = await import('./bars-view.js');
  return barsView(terminal.screen);
}
