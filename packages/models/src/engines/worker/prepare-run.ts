import { modelErrors } from '../../errors.js';
import { checkFit, checkTensor } from '../check-tensor.js';
import type { Executable, Feeds, Port, Resident } from '../tensor-engine.js';
import type { Tensor } from '../tensor.js';
import type { RunRequest } from './requests.js';

/** The worker's number for a resident; `undefined` for one that was released or belongs to another engine. */
export type ResidentNumbers = Pick<WeakMap<Resident, number>, 'get'>;

/**
 * Checks a run's feeds and residents against the executable's ports and makes the request: tensors are copied once, and the
 * copies' buffers move to the worker.
 */
export function prepareRun(
  { label, inputs, outputs }: Pick<Executable, 'label' | 'inputs' | 'outputs'>,
  feeds: Feeds,
  into: Readonly<Record<string, Resident>>,
  numbers: ResidentNumbers,
): { readonly request: Omit<RunRequest, 'session'>; readonly transfer: ArrayBuffer[] } {
  refuseUnknown(Object.keys(feeds), inputs, `feed of ${label}`);
  refuseUnknown(Object.keys(into), outputs, `output of ${label}`);

  const transfer: ArrayBuffer[] = [];
  const sent: Record<string, Tensor | number> = {};
  for (const port of inputs) {
    const where = `feed "${port.name}" of ${label}`;
    const feed = feeds[port.name];
    if (feed === undefined) {
      throw modelErrors.TENSOR_MISMATCH({
        where,
        problem: `it is missing; expected ${port.dtype} [${port.shape.join(', ')}]`,
      });
    }
    checkFit(feed, port, where);
    if ('data' in feed) {
      checkTensor(feed, where);
      const copy = copyOf(feed);
      sent[port.name] = copy;
      transfer.push(copy.data.buffer);
    } else {
      sent[port.name] = numberOf(feed, numbers, where);
    }
  }

  const kept: Record<string, number> = {};
  for (const port of outputs) {
    const resident = into[port.name];
    if (resident === undefined) continue;
    const where = `resident for output "${port.name}" of ${label}`;
    checkFit(resident, port, where);
    const number = numberOf(resident, numbers, where);
    if (Object.values(kept).includes(number)) {
      throw modelErrors.TENSOR_MISMATCH({
        where,
        problem: 'another output goes to the same resident; give each its own',
      });
    }
    kept[port.name] = number;
  }
  return { request: { feeds: sent, into: kept }, transfer };
}

/** A copy in a buffer of its own, which may move to another thread. */
export function copyOf(tensor: Tensor): Tensor {
  return { dtype: tensor.dtype, shape: tensor.shape, data: tensor.data.slice() };
}

export function numberOf(resident: Resident, numbers: ResidentNumbers, where: string): number {
  const number = numbers.get(resident);
  if (number !== undefined) return number;
  throw modelErrors.TENSOR_MISMATCH({ where, problem: 'the resident was released, or belongs to another engine' });
}

function refuseUnknown(names: readonly string[], ports: readonly Port[], what: string): void {
  const known = ports.map((port) => port.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw modelErrors.TENSOR_MISMATCH({
    where: `"${unknown}"`,
    problem: `no such ${what}; there are: ${known.join(', ')}`,
  });
}
