/** A record's drawer behind its address: /admin/skills/new makes one, /admin/skills/<id> opens that one. */
import type { ReactNode } from 'react';
import { useRecord } from '../data.ts';
import { useWords } from '../use-words.ts';
import { LoadingDrawer } from './editor.tsx';

interface RecordProps<T> {
  noun: string;
  path: string;
  id: string;
  title: string;
  onClose: () => void;
  children: (record: T | undefined, reload: () => Promise<T>) => ReactNode;
}

/**
 * Fetches the record, then hands it to the form; `reload` fetches it anew after a conflict without touching the
 * form.
 */
export function RecordDrawer<T>({ noun, path, id, title, onClose, children }: RecordProps<T>) {
  const w = useWords();
  const query = useRecord<T>(noun, path, id);
  const reload = async (): Promise<T> => {
    const fresh = await query.refetch({ throwOnError: true });
    return fresh.data as T;
  };
  if (id === 'new') return <>{children(undefined, reload)}</>;
  if (query.data === undefined) {
    return <LoadingDrawer title={title === '' ? w('common.loading') : title} onClose={onClose} error={query.error}
      onRetry={() => { void query.refetch(); }} />;
  }
  return <>{children(query.data, reload)}</>;
}
