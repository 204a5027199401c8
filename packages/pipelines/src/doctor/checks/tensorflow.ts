import { createRequire } from 'node:module';
import type { Check, Finding } from '../check.js';
import { probe, type ProbeResult } from '../probe.js';

/** tfjs-node is no part of sluice: said because many look for it. */
export const tensorflowCheck: Check = {
  name: 'tfjs-node',
  run: async () => tensorflowFinding(isInstalled() ? await probe('tensorflow') : undefined),
};

export function tensorflowFinding(result: ProbeResult | undefined): Finding {
  if (result === undefined) {
    const found =
      'not installed, not needed: training runs on onnxruntime; its install script would fetch libtensorflow';
    return { state: 'ok', found };
  }
  if ('value' in result)
    return { state: 'ok', found: `${String(result.value['version'])}, loads; sluice does not use it` };
  const advice = 'not needed by sluice: remove it, or run its install script (it fetches libtensorflow or builds it)';
  return { state: 'warning', found: `installed, but does not load: ${result.error}`, advice };
}

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json');
    return true;
  } catch {
    return false;
  }
}
