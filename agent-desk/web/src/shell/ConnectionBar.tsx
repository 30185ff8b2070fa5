/** The bar that tells how the line stands: lost and when it is tried again, back and what went out, a newer version. */
import { Button } from '@mantine/core';
import { IconCircleCheck, IconRefresh, IconWifiOff, IconX } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useT } from '../kit/words.ts';
import { localNow } from '../lib/now.ts';
import { useDesk, useLine } from '../live/context.ts';
import css from './Shell.module.css';

/** A break shorter than this is not worth a bar that comes and goes. */
const showAfterMs = 900;
const restoredMs = 5_000;

/** One bar: sign, title, text, what can be done. */
export function Bar({ tone, icon, title, children, action }: { tone: 'warn' | 'ok'; icon: ReactNode; title: string;
  children: ReactNode; action?: ReactNode }) {
  return <div className={css.banner} data-tone={tone}>{icon}<strong>{title}</strong>
    <span className="grow">{children}</span>{action}</div>;
}

function Lost({ retryAt, restarting }: { retryAt: number | null; restarting: boolean }) {
  const t = useT();
  const { live } = useDesk();
  const [now, setNow] = useState(localNow);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const first = window.setTimeout(() => { setShown(true); }, showAfterMs);
    const timer = window.setInterval(() => { setNow(localNow()); }, 500);
    return () => { window.clearTimeout(first); window.clearInterval(timer); };
  }, []);
  if (!shown) return null;
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return (
    <Bar tone="warn" icon={<IconWifiOff size={18} stroke={1.75} aria-hidden="true" />}
      title={restarting ? t('live.restarting') : t('live.lost')}
      action={<Button size="xs" variant="default" onClick={live.tryNow}>{t('live.tryNow')}</Button>}>
      {restarting ? t('live.restartingText') : seconds > 0 ? t('live.lostText', { seconds }) : t('live.tryingText')}
    </Bar>
  );
}

/** Shows nothing while all is well. Screen readers hear the title once, not every second. */
export function ConnectionBanner() {
  const t = useT();
  const { live } = useDesk();
  const line = useLine();
  const [seen, setSeen] = useState(line.restored);
  useEffect(() => {
    if (line.restored === seen) return undefined;
    const timer = window.setTimeout(() => { setSeen(line.restored); }, restoredMs);
    return () => { window.clearTimeout(timer); };
  }, [line.restored, seen]);
  const said = line.phase === 'lost' ? t('live.lost')
    : line.phase === 'online' && line.restored > seen ? t('live.restored') : '';
  return (
    <>
      <span className="sr" role="status">{said}</span>
      {line.phase === 'lost' || (line.phase === 'connecting' && line.retryAt !== null)
        ? <Lost retryAt={line.retryAt} restarting={line.restarting} /> : null}
      {line.phase === 'outdated'
        ? (
          <Bar tone="warn" icon={<IconRefresh size={18} stroke={1.75} aria-hidden="true" />}
            title={t('live.oldVersion')}
            action={<Button size="xs" onClick={() => { window.location.reload(); }}>{t('live.reload')}</Button>}>
            {t('live.oldVersionText')}
          </Bar>
        ) : null}
      {line.phase === 'online' && line.restored > seen
        ? (
          <Bar tone="ok" icon={<IconCircleCheck size={18} stroke={1.75} aria-hidden="true" />}
            title={t('live.restored')}
            action={(
              <button type="button" className={css.bannerClose} aria-label={t('app.close')} title={t('app.close')}
                onClick={() => { setSeen(live.line().restored); }}>
                <IconX size={16} stroke={1.75} />
              </button>
            )}>
            {line.sentOnRestore > 0 ? t('live.restoredSent', { n: line.sentOnRestore }) : t('live.restoredText')}
          </Bar>
        ) : null}
    </>
  );
}
