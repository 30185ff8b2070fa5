/**
 * The log: pino's JSON lines. Callers pass ids and codes; what could hold a person's data is cut off here once
 * more (RA09).
 */
import { pino, type Logger } from 'pino';
import type { Log } from '#domain/work.ts';

const REDACTED = ['password', '*.password', 'token', '*.token', 'secret', '*.secret', 'cookie', '*.cookie',
  'text', '*.text', 'body', '*.body', 'handle', '*.handle', 'phone', '*.phone', 'email', '*.email',
  'req.headers', 'headers'];

/** The process's logger. Lines go to stdout; CR and LF cannot break out of a JSON line (RS20). */
export function createLog(level: string): Log & { pino: Logger } {
  const logger = pino({
    level, base: undefined, redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: {
      // A driver's message can quote a row: its code says enough.
      err: (error: Error & { code?: string }) => ({ name: error.name, code: error.code,
        message: error.code === undefined ? error.message : undefined,
        at: error.stack?.split('\n').filter((line) => line.startsWith('    at ')).slice(0, 12) }),
    },
  });
  return {
    pino: logger,
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}
