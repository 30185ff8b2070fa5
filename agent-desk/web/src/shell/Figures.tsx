/** What the agent finished today; shown only where the server tells it. */
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { useCan } from '../kit/hooks.ts';
import { useLocale, useT } from '../kit/words.ts';
import { span } from '../lib/time.ts';
import { keys } from '../live/keys.ts';
import css from './Shell.module.css';

interface Today { today?: { closed: number; handlingS?: number | null } }

/** "Hari ini 34 selesai · AHT 06.12". */
export function Figures() {
  const t = useT();
  const locale = useLocale();
  const { data } = useQuery({
    queryKey: keys.figures, enabled: useCan('interaction.read'), staleTime: 60_000, retry: 0,
    queryFn: ({ signal }) => api.get<Today>('/interactions/counts', { signal }),
  });
  if (data?.today === undefined) return null;
  const { closed, handlingS } = data.today;
  return (
    <p className={css.figures}>
      {t('presence.today')} <strong className="num">{closed}</strong> {t('presence.done')}
      {handlingS === undefined || handlingS === null ? null
        : <> · {t('presence.aht')} <strong className="num">{span(handlingS * 1000, locale)}</strong></>}
    </p>
  );
}
