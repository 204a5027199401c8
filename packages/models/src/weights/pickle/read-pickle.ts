import { modelErrors } from '../../errors.js';
import { byteCursor, type ByteCursor } from './byte-cursor.js';
import { opcodeNames } from './opcodes.js';
import {
  describeValue,
  quoted,
  type PickleGlobal,
  type PickleKey,
  type PickleTuple,
  type PickleValue,
} from './pickle-values.js';

/** What a pickle may name. Everything else is refused. */
export interface PickleHost {
  /** For errors: the file, and the part of it that is the pickle. */
  readonly path: string;
  readonly member: string;
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** What a persistent id stands for; throws a sentence on what is wrong with it. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

export interface PickleRead {
  readonly value: PickleValue;
  /** Offset after the pickle. */
  readonly end: number;
}

/** Operations of a pickle; a checkpoint has about 30 a tensor. It bounds the memory that a small file can take. */
const MOST_OPERATIONS = 2_000_000;
const LONGEST_TEXT = 65_536;
const LONGEST_INTEGER = 64;

/**
 * Reads one pickle (protocols 2 to 5) that begins at `start`. Nothing of it is executed: it can build plain values, lists, tuples and dicts,
 * and call what `host` has in its table, by our own code. Throws `models/UNSAFE_PICKLE` for an opcode or a name that is not
 * allowed, `models/BAD_CHECKPOINT` for a malformed pickle, and `PickleEnded` where the bytes end within it.
 */
export function readPickle(bytes: Uint8Array, host: PickleHost, start = 0): PickleRead {
  const machine: Machine = { cursor: byteCursor(bytes, start), stack: [], memo: new Map(), host };
  for (let count = 0; count < MOST_OPERATIONS; count++) {
    const offset = machine.cursor.offset();
    const code = machine.cursor.unsigned(1);
    const opcode = opcodeNames.get(code);
    const at = {
      path: host.path,
      member: host.member,
      offset: offset - start,
      opcode: opcode ?? `0x${code.toString(16)}`,
    };
    try {
      if (opcode === undefined) throw new Malformed('there is no such opcode');
      if (opcode === 'STOP') return { value: result(machine), end: machine.cursor.offset() };
      const operation = Object.hasOwn(operations, opcode) ? operations[opcode] : undefined;
      if (operation === undefined) throw new Refused('the opcode');
      operation(machine);
    } catch (error) {
      if (error instanceof Refused) throw modelErrors.UNSAFE_PICKLE({ ...at, wanted: error.message });
      if (!(error instanceof Malformed)) throw error;
      const { path, member } = host;
      const problem = `${member} is malformed at byte ${String(at.offset)} (${at.opcode}): ${error.message}`;
      throw modelErrors.BAD_CHECKPOINT({ path, problem });
    }
  }
  const problem = `${host.member} has more than ${String(MOST_OPERATIONS)} operations`;
  throw modelErrors.BAD_CHECKPOINT({ path: host.path, problem });
}

/** A sentence about what is malformed. */
export class Malformed extends Error {}

/** Names what is not allowed. */
class Refused extends Error {}

const mark = Symbol('mark');

interface Machine {
  readonly cursor: ByteCursor;
  readonly stack: (PickleValue | typeof mark)[];
  readonly memo: Map<number, PickleValue>;
  readonly host: PickleHost;
}

const operations: Readonly<Record<string, (machine: Machine) => void>> = {
  PROTO: ({ cursor }) => {
    const protocol = cursor.unsigned(1);
    if (protocol > 5) throw new Malformed(`there is no protocol ${String(protocol)}`);
  },
  FRAME: ({ cursor }) => {
    const length = cursor.length64();
    if (length > MOST_OPERATIONS * 64) throw new Malformed(`a frame of ${String(length)} bytes is too long`);
  },
  MARK: ({ stack }) => stack.push(mark),
  NONE: ({ stack }) => stack.push(null),
  NEWTRUE: ({ stack }) => stack.push(true),
  NEWFALSE: ({ stack }) => stack.push(false),
  BININT: ({ stack, cursor }) => stack.push(cursor.int32()),
  BININT1: ({ stack, cursor }) => stack.push(cursor.unsigned(1)),
  BININT2: ({ stack, cursor }) => stack.push(cursor.unsigned(2)),
  LONG1: ({ stack, cursor }) => stack.push(integer(cursor, cursor.unsigned(1))),
  LONG4: ({ stack, cursor }) => stack.push(integer(cursor, cursor.int32())),
  BINFLOAT: ({ stack, cursor }) => stack.push(cursor.float64()),
  BINUNICODE: ({ stack, cursor }) => stack.push(text(cursor, cursor.unsigned(4))),
  SHORT_BINUNICODE: ({ stack, cursor }) => stack.push(text(cursor, cursor.unsigned(1))),
  BINUNICODE8: ({ stack, cursor }) => stack.push(text(cursor, cursor.length64())),
  // Python 2's text; its checkpoints hold ASCII.
  BINSTRING: ({ stack, cursor }) => stack.push(text(cursor, cursor.unsigned(4))),
  SHORT_BINSTRING: ({ stack, cursor }) => stack.push(text(cursor, cursor.unsigned(1))),

  EMPTY_LIST: ({ stack }) => stack.push({ kind: 'list', items: [] }),
  EMPTY_DICT: ({ stack }) => stack.push({ kind: 'dict', ordered: false, entries: new Map() }),
  EMPTY_TUPLE: ({ stack }) => stack.push(tuple([])),
  TUPLE1: ({ stack }) => stack.push(tuple(pop(stack, 1))),
  TUPLE2: ({ stack }) => stack.push(tuple(pop(stack, 2))),
  TUPLE3: ({ stack }) => stack.push(tuple(pop(stack, 3))),
  TUPLE: ({ stack }) => stack.push(tuple(popMark(stack))),
  LIST: ({ stack }) => stack.push({ kind: 'list', items: popMark(stack) }),
  DICT: (machine) => {
    const items = popMark(machine.stack);
    machine.stack.push({ kind: 'dict', ordered: false, entries: new Map() });
    setItems(machine, items);
  },
  APPEND: (machine) => {
    append(machine, pop(machine.stack, 1));
  },
  APPENDS: (machine) => {
    append(machine, popMark(machine.stack));
  },
  SETITEM: (machine) => {
    setItems(machine, pop(machine.stack, 2));
  },
  SETITEMS: (machine) => {
    setItems(machine, popMark(machine.stack));
  },

  BINPUT: (machine) => {
    put(machine, machine.cursor.unsigned(1));
  },
  LONG_BINPUT: (machine) => {
    put(machine, machine.cursor.unsigned(4));
  },
  MEMOIZE: (machine) => {
    put(machine, machine.memo.size);
  },
  BINGET: (machine) => {
    get(machine, machine.cursor.unsigned(1));
  },
  LONG_BINGET: (machine) => {
    get(machine, machine.cursor.unsigned(4));
  },

  GLOBAL: (machine) => {
    const [module, name] = [nameLine(machine.cursor), nameLine(machine.cursor)];
    machine.stack.push(global(machine, module, name));
  },
  STACK_GLOBAL: (machine) => {
    const [module, name] = pop(machine.stack, 2);
    if (typeof module !== 'string' || typeof name !== 'string') throw new Malformed('a module and a name are no texts');
    machine.stack.push(global(machine, module, name));
  },
  REDUCE: ({ stack }) => {
    const [callee, args] = pop(stack, 2) as [PickleValue, PickleValue];
    if (!isKind(callee, 'global')) throw new Refused(`to call ${describeValue(callee)}`);
    if (callee.call === undefined) throw new Refused(`to call ${callee.name}`);
    if (!isKind(args, 'tuple')) throw new Malformed(`${callee.name} is called with ${describeValue(args)}`);
    stack.push(callee.call(args.items));
  },
  BINPERSID: ({ stack, host }) => {
    const [id] = pop(stack, 1) as [PickleValue];
    stack.push(host.persistent(id));
  },
  BUILD: ({ stack }) => {
    const [object, state] = pop(stack, 2) as [PickleValue, PickleValue];
    const harmless = isKind(object, 'dict') && object.ordered && isKind(state, 'dict');
    if (!harmless) throw new Refused(`to set the state of ${describeValue(object)}`);
    stack.push(object); // PyTorch's `_metadata` (versions of modules): not needed
  },
};

function result({ stack }: Machine): PickleValue {
  const [value] = pop(stack, 1) as [PickleValue];
  if (stack.length > 0) throw new Malformed(`${String(stack.length)} values are left over`);
  return value;
}

export const tuple = (items: readonly PickleValue[]): PickleTuple => ({ kind: 'tuple', items });

type Kinded = Exclude<PickleValue, null | boolean | number | bigint | string>;

export const isKind = <K extends Kinded['kind']>(value: PickleValue, kind: K): value is Extract<Kinded, { kind: K }> =>
  typeof value === 'object' && value !== null && value.kind === kind;

function pop(stack: Machine['stack'], count: number): PickleValue[] {
  const from = stack.length - count;
  const values = from < 0 ? [mark] : stack.slice(from);
  if (values.includes(mark)) throw new Malformed(`it takes ${String(count)} values, and there are fewer`);
  stack.length = from;
  return values as PickleValue[];
}

function popMark(stack: Machine['stack']): PickleValue[] {
  const at = stack.lastIndexOf(mark);
  if (at === -1) throw new Malformed('there is no mark before it');
  const values = stack.splice(at).slice(1);
  return values as PickleValue[];
}

function top({ stack }: Machine): PickleValue {
  const value = stack.at(-1);
  if (value === undefined || value === mark) throw new Malformed('there is no value before it');
  return value;
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const list = top(machine);
  if (!isKind(list, 'list')) throw new Refused(`to append to ${describeValue(list)}`);
  for (const item of items) list.items.push(item);
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const dict = top(machine);
  if (!isKind(dict, 'dict')) throw new Refused(`to set items of ${describeValue(dict)}`);
  if (items.length % 2 === 1) throw new Malformed('a key is without its value');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]!;
    if (!isKey(key)) throw new Malformed(`${describeValue(key)} is a key; text and numbers are read`);
    if (dict.entries.has(key)) throw new Malformed(`the key ${quoted(String(key))} comes twice`);
    dict.entries.set(key, items[i + 1]!);
  }
}

