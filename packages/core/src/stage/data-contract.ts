/** What a port carries. Two ports connect when their contracts have the same name. */
export interface DataContract<T> {
  readonly name: string;
  readonly description: string;
  /** Never set: it only carries the type of an item. */
  readonly item?: T;
}

export function defineContract<T>(name: string, description: string): DataContract<T> {
  return Object.freeze({ name, description });
}
