import type { Check, Finding } from '../check.js';
import { probe, type ProbeResult } from '../probe.js';

/** Each file of the model that is installed with sluice, compared with its SHA-256; `sluice models verify` looks at those that were pulled. */
export const modelCheck: Check = { name: 'models', run: async () => modelFinding(await probe('models')) };

export function modelFinding(result: ProbeResult): Finding {
  const advice = 'delete node_modules and install again';
  if ('error' in result) return { state: 'failed', found: result.error, advice };
  const files = Object.entries(result.value as Readonly<Record<string, { readonly problem?: string }>>);
  const damaged = files.flatMap(([, { problem }]) => problem ?? []);
  if (damaged.length > 0) return { state: 'failed', found: damaged.join('; '), advice };
  return { state: 'ok', found: `${files.map(([name]) => name).join(', ')}: present and intact (SHA-256)` };
}
