/** Why a value is no service definition; `undefined` where it is one. */
export function serviceFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'is no object';
  const { type, provides, token, create, options, services, release } = value as Readonly<Record<string, unknown>>;
  if (typeof create !== 'function') return 'has no create function';
  if (typeof type !== 'string' || type === '') return 'has no type';
  if (typeof provides !== 'string' || provides === '') return 'does not say which service it provides';
  if (!['symbol', 'string', 'function'].includes(typeof token)) return 'has no token';
  if (typeof options !== 'object' || options === null || !('type' in options) || options.type !== 'object')
    return 'has no options schema of type object';
  if (typeof services !== 'object' || services === null) return 'has no services; make it with defineService';
  if (release !== undefined && typeof release !== 'function') return 'has a release that is no function';
  return undefined;
}
