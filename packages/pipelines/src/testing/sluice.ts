import { main } from '../cli/main.js';

/** How a command line has ended, and what it has written. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line of `sluice` in this process, without a terminal. */
export async function sluice(...args: readonly string[]): Promise<Ended> {
  let out = '';
  let err = '';
  const terminal = { out: (text: string) => (out += text), err: (text: string) => (err += text), screen: undefined };
  const code = await main(args, terminal);
  return { code, out, err };
}
