import { Writable } from 'node:stream';
import { coreErrors } from '../errors/core-errors.js';
import type { LogLine, LogWriter } from '../services/log-writer.js';
import type { Logger } from '../services/logger.js';
import { logRelay } from './log-relay.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface RunLogger {
  readonly logger: Logger;
  /** A logger that names the stage in each line. */
  readonly child: (stage: string) => Logger;
  /** Gives every line that the file gets, those until now first, to another writer too; without one, to nobody. */
  readonly relay: (writer: LogWriter | undefined) => void;
  /** Resolves when all is on disk; rejects with what the file, or the other writer, failed of. */
  readonly close: () => Promise<void>;
}

export interface RunLoggerOptions {
  /** JSON Lines, appended. */
  readonly file: string;
  readonly level: LogLevel;
  /** Level of the lines that also go to stderr; nothing goes to stdout. */
  readonly console: LogLevel | 'silent';
  /** Takes these lines instead of stderr, so that a progress view can draw around them. */
  readonly write?: (line: string) => void;
}

/** winston with a file and, unless silent, stderr. Imported when a run starts: `validate` must not wait for it. */
export async function openRunLogger(options: RunLoggerOptions): Promise<RunLogger> {
  const { createLogger, format, transports } = await import('winston');
  const file = new transports.File({
    filename: options.file,
    level: options.level,
    format: format.combine(format.timestamp(), format.errors({ stack: true }), format.json()),
  });
  const logger = createLogger({ transports: [file] });
  if (options.console !== 'silent') {
    const line = format.printf(({ level, message, stage }) => {
      return `${level}: ${typeof stage === 'string' ? `[${stage}] ` : ''}${String(message)}`;
    });
    const { console: level, write } = options;
    const stream = write === undefined ? process.stderr : writableOf(write);
    logger.add(new transports.Stream({ level, stream, format: line, eol: '\n' }));
  }
  const relay = logRelay();
  logger.on('data', (info: Info) => {
    if (RANKS[info.level] <= RANKS[options.level]) relay.push(lineOf(info));
  });
  let failure: Error | undefined;
  file.on('error', (error: Error) => {
    failure ??= error;
  });
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      logger.once('finish', resolve);
      file.once('error', () => resolve());
      if (failure !== undefined) resolve();
      logger.end();
    });
    if (failure !== undefined) throw failure;
    if (relay.failure() !== undefined) throw coreErrors.LOGGER_FAILED(undefined, { cause: relay.failure() });
  };
  return { logger, child: (stage) => logger.child({ stage }), relay: relay.open, close };
}

type Info = Readonly<Record<string, unknown>> & { readonly level: LogLevel; readonly message: unknown };

const RANKS: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

function lineOf({ level, message, stage, ...details }: Info): LogLine {
  return { level, message: String(message), ...(typeof stage === 'string' && { stage }), details };
}

function writableOf(write: (line: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      write(String(chunk).replace(/\n$/, ''));
      done();
    },
  });
}
