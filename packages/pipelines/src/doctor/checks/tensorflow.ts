import type { Check, Finding } from '../check.js';
import { probe, type ProbeResult } from '../probe.js';

/** What `services: { engine: tfjs }` would compute with. */
export const tensorflowCheck: Check = {
  name: 'tfjs',
  run: async () => tensorflowFinding(await probe('tfjs'), process.env['SLUICE_TFJS_NODE']),
};

/** `asked`: the folder that SLUICE_TFJS_NODE names. That nothing is installed is no fault: training runs on onnxruntime. */
export function tensorflowFinding(result: ProbeResult, asked: string | undefined): Finding {
  const advice =
    'only for `engine: tfjs`: remove what does not load, or mend it (the install script of tfjs-node fetches libtensorflow or builds it)';
  if ('value' in result) {
    const { description, broken } = result.value;
    const found = `engine: tfjs would take ${String(description)}`;
    return broken === true ? { state: 'warning', found, advice } : { state: 'ok', found };
  }
  const broken = Boolean(asked) || !/^no backend of TensorFlow\.js(?:[^(]*\(not installed\))+\. /.test(result.error);
  if (broken) return { state: 'warning', found: result.error, advice };
  return { state: 'ok', found: 'not installed, not needed: training runs on onnxruntime, the default engine' };
}
