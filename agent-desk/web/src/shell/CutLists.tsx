/** Says which lists on the screen are longer than what was fetched: nobody shall take a part for the whole. */
import { IconListDetails } from '@tabler/icons-react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { isCut, wholeRowsMax } from '../api/all.ts';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { Bar } from './ConnectionBar.tsx';

/** The kinds of lists (the second part of their key) that somebody looks at and that were cut, joined by a space. */
function watchCut(client: QueryClient): { subscribe: (tell: () => void) => () => void; kinds: () => string } {
  const cache = client.getQueryCache();
  const seen = (): string => [...new Set(cache.getAll()
    .filter((query) => isCut(query.state.data) && query.getObserversCount() > 0)
    .map((query) => String(query.queryKey[1])))].sort().join(' ');
  let kinds = seen();
  return {
    kinds: () => kinds,
    subscribe: (tell) => {
      kinds = seen();
      return cache.subscribe(({ query }) => {
        // Nearly every event is of a query that is not cut: nothing is reckoned for those.
        if (kinds === '' && !isCut(query.state.data)) return;
        const now = seen();
        if (now === kinds) return;
        kinds = now;
        tell();
      });
    },
  };
}

/** Nothing while every list is whole. */
export function CutLists() {
  const t = useT();
  const locale = useLocale();
  const client = useQueryClient();
  const [watch] = useState(() => watchCut(client));
  const kinds = useSyncExternalStore(watch.subscribe, watch.kinds);
  const names = kinds === '' ? '' : kinds.split(' ').map((kind) => codeWord('cut.of', kind)).join(', ');
  const rows = wholeRowsMax.toLocaleString(locale === 'id' ? 'id-ID' : 'en-GB');
  return (
    <>
      <span className="sr" role="status">{names === '' ? '' : t('cut.title')}</span>
      {names === '' ? null : (
        <Bar tone="warn" icon={<IconListDetails size={18} stroke={1.75} aria-hidden="true" />} title={t('cut.title')}>
          {t('cut.text', { names, n: rows })}
        </Bar>
      )}
    </>
  );
}
