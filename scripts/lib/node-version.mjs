/** Throws where `version` (`20.11.1`) is older than what `range` (`>=20.19`) asks for. */
export function assertNodeVersion(version, range) {
  const wanted = numbers(range.replace('>=', ''));
  const found = numbers(version);
  const first = wanted.findIndex((number, index) => number !== (found[index] ?? 0));
  if (first >= 0 && (found[first] ?? 0) < wanted[first]) {
    throw new Error(
      `Node ${range.replace('>=', '')} or newer is needed, this is ${version}. Get it from https://nodejs.org/.`,
    );
  }
}

const numbers = (text) => text.split('.').map(Number);
