import { request, type Dispatcher } from 'undici';

/** A server's answer to a request for a file from one of its bytes on. */
export interface BytesAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the answer early. */
  readonly drop: () => void;
}

export interface BytesRequest {
  /** First byte that is wanted. */
  readonly from: number;
  /** The part is wanted only of the file that this names; else all of it. */
  readonly ifRange: string | undefined;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
}

/** A redirect that is not followed: asking again would not help. */
export class BadRedirect extends Error {}

const MAX_REDIRECTS = 10;

/** Asks for a file's bytes; follows redirects, but never from https to http, to another protocol, or round in circles. */
export async function requestBytes(
  url: string,
  { from, ifRange, dispatcher, signal }: BytesRequest,
): Promise<BytesAnswer> {
  const seen = new Set<string>();
  let place = new URL(url);
  const { origin, username, password } = place;
  for (;;) {
    seen.add(place.href);
    const account = place.origin === origin && username !== '' && basic(username, password);
    const bare = new URL(place);
    bare.username = bare.password = '';
    const { statusCode, headers, body } = await request(bare, {
      headers: {
        'accept-encoding': 'identity',
        ...(from > 0 && { range: `bytes=${String(from)}-` }),
        ...(from > 0 && ifRange !== undefined && { 'if-range': ifRange }),
        ...(account !== false && { authorization: account }),
      },
      dispatcher,
      signal,
    });
    const drop = (): void => void body.on('error', () => undefined).destroy();
    const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()[0]]));
    const { location } = plain;
    if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) {
      return { status: statusCode, headers: plain, body, drop };
    }
    drop();
    place = nextPlace(place, location, seen);
  }
}

export function nextPlace(place: URL, location: string, seen: ReadonlySet<string>): URL {
  const next = URL.canParse(location, place.href) ? new URL(location, place) : undefined;
  if (next === undefined || !/^https?:$/.test(next.protocol))
    throw new BadRedirect(`it leads to ${location}, which is no web address`);
  if (place.protocol === 'https:' && next.protocol === 'http:')
    throw new BadRedirect(`it leads from https to http (${withoutAccount(next.href)}), which is not followed`);
  if (seen.has(next.href)) throw new BadRedirect(`it leads in a circle, back to ${withoutAccount(next.href)}`);
  if (seen.size > MAX_REDIRECTS) throw new BadRedirect(`it leads on more than ${String(MAX_REDIRECTS)} times`);
  return next;
}

const basic = (name: string, word: string): string =>
  `Basic ${Buffer.from(`${decodeURIComponent(name)}:${decodeURIComponent(word)}`).toString('base64')}`;

/** A URL as it may be shown: without name and password, and without a query, which may hold a token. */
export function withoutAccount(url: string): string {
  if (!URL.canParse(url)) return url;
  const shown = new URL(url);
  shown.username = shown.password = shown.search = '';
  return shown.href;
}
