/**
 * Silence: libsignal prints session keys by console.info, Baileys logs stanzas. Import this before either. Nothing that
 * they say leaves the process; what people must know is told through the line, in our words.
 */
type Say = (...words: unknown[]) => void;

const silent: Say = () => undefined;

/** Every way to print of this process. */
export function silenceConsole(): void {
  for (const way of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const) {
    console[way] = silent as never;
  }
}

interface Quiet { level: string; child(): Quiet; trace: Say; debug: Say; info: Say; warn: Say; error: Say; fatal: Say }

/** The logger that Baileys gets. */
export const quietLogger: Quiet = { level: 'silent', child: () => quietLogger, trace: silent, debug: silent,
  info: silent, warn: silent, error: silent, fatal: silent };
