import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface FlakyServer {
  readonly url: string;
  /** What has been asked for: `Range` and `If-Range` of each request. */
  readonly asked: readonly {
    readonly path: string;
    readonly range: string | undefined;
    readonly ifRange: string | undefined;
  }[];
  /** The handlers of the requests to come; the last one answers all that follow. */
  readonly answer: (...handlers: readonly Handler[]) => void;
  readonly close: () => Promise<void>;
}

/** A local HTTP server whose every answer the test decides. */
export async function flakyServer(): Promise<FlakyServer> {
  const asked: { path: string; range: string | undefined; ifRange: string | undefined }[] = [];
  let handlers: Handler[] = [];
  const server: Server = createServer((request, response) => {
    const { range, 'if-range': ifRange } = request.headers;
    asked.push({ path: request.url ?? '', range, ifRange: ifRange?.toString() });
    const handler = handlers.length > 1 ? handlers.shift() : handlers[0];
    handler?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    answer: (...next) => {
      handlers = [...next];
      asked.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** First byte that a request asks for. */
const startOf = ({ headers }: IncomingMessage): number => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);

export interface Serving {
  readonly etag?: string;
  /** Ends the connection after so many bytes. */
  readonly breakAfter?: number;
  /** Sends nothing more after so many bytes. */
  readonly stallAfter?: number;
  /** What `Content-Length` says instead of the truth. */
  readonly length?: number;
  readonly ignoreRange?: boolean;
}

/** Serves a file as a good server does, but for what is said. */
export const serve =
  (file: Uint8Array, { etag, breakAfter, stallAfter, length, ignoreRange = false }: Serving = {}): Handler =>
  (request, response) => {
    const { 'if-range': ifRange } = request.headers;
    const from = ignoreRange || (ifRange !== undefined && ifRange !== etag) ? 0 : startOf(request);
    if (from >= file.length && from > 0) {
      response.writeHead(416, { 'content-range': `bytes */${String(file.length)}` }).end();
      return;
    }
    const rest = file.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': length ?? rest.length,
      ...(etag !== undefined && { etag }),
      ...(from > 0 && {
        'content-range': `bytes ${String(from)}-${String(file.length - 1)}/${String(file.length)}`,
      }),
    });
    const until = breakAfter ?? stallAfter;
    if (until === undefined) response.end(rest);
    else
      response.write(
        rest.subarray(0, until),
        () => breakAfter !== undefined && setTimeout(() => response.destroy(), 40),
      );
  };

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Handler =>
  (_, response) =>
    response.writeHead(code, headers).end('no');

export const redirect = (location: string): Handler => status(302, { location });
