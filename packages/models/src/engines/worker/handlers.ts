import type { Tensor } from '../tensor.js';
import type { Answer, RequestMessage, RequestName, Requests } from './requests.js';

export type Handlers<Model> = {
  readonly [K in RequestName]: (
    body: Requests<Model>[K]['in'],
  ) => Promise<Requests<Model>[K]['out']> | Requests<Model>[K]['out'];
};

/** Lets the handler of a request's name answer it; the tensors of runs and reads move to the caller. */
export async function answerBy<Model>(
  handlers: Handlers<Model>,
  { request, body: content }: RequestMessage<Model>,
): Promise<Answer> {
  const handle = handlers[request] as (body: unknown) => Answer['body'] | Promise<Answer['body']>;
  const body = await handle(content);
  return { body, transfer: request === 'run' || request === 'read' ? buffersOf(body) : [] };
}

/** What has a number in the worker; throws where it has gone. */
export function found<T>(table: ReadonlyMap<number, T>, number: number, what: string): T {
  const entry = table.get(number);
  if (entry === undefined) throw new Error(`the ${what} was released before this call`);
  return entry;
}

function buffersOf(body: unknown): ArrayBuffer[] {
  const tensors = isTensor(body) ? [body] : Object.values(body as Record<string, Tensor>);
  return [...new Set(tensors.map((tensor) => tensor.data.buffer))];
}

const isTensor = (body: unknown): body is Tensor =>
  typeof body === 'object' && body !== null && ArrayBuffer.isView((body as Tensor).data);
