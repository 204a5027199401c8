/** Where a command writes: `out` gets only data, `err` everything that is for a reader's eyes. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The stream behind `err`, where bars may be drawn in place; undefined where it is no terminal or colours are unwanted. */
  readonly screen: NodeJS.WritableStream | undefined;
}

/** The terminal of this process. A reader that goes away (`| head`) is not an error: what it doesn't read isn't written. */
export function processTerminal(): Terminal {
  const { NO_COLOR, TERM } = process.env;
  const plain = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  return {
    out: writerTo(process.stdout),
    err: writerTo(process.stderr),
    screen: process.stderr.isTTY && !plain ? process.stderr : undefined,
  };
}

function writerTo(stream: NodeJS.WriteStream): (text: string) => void {
  let closed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed = true;
  });
  return (text) => {
    if (!closed) stream.write(text);
  };
}
