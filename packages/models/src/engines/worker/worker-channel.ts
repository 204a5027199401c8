import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { ReplyMessage, RequestName, Requests } from './requests.js';

export interface WorkerChannel<Model> {
  /** Sends a request; a failure in the worker, or its death, rejects with a plain Error for the caller to put in context. */
  readonly ask: <K extends RequestName>(
    request: K,
    body: Requests<Model>[K]['in'],
    transfer?: readonly ArrayBuffer[],
  ) => Promise<Requests<Model>[K]['out']>;
  /** Lets the requests that were made finish, then ends the worker. */
  readonly close: () => Promise<void>;
  /** The worker has ended, or will as soon as its last request is answered: all that it held is gone. */
  readonly ended: () => boolean;
}

interface Pending {
  readonly resolve: (body: never) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread and its requests by id. The process stays alive while a request is pending and may end when none is. */
export function openWorkerChannel<Model>(name: string, workerData: unknown, file: string | URL): WorkerChannel<Model> {
  const worker = new Worker(file, { workerData, name, execArgv: [] });
  worker.unref();

  const pending = new Map<number, Pending>();
  let lastId = 0;
  let ended: Error | undefined;
  let closing: Promise<void> | undefined;

  const end = (reason: Error): void => {
    ended ??= reason;
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };

  worker.on('message', (reply: ReplyMessage) => {
    const request = pending.get(reply.id);
    pending.delete(reply.id);
    if (pending.size === 0) worker.unref();
    if (reply.ok) request?.resolve(reply.body as never);
    else request?.reject(new Error(reply.message));
  });
  worker.on('error', (error: unknown) => {
    end(
      new Error(`its worker thread died: ${error instanceof Error ? error.message : String(error)}`, { cause: error }),
    );
  });
  worker.on('exit', (code) => {
    end(new Error(closing === undefined ? `its worker thread ended with code ${String(code)}` : 'it was disposed'));
  });

  const ask: WorkerChannel<Model>['ask'] = (request, body, transfer = []) =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      const id = ++lastId;
      worker.postMessage({ id, request, body }, transfer);
      pending.set(id, { resolve, reject });
      worker.ref();
    });

  const close = async (): Promise<void> => {
    if (ended !== undefined) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    const closed = ask('close', {});
    ended = new Error('it was disposed');
    await closed;
    worker.ref();
    await exited;
  };

  return { ask, close: () => (closing ??= close()), ended: () => ended !== undefined };
}

/** What runs in another thread or process, as it is built: found through the package's own `exports`, from sources under test, too. */
export const builtFile = (name: 'onnxruntime-worker' | 'tfjs-worker' | 'tfjs-probe'): string =>
  createRequire(import.meta.url).resolve(`@sluice/models/${name}`);
