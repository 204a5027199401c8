import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'pull-process-'));
const SIZE = 375_042_383; // of sam_vit_b_01ec64.pth

let close = (): void => undefined;
afterEach(() => close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function mirror(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** Pulls a model in a process of its own; `onErr` sees what it has written to stderr so far. */
function pull(from: string, onErr: (err: string, child: ReturnType<typeof spawn>) => void) {
  const { HTTP_PROXY: _1, http_proxy: _2, ...env } = process.env;
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const args = [program, 'models', 'pull', 'sam-vit-b', '--mirror', from, '--models-dir', folder];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => onErr((err += data.toString()), child));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe.skipIf(!existsSync(program.replace(/bin.sluice\.js$/, 'dist')))('`sluice models pull` as a process', () => {
  it.skipIf(process.platform === 'win32')(
    'keeps what has come when it gets SIGINT, and goes on there with Range and If-Range',
    async () => {
      const asked: (readonly [string | undefined, unknown])[] = [];
      const part = Buffer.alloc(2_000_000, 1);
      const url = await mirror((request, response) => {
        const { range, 'if-range': ifRange } = request.headers;
        asked.push([range, ifRange]);
        if (range !== undefined) response.writeHead(404).end();
        else response.writeHead(200, { 'content-length': SIZE, etag: '"a"' }).write(part);
      });
      const partial = path.join(folder, 'sam_vit_b_01ec64.pth.partial');
      const whenAllHasCome = (child: ReturnType<typeof spawn>): void => {
        const [name] = readdirSync(folder);
        const data = name === undefined ? '' : path.join(folder, name, 'data');
        if (existsSync(data) && statSync(data).size === part.length) child.kill('SIGINT');
        else setTimeout(() => whenAllHasCome(child), 20);
      };
      let begun = false;
      const first = await pull(url, (_, child) => {
        if (!begun) whenAllHasCome(child);
        begun = true;
      });
      expect(first).toMatchObject({ code: 130, out: '' });
      expect(first.err).toMatch(/^sam-vit-b: 0 % of 375 MB\nInterrupted; what has come is kept/);
      expect(statSync(path.join(partial, 'data')).size).toBe(part.length);
      const second = await pull(url, () => undefined);
      expect(second.code).toBe(3);
      expect(second.err).toMatch(/going on with what an earlier pull has left[\s\S]*the server answered 404/);
      expect(asked).toEqual([
        [undefined, undefined],
        ['bytes=2000000-', '"a"'],
      ]);
      expect(readdirSync(folder)).toEqual([path.basename(partial)]);
    },
  );
});
