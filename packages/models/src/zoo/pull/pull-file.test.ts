import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { flakyServer, redirect, serve, status, type FlakyServer } from './flaky-server.test.support.js';
import { pullFile, type PullOptions } from './pull-file.js';

const content = randomBytes(200_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const impatient = { stall: 150, attempts: 3, pause: 1 };
let server: FlakyServer;
let folder: string;
beforeAll(async () => {
  server = await flakyServer();
});
afterAll(() => server.close());
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'pull-')), 'models');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const pinned = () => ({
  ...{ file: 'weights.pth', bytes: content.length, sha256 },
  source: { url: `${server.url}/weights.pth` },
});
const pull = (options: Partial<PullOptions> = {}): Promise<string> =>
  pullFile(pinned(), { folder, ...impatient, ...options });
const kept = (): Buffer => readFileSync(join(folder, 'weights.pth.partial', 'data'));
const names = (): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** The file is there, whole, and nothing beside it. */
const expectWhole = (): void => {
  expect(readFileSync(join(folder, 'weights.pth')).equals(content)).toBe(true);
  expect(names()).toEqual(['weights.pth']);
};

describe('pulling a file', () => {
  it('makes the folder, tells how far it is, and does nothing the second time', async () => {
    server.answer(serve(content));
    const progress: number[] = [];
    expect(await pull({ onProgress: (done, total) => progress.push(done / total) })).toBe('pulled');
    expectWhole();
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    server.answer(status(500));
    expect(await pull()).toBe('present');
    expect(server.asked).toEqual([]);
  });

  it('replaces a file that was altered', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'weights.pth'), Buffer.alloc(content.length));
    server.answer(serve(content));
    const notes: string[] = [];
    expect(await pull({ onNote: (note) => notes.push(note) })).toBe('pulled');
    expect(notes[0]).toContain('is not what it should be');
    expectWhole();
  });

  it('goes on where a connection broke off, with the ETag that it had', async () => {
    server.answer(serve(content, { etag: '"a"', breakAfter: 70_000 }), serve(content, { etag: '"a"' }));
    await pull();
    expect(server.asked).toHaveLength(2);
    expect(server.asked[1]).toMatchObject({ range: 'bytes=70000-', ifRange: '"a"' });
    expectWhole();
  });

  it('gives up a connection that stalls, and goes on', async () => {
    server.answer(serve(content, { stallAfter: 50_000 }), () => undefined, serve(content));
    const notes: string[] = [];
    await pull({ onNote: (note) => notes.push(note) });
    expect(notes).toEqual([
      'the server stopped sending; trying again in 1 s',
      'the server did not answer in time; trying again in 1 s',
    ]);
    expectWhole();
  });

  it.each([
    ['ignores ranges', { ignoreRange: true }],
    ['has another ETag than before', { etag: '"b"' }],
  ])('begins anew where the server %s', async (_, second) => {
    server.answer(serve(content, { etag: '"a"', breakAfter: 70_000 }), serve(content, second));
    await pull();
    expectWhole();
  });

  it('does not mix two files where a server changes the ETag midway and sends the part all the same', async () => {
    server.answer(
      serve(randomBytes(content.length), { etag: '"a"', breakAfter: 70_000 }),
      (request, response) => {
        delete request.headers['if-range'];
        serve(content, { etag: '"b"' })(request, response);
      },
      serve(content, { etag: '"b"' }),
    );
    await pull();
    expectWhole();
  });

  it('goes on with what another process has left, also from another place', async () => {
    server.answer(serve(content, { etag: '"a"', breakAfter: 90_000 }), status(404));
    await expect(pull()).rejects.toMatchObject({ code: 'models/PULL_FAILED' });
    expect(kept().equals(content.subarray(0, 90_000))).toBe(true);
    server.answer(serve(content));
    await pull({ mirror: `${server.url}/mirror/` });
    expect(server.asked).toEqual([{ path: '/mirror/weights.pth', range: 'bytes=90000-', ifRange: undefined }]);
    expectWhole();
  });

  it('begins anew where what was left is of another file', async () => {
    server.answer(serve(randomBytes(content.length), { breakAfter: 90_000 }), status(404));
    await expect(pull()).rejects.toMatchObject({ code: 'models/PULL_FAILED' });
    server.answer(serve(content));
    const notes: string[] = [];
    await pull({ onNote: (note) => notes.push(note) });
    expect(notes).toHaveLength(2);
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=90000-', undefined]);
    expectWhole();
  });

  it.each([
    ['other bytes', () => serve(randomBytes(content.length)), 'got SHA-256 '],
    ['more bytes', () => serve(Buffer.concat([content, content])), 'got more than 200000 bytes'],
  ])('refuses %s, and keeps nothing', async (_, handler, message) => {
    server.answer(handler());
    const failure = pull();
    await expect(failure).rejects.toMatchObject({ code: 'models/PULL_WRONG_BYTES' });
    await expect(failure).rejects.toThrow(message);
    expect(names()).toEqual([]);
  });

  it.each([
    ['fewer bytes than it says', () => serve(content.subarray(0, 60_000), { length: content.length })],
    ['a length that is too small', () => serve(content, { length: 60_000, ignoreRange: true })],
    ['a file that is too short', () => serve(content.subarray(0, 60_000))],
  ])('never takes for whole what a server cut off that sends %s', async (_, handler) => {
    server.answer(handler());
    await expect(pull()).rejects.toMatchObject({ code: 'models/PULL_FAILED' });
    expect(existsSync(join(folder, 'weights.pth'))).toBe(false);
  });

  it('tries again after 503 and 429, as long as the server asks, and after 416 from the beginning', async () => {
    server.answer(
      status(503),
      status(429, { 'retry-after': '0' }),
      serve(content, { breakAfter: 10_000 }),
      status(416),
      serve(content),
    );
    await pull();
    expect(server.asked.map(({ range }) => range)).toEqual([
      undefined,
      undefined,
      undefined,
      'bytes=10000-',
      undefined,
    ]);
    expectWhole();
  });

  it.each([
    [404, 1, 'Take a copy of the file from elsewhere'],
    [500, 3, 'the same command goes on with it'],
  ])('says what to do about %i, after %i tries', async (code, tries, advice) => {
    server.answer(status(code));
    await expect(pull()).rejects.toThrow(new RegExp(`the server answered ${String(code)}\\. .*${advice}`));
    expect(server.asked).toHaveLength(tries);
  });

  it('follows redirects, relative ones too', async () => {
    server.answer(redirect('/elsewhere/weights'), redirect(`${server.url}/last`), serve(content));
    await pull();
    expect(server.asked.map(({ path }) => path)).toEqual(['/weights.pth', '/elsewhere/weights', '/last']);
    expectWhole();
  });

  it.each([
    ['/weights.pth', 'leads in a circle'],
    ['ftp://127.0.0.1/x', 'no web address'],
    ['file:///etc/passwd', 'no web address'],
  ])('does not follow a redirect to %s', async (location, message) => {
    server.answer(redirect(location));
    await expect(pull()).rejects.toThrow(message);
    expect(server.asked).toHaveLength(1);
  });

  it('does not follow redirects for ever', async () => {
    let count = 0;
    server.answer((request, response) => redirect(`/${String(count++)}`)(request, response));
    await expect(pull()).rejects.toThrow('more than 10 times');
  });

  it('shows no password and no token of a mirror', async () => {
    server.answer(status(403));
    const mirror = server.url.replace('//', '//me:secret@');
    const failure = await pull({ mirror }).catch((error: unknown) => String(error));
    expect(failure).toContain('403');
    expect(failure).not.toContain('secret');
  });

  it('keeps what has come when it is cancelled, and goes on with it', async () => {
    server.answer(serve(content, { stallAfter: 80_000 }));
    const controller = new AbortController();
    const pulling = pull({
      signal: controller.signal,
      stall: 60_000,
      onProgress: (done) => done >= 80_000 && controller.abort(new Error('enough')),
    });
    await expect(pulling).rejects.toThrow('enough');
    expect(names()).toEqual(['weights.pth.partial']);
    expect(kept()).toHaveLength(80_000);
    server.answer(serve(content));
    await pull();
    expect(server.asked[0]?.range).toBe('bytes=80000-');
    expectWhole();
  });

  it('is safe when several pull the same file at once', async () => {
    server.answer(serve(content, { breakAfter: 120_000 }), serve(content));
    const pulls = await Promise.all([pull(), pull(), pull()]);
    expect(pulls.every((each) => ['pulled', 'present'].includes(each))).toBe(true);
    expectWhole();
  });

  it('takes over what a process has left that was killed, but not from one that lives', async () => {
    server.answer(serve(content));
    const part = (pid: number, size: number): void => {
      const left = join(folder, `weights.pth.partial-${String(pid)}-0123456789ab`);
      mkdirSync(left, { recursive: true });
      writeFileSync(join(left, 'data'), content.subarray(0, size));
    };
    part(999_999_999, 30_000);
    part(process.pid, 60_000);
    await pull();
    expect(server.asked[0]?.range).toBe('bytes=30000-');
    expect(names()).toEqual(['weights.pth', `weights.pth.partial-${String(process.pid)}-0123456789ab`]);
  });

  it('takes a file of this machine, and refuses another', async () => {
    const copy = join(folder, '..', 'copy.pth');
    writeFileSync(copy, content);
    expect(await pull({ from: copy })).toBe('pulled');
    expectWhole();
    rmSync(folder, { recursive: true });
    writeFileSync(copy, content.subarray(1));
    await expect(pull({ from: copy })).rejects.toMatchObject({ code: 'models/PULL_WRONG_BYTES' });
    await expect(pull({ from: join(folder, 'none') })).rejects.toMatchObject({ code: 'models/PULL_FAILED' });
    expect(names()).toEqual([]);
  });

  it('says before it begins that the disk has no room', async () => {
    const huge = { ...pinned(), bytes: Number.MAX_SAFE_INTEGER };
    const failure = pullFile(huge, { folder, ...impatient });
    await expect(failure).rejects.toMatchObject({ code: 'models/MODELS_FOLDER' });
    await expect(failure).rejects.toThrow(/the disk lacks \d+ MB.*SLUICE_MODELS_DIR/);
  });

  it('says that a file stands where its folder should be', async () => {
    writeFileSync(folder, '');
    await expect(pull()).rejects.toMatchObject({ code: 'models/MODELS_FOLDER' });
    rmSync(folder);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'says that the folder may not be written',
    async () => {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o500);
      await expect(pull()).rejects.toMatchObject({ code: 'models/MODELS_FOLDER' });
      chmodSync(folder, 0o700);
    },
  );

  it('goes through the proxy that HTTP_PROXY names, but not to hosts of NO_PROXY', async () => {
    const proxied: string[] = [];
    const proxy = createServer((request, response) => {
      proxied.push(request.url ?? '');
      serve(content)(request, response);
    }).on('connect', (request, socket) => {
      proxied.push(request.url ?? '');
      const { hostname, port } = new URL(`http://${request.url ?? ''}`);
      const through = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    server.answer(serve(content));
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`);
    vi.stubEnv('http_proxy', undefined);
    vi.stubEnv('NO_PROXY', '');
    vi.stubEnv('no_proxy', undefined);
    await pull();
    expectWhole();
    expect(proxied).toHaveLength(1);
    rmSync(folder, { recursive: true });
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    await pull();
    expectWhole();
    expect(proxied).toHaveLength(1);
    proxy.closeAllConnections();
    proxy.close();
  });
});
