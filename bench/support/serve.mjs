import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';

/**
 * The other end of `startContender`, as `peers/contender.py`: `{"do": NAME}` runs `actions[NAME]` and answers its milliseconds,
 * `{"do": "report"}` answers this process's peak memory and what `report` says.
 * @param {Readonly<Record<string, () => Promise<unknown>>>} actions
 * @param {(request: any) => Promise<Record<string, unknown>>} report
 */
export async function serve(actions, report) {
  answer({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.do === 'report') {
      const rss = process.resourceUsage().maxRSS / 1024;
      answer({ rss_mb: rss, ...(await report(request)) });
      continue;
    }
    const start = performance.now();
    await actions[request.do]();
    answer({ ms: performance.now() - start });
  }
}

/** @param {unknown} value */
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
