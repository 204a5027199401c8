/** Why a value is no stage definition; `undefined` where it is one. What a package exports may throw at every look. */
export function stageFault(value: unknown): string | undefined {
  try {
    return faultOf(value);
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Whether a value was most likely meant to be a stage. */
export function isNearStage(value: unknown): boolean {
  try {
    return isObject(value) && 'create' in value;
  } catch {
    return true;
  }
}

function faultOf(value: unknown): string | undefined {
  if (!isObject(value)) return 'is no object';
  const { type, create, inputs, outputs, options, services } = value;
  if (typeof create !== 'function') return 'has no create function';
  if (typeof type !== 'string' || type === '') return 'has no type';
  if (!isObject(inputs) || !isObject(outputs)) return 'has no inputs and outputs';
  for (const [port, input] of Object.entries(inputs)) {
    const contract = isObject(input) && 'contract' in input ? input['contract'] : input;
    if (!isContract(contract)) return `has an input "${port}" without a contract`;
  }
  for (const [port, output] of Object.entries(outputs)) {
    if (!isContract(output)) return `has an output "${port}" without a contract`;
  }
  if (Object.keys(outputs).length === 0) return 'has no output; a stage at the end gives what it has made, or counts';
  if (!isObject(options) || options['type'] !== 'object') return 'has no options schema of type object';
  if (!isObject(services)) return 'has no services; make it with defineStage';
  return undefined;
}

function isContract(value: unknown): boolean {
  return isObject(value) && typeof value['name'] === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
