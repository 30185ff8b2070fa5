/** An import of users while it runs: what the server said of the file, and the portions it is made in. */
import { useRef, useState } from 'react';
import { api } from '../kit/index.ts';
import { portions } from './portions.ts';
import type { PasswordLink } from './types.ts';

export interface ImportLine {
  line: number; npk: string; name: string; site: string; team: string; roles: string; queues: string;
  state: 'NEW' | 'EXISTS' | 'WRONG'; issues: { column: string; code: string; word?: string }[];
}

export interface Made { line: number; npk: string; name: string; link?: PasswordLink }

interface Preview { items: ImportLine[]; rowsPerRequest: number }

export interface ImportRun {
  preview: Preview | undefined;
  made: Made[];
  phase: 'idle' | 'checking' | 'ready' | 'making' | 'stopped' | 'done';
  failure: unknown;
  check: (csv: string) => Promise<void>;
  make: () => Promise<void>;
  reset: () => void;
}

/**
 * Checks a file and makes its new users portion by portion. A portion whose answer was lost is asked for again under
 * the same key, so nobody is made twice; what was made stays in `made` whatever happens after. `onMade` follows each.
 */
export function useImport(onMade: () => void): ImportRun {
  const [csv, setCsv] = useState('');
  const [preview, setPreview] = useState<Preview>();
  const [made, setMade] = useState<Made[]>([]);
  const [phase, setPhase] = useState<ImportRun['phase']>('idle');
  const [failure, setFailure] = useState<unknown>();
  const keys = useRef(new Map<string, string>());

  const check = async (text: string): Promise<void> => {
    setPhase('checking');
    setFailure(undefined);
    try {
      const answer = await api.post<Preview>('/users/import/preview', { csv: text });
      setCsv(text);
      setPreview(answer);
      setPhase('ready');
    } catch (error) {
      setFailure(error);
      setPhase('idle');
    }
  };

  const make = async (): Promise<void> => {
    setPhase('making');
    setFailure(undefined);
    const done = new Set(made.map((each) => each.line));
    const fresh = (preview?.items ?? []).filter((each) => each.state === 'NEW' && !done.has(each.line));
    try {
      for (const part of portions(fresh.map((each) => each.line), preview?.rowsPerRequest ?? 1)) {
        const name = part.join();
        const key = keys.current.get(name) ?? crypto.randomUUID();
        keys.current.set(name, key);
        const answer = await api.post<{ items: Made[] }>('/users/import', { csv, lines: part },
          { idempotencyKey: key });
        setMade((before) => [...before, ...answer.items]);
        onMade();
      }
      setPhase('done');
    } catch (error) {
      setFailure(error);
      setPhase('stopped');
    }
  };

  const reset = (): void => {
    keys.current.clear();
    setCsv('');
    setPreview(undefined);
    setMade([]);
    setFailure(undefined);
    setPhase('idle');
  };
  return { preview, made, phase, failure, check, make, reset };
}

/** How many lines stand in each state. */
export function countStates(lines: readonly ImportLine[]): Record<ImportLine['state'], number> {
  const counts = { NEW: 0, EXISTS: 0, WRONG: 0 };
  for (const { state } of lines) counts[state] += 1;
  return counts;
}

