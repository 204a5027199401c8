import { modelErrors } from '../../errors.js';
import { isKind } from '../pickle/read-pickle.js';
import { describeValue, quoted, type PickleDict, type PickleValue, type TorchTensor } from '../pickle/pickle-values.js';

/** Keys under which training scripts put the state dict among epoch, optimizer and the like; the first that there is counts. */
const wrappers = ['state_dict', 'model_state_dict', 'model'];
const DEEPEST = 4;

export interface StateDict {
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** The keys that led to it, outermost first. */
  readonly under: readonly string[];
  /** Keys beside the tensors that are none. */
  readonly leftAside: readonly string[];
}

/** The dict of tensors within what `torch.save` was given. Throws `models/BAD_CHECKPOINT` where there is none. */
export function findStateDict(value: PickleValue, path: string): StateDict {
  const under: string[] = [];
  for (let dict = value; isKind(dict, 'dict') && under.length <= DEEPEST;) {
    const { entries } = dict;
    const tensors = tensorsOf(dict);
    if (tensors.size > 0) {
      const leftAside = [...entries.keys()].map(String).filter((key) => !tensors.has(key));
      return { tensors, under, leftAside };
    }
    const wrapper = wrappers.find((key) => isKind(entries.get(key) ?? null, 'dict'));
    if (wrapper === undefined) throw noTensors(path, `it is a dict of ${keysOf(dict)}`);
    under.push(wrapper);
    dict = entries.get(wrapper)!;
  }
  throw noTensors(path, `it is ${describeValue(value)}`);
}

function tensorsOf({ entries }: PickleDict): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  for (const [key, value] of entries) if (typeof key === 'string' && isKind(value, 'tensor')) tensors.set(key, value);
  return tensors;
}

function keysOf({ entries }: PickleDict): string {
  const keys = [...entries.keys()].map((key) => quoted(String(key)));
  const shown = keys.slice(0, 8).join(', ');
  return keys.length === 0 ? 'nothing' : keys.length > 8 ? `${shown} and ${String(keys.length - 8)} more` : shown;
}

const noTensors = (path: string, found: string): Error =>
  modelErrors.BAD_CHECKPOINT({
    path,
    problem: `${found}; a state dict (names and tensors) is read, alone or under ${wrappers.map((key) => `"${key}"`).join(', ')}`,
  });
