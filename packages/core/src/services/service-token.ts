import type { ServiceIdentifier } from 'inversify';

/**
 * A token that knows the type of its service; the same name gives the same token in every copy of a package. (A constant that is
 * declared as `ServiceIdentifier<T>` and set to a symbol forgets T in the file that declares it.)
 */
export function serviceToken<T>(name: string): ServiceIdentifier<T> {
  return Symbol.for(name);
}