const isKey = (value: PickleValue): value is PickleKey => value === null || typeof value !== 'object';

function put(machine: Machine, index: number): void {
  machine.memo.set(index, top(machine));
}

function get({ memo, stack }: Machine, index: number): void {
  const value = memo.get(index);
  if (value === undefined) throw new Malformed(`nothing was kept as value ${String(index)}`);
  stack.push(value);
}

function global({ host }: Machine, module: string, name: string): PickleGlobal {
  const full = `${module}.${name}`;
  const known = host.globals.get(full);
  if (known === undefined) throw new Refused(quoted(full));
  return known;
}

function text(cursor: ByteCursor, length: number): string {
  if (length > LONGEST_TEXT) throw new Malformed(`a text of ${String(length)} bytes is too long`);
  return decoded(cursor.take(length));
}

function nameLine(cursor: ByteCursor): string {
  const line = cursor.line(LONGEST_TEXT);
  if (line === undefined) throw new Malformed('a name is too long');
  return decoded(line);
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed('a text is not UTF-8');
  }
}

/** Little-endian two's complement; a number where that is exact. */
function integer(cursor: ByteCursor, length: number): number | bigint {
  if (length < 0 || length > LONGEST_INTEGER) throw new Malformed(`an integer of ${String(length)} bytes is too long`);
  const bytes = cursor.take(length);
  const hex = Buffer.from(bytes).reverse().toString('hex');
  const value = BigInt.asIntN(length * 8, hex === '' ? 0n : BigInt(`0x${hex}`));
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
