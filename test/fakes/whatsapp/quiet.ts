/** Silence for the fake's own phones: libsignal prints session keys, and what a test prints is read as its result. */
type Say = (...words: unknown[]) => void;

const CHATTER = new RegExp('^(Closing (session|open session)|Opening session|Migrating session|Removing old closed'
  + '|Session (already|error)|Failed to decrypt message|Decrypted message with closed)');

/** Drops what libsignal says on the console, and nothing else. */
function hush(): void {
  for (const way of ['info', 'warn', 'error'] as const) {
    const say: Say = console[way].bind(console);
    console[way] = (...words: unknown[]) => {
      if (typeof words[0] !== 'string' || !CHATTER.test(words[0])) say(...words);
    };
  }
}

hush();

const silent: Say = () => undefined;

interface Quiet { level: string; child(): Quiet; trace: Say; debug: Say; info: Say; warn: Say; error: Say; fatal: Say }

/** A logger for Baileys' parts that says nothing. */
export const quiet: Quiet = { level: 'silent', child: () => quiet, trace: silent, debug: silent, info: silent,
  warn: silent, error: silent, fatal: silent };
