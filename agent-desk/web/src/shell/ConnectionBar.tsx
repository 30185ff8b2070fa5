/** The bar that tells how the line stands: lost and when it is tried again, back and what went out, a newer version. */
import { Button } from '@mantine/core';
import { IconCircleCheck, IconRefresh, IconWifiOff, IconX } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { usePhone } from '../kit/hooks.ts';
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

/** How often the seconds to the next try are counted anew. */
const countEveryMs = 500;

function Lost({ retryAt, restarting }: { retryAt: number | null; restarting: boolean }) {
  const t = useT();
  const { live } = useDesk();
  const phone = usePhone();
  const [now, setNow] = useState(localNow);
  useEffect(() => {
    const timer = window.setInterval(() => { setNow(localNow()); }, countEveryMs);
    return () => { window.clearInterval(timer); };
  }, []);
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return (
    <Bar tone="warn" icon={<IconWifiOff size={18} stroke={1.75} aria-hidden="true" />}
      title={restarting ? t('live.restarting') : t('live.lost')}
      action={phone ? (
        <button type="button" className={css.bannerAct} aria-label={t('live.tryNow')} title={t('live.tryNow')}
          onClick={live.tryNow}><IconRefresh size={20} stroke={1.75} /></button>
      ) : <Button size="xs" variant="default" onClick={live.tryNow}>{t('live.tryNow')}</Button>}>
      {restarting ? t('live.restartingText') : seconds > 0 ? t('live.lostText', { seconds }) : t('live.tryingText')}
    </Bar>
  );
}

function Outdated() {
  const t = useT();
  return (
    <Bar tone="warn" icon={<IconRefresh size={18} stroke={1.75} aria-hidden="true" />} title={t('live.oldVersion')}
      action={<Button size="xs" onClick={() => { window.location.reload(); }}>{t('live.reload')}</Button>}>
      {t('live.oldVersionText')}
    </Bar>
  );
}

function Restored({ sent, onClose }: { sent: number; onClose: () => void }) {
  const t = useT();
  return (
    <Bar tone="ok" icon={<IconCircleCheck size={18} stroke={1.75} aria-hidden="true" />} title={t('live.restored')}
      action={(
        <button type="button" className={css.bannerAct} aria-label={t('app.close')} title={t('app.close')}
          onClick={onClose}><IconX size={16} stroke={1.75} /></button>
      )}>
      {sent > 0 ? t('live.restoredSent', { n: sent }) : t('live.restoredText')}
    </Bar>
  );
}

/** True from `showAfterMs` after `on` has become true until it is no more. */
function useLasting(on: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!on) return undefined;
    const timer = window.setTimeout(() => { setLasting(true); }, showAfterMs);
    return () => { window.clearTimeout(timer); setLasting(false); };
  }, [on]);
  return on && lasting;
}

/**
 * The bar that stands in the top bar, in place of figures that would be old by now: the page below stays where it is.
 * undefined while all is well. `said` is what screen readers hear: the title once, not every second.
 */
export function useConnectionBar(): { bar: ReactNode | undefined; said: string } {
  const t = useT();
  const { live } = useDesk();
  const line = useLine();
  const [seen, setSeen] = useState(line.restored);
  useEffect(() => {
    if (line.restored === seen) return undefined;
    const timer = window.setTimeout(() => { setSeen(line.restored); }, restoredMs);
    return () => { window.clearTimeout(timer); };
  }, [line.restored, seen]);
  const lost = useLasting(line.phase === 'lost' || (line.phase === 'connecting' && line.retryAt !== null));
  if (lost) {
    return { said: line.restarting ? t('live.restarting') : t('live.lost'),
      bar: <Lost retryAt={line.retryAt} restarting={line.restarting} /> };
  }
  if (line.phase === 'outdated') return { said: t('live.oldVersion'), bar: <Outdated /> };
  if (line.phase === 'online' && line.restored > seen) {
    return { said: t('live.restored'),
      bar: <Restored sent={line.sentOnRestore} onClose={() => { setSeen(live.line().restored); }} /> };
  }
  return { said: '', bar: undefined };
}
