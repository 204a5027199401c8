import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Check, Finding } from '../check.js';

/** What installs stage packages here: the project's own choice, and whether npm is at hand. */
export const packageManagerCheck: Check = {
  name: 'package manager',
  run: async ({ cwd }) => packageManagerFinding(await versionOf('npm'), projectManager(cwd)),
};

export function packageManagerFinding(npm: string | undefined, project: string | undefined): Finding {
  const asked = project === undefined ? '' : `this project uses ${project}`;
  if (npm !== undefined) return { state: 'ok', found: [`npm ${npm}`, asked].filter((part) => part !== '').join('; ') };
  const advice = 'install npm, which comes with Node, to add stage packages; what is installed works without';
  return { state: 'warning', found: ['npm is not found', asked].filter((part) => part !== '').join('; '), advice };
}

const lockFiles = { 'pnpm-lock.yaml': 'pnpm', 'package-lock.json': 'npm', 'yarn.lock': 'yarn', 'bun.lock': 'bun' };

/** `packageManager` of the nearest package.json that has it, or whose lock file lies above; the nearer wins. */
function projectManager(folder: string): string | undefined {
  for (let current = folder; ; current = path.dirname(current)) {
    const named = namedIn(path.join(current, 'package.json'));
    const [, locked] = Object.entries(lockFiles).find(([file]) => existsSync(path.join(current, file))) ?? [];
    if (named !== undefined || locked !== undefined) return named ?? locked;
    if (path.dirname(current) === current) return undefined;
  }
}

function namedIn(packageJson: string): string | undefined {
  try {
    const { packageManager } = JSON.parse(readFileSync(packageJson, 'utf8')) as { readonly packageManager?: unknown };
    return typeof packageManager === 'string' ? packageManager.split('+')[0] : undefined;
  } catch {
    return undefined;
  }
}

function versionOf(program: string): Promise<string | undefined> {
  const shell = process.platform === 'win32'; // npm is a batch file there
  return new Promise((resolve) => {
    execFile(program, ['--version'], { shell, timeout: 20_000 }, (failure, stdout) => {
      resolve(failure ? undefined : stdout.trim());
    });
  });
}
