/**
 * The offer at the lower right: who, which channel, why to me, how long still. Enter takes it when the focus is in no
 * field, Esc declines with a reason. It never takes the focus and stays inside the side pane, so that Kirim is never
 * covered.
 */
import { Button, Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconClock, IconGauge, IconUserCheck } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { ApiError } from '../api/client.ts';
import { ChannelIcon, channelName } from '../inbox/ChannelIcon.tsx';
import { whoOf } from '../inbox/Row.tsx';
import { notifyError, notifyWarn } from '../kit/notify.ts';
import { Bdi, Kbd } from '../kit/small.tsx';
import { codeWord, useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { span } from '../lib/time.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import { withMine } from '../live/lists.ts';
import { useAgent, useOffers, useReasons } from '../live/queries.ts';
import type { InteractionView, OfferView } from '../live/types.ts';
import { useSession } from '../session/session.ts';
import { reasonLabel } from '../shell/PresenceSwitch.tsx';
import { ownsEnter, useKeys } from '../shell/useKeys.ts';
import { useNow } from '../shell/useNow.ts';
import css from './Offer.module.css';

const ringSize = 48;
const ringRadius = 22;
const around = 2 * Math.PI * ringRadius;

function Countdown({ offer }: { offer: OfferView }) {
  const t = useT();
  const now = useNow(250);
  const whole = new Date(offer.expiresAt).getTime() - new Date(offer.offeredAt).getTime();
  const left = Math.max(0, new Date(offer.expiresAt).getTime() - now);
  const seconds = Math.ceil(left / 1000);
  return (
    <span className={css.ring} role="timer" aria-label={t('offer.seconds', { n: seconds })}>
      <svg width={ringSize} height={ringSize} aria-hidden="true">
        <circle cx={24} cy={24} r={ringRadius} className={css.track} />
        <circle cx={24} cy={24} r={ringRadius} className={css.arc} transform="rotate(-90 24 24)"
          strokeDasharray={around}
          strokeDashoffset={around * (1 - (whole <= 0 ? 0 : Math.min(1, left / whole)))} />
      </svg>
      <span className="num" aria-hidden="true">{seconds}</span>
    </span>
  );
}

function useOfferActions(offer: OfferView | undefined) {
  const t = useT();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { live } = useDesk();
  const { user } = useSession();
  const [busy, setBusy] = useState(false);
  const remove = useCallback((id: string) => {
    client.setQueryData<OfferView[]>(keys.offers, (offers = []) => offers.filter((each) => each.id !== id));
  }, [client]);
  const fail = useCallback((id: string, error: unknown) => {
    if (error instanceof ApiError && error.code === 'OFFER_GONE') {
      remove(id);
      notifyWarn(t('offer.gone'), t('offer.goneText'));
    } else {
      notifyError(t('error.title'), error);
    }
  }, [remove, t]);
  const take = async (): Promise<void> => {
    if (offer === undefined || busy) return;
    setBusy(true);
    try {
      const { interaction } = await live.request('offer:accept', { offerId: offer.id });
      live.lately.row(interaction);
      client.setQueryData(keys.interaction(interaction.id), interaction);
      client.setQueryData<InteractionView[]>(keys.mine, (mine) => withMine(mine ?? [], interaction, user.id));
      remove(offer.id);
      navigate(`/i/${interaction.id}`);
    } catch (error) {
      fail(offer.id, error);
    } finally {
      setBusy(false);
    }
  };
  const decline = async (reasonCode: string): Promise<void> => {
    if (offer === undefined) return;
    try {
      await live.request('offer:decline', { offerId: offer.id, reasonCode });
      remove(offer.id);
    } catch (error) {
      fail(offer.id, error);
    }
  };
  return { busy, take, decline };
}

/** How long after its end an offer may still stand here, should the server's word be late. */
const expiredMs = 3_000;

function useDropExpired(offer: OfferView | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (offer === undefined) return undefined;
    const drop = (): void => {
      client.setQueryData<OfferView[]>(keys.offers, (offers = []) => offers.filter((each) => each.id !== offer.id)); };
    const timer = window.setTimeout(drop, Math.max(0, new Date(offer.expiresAt).getTime() - serverNow()) + expiredMs);
    return () => { window.clearTimeout(timer); };
  }, [client, offer]);
}

/** The oldest open offer; others wait behind it and are counted. */
export function OfferPanel() {
  const t = useT();
  const offers = useOffers();
  const offer = offers[0];
  const { busy, take, decline } = useOfferActions(offer);
  const [declining, setDeclining] = useState(false);
  const announced = offer === undefined ? ''
    : t('offer.arrived', { who: whoOf(offer), channel: channelName(offer.reportName) });
  useDropExpired(offer);
  useEffect(() => { setDeclining(false); }, [offer?.id]);
  useKeys({
    Enter: (event) => {
      if (offer === undefined || ownsEnter(event.target as HTMLElement | null)) return false;
      void take();
      return true;
    },
    Escape: () => {
      if (offer === undefined) return false;
      setDeclining(true);
      return true;
    },
  });
  return (
    <>
      <span className="sr" role="alert">{announced}</span>
      {offer === undefined ? null
        : <OfferCard key={offer.id} offer={offer} more={offers.length - 1} busy={busy} declining={declining}
          onDeclining={setDeclining}
          onTake={() => { void take(); }} onDecline={(code) => { void decline(code); }} />}
    </>
  );
}

interface CardProps {
  offer: OfferView; more: number; busy: boolean; declining: boolean;
  onDeclining: (open: boolean) => void; onTake: () => void; onDecline: (reasonCode: string) => void;
}

/** The card of one offer; what its buttons do is the caller's. */
export function OfferCard({ offer, more, busy, declining, onDeclining, onTake, onDecline }: CardProps) {
  const t = useT();
  const locale = useLocale();
  const reasons = useReasons('DECLINE').data ?? [];
  return (
    <section className={css.card} aria-label={t('offer.title')}>
      <header className={css.head}>
        <Countdown offer={offer} />
        <div className="grow">
          <p className={`word ${css.kind}`}><ChannelIcon channel={offer.channel} medium="" size={14} />
            {t('offer.title')} · {channelName(offer.reportName)}</p>
          <p className={css.name}><Bdi>{whoOf(offer)}</Bdi></p>
        </div>
      </header>
      <Facts offer={offer} />
      <div className={css.actions}>
        <Button size="md" className={css.take} loading={busy} onClick={onTake} rightSection={<Kbd>↵</Kbd>}
          aria-keyshortcuts="Enter">{t('offer.take')}</Button>
        <Menu opened={declining} onChange={onDeclining} position="top-end" width={240}>
          <Menu.Target>
            <Button size="md" variant="default" rightSection={<Kbd>Esc</Kbd>} aria-keyshortcuts="Escape">
              {t('offer.decline')}</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t('offer.declineReason')}</Menu.Label>
            {reasons.map((reason) =>
              <Menu.Item key={reason.id} onClick={() => { onDecline(reason.code); }}>{reasonLabel(reason, locale)}
              </Menu.Item>)}
            {reasons.length === 0
              ? <Menu.Item onClick={() => { onDecline('OTHER'); }}>{t('offer.decline')}</Menu.Item> : null}
          </Menu.Dropdown>
        </Menu>
      </div>
      {more > 0 ? <p className={`meta ${css.more}`}>{t('offer.more', { n: more })}</p> : null}
    </section>
  );
}

/** Why to me: the queue, the skills that were asked for, and what else decided. */
function why(offer: OfferView, t: ReturnType<typeof useT>): string {
  return [offer.queueName, ...(offer.skills ?? []).map((skill) => t('offer.reason.skill', { skill })),
    ...offer.reasons.map((code) => codeWord('offer.reason', code))].join(' · ');
}

function Facts({ offer }: { offer: OfferView }) {
  const t = useT();
  const locale = useLocale();
  const agent = useAgent();
  const now = useNow(1_000);
  // The offer's points are in usedPoints already: they are reserved with it.
  const percent = agent === undefined || agent.capacityPoints === 0 ? undefined
    : Math.round((agent.usedPoints / agent.capacityPoints) * 100);
  return (
    <ul className={css.facts}>
      {offer.waitingSince === null ? null
        : <li><IconClock size={14} stroke={2} aria-hidden="true" />
          <span className="num">
          {t('offer.waiting', { span: span(now - new Date(offer.waitingSince).getTime(), locale) })}</span></li>}
      <li>
        <IconUserCheck size={14} stroke={2} aria-hidden="true" />
        <span>{why(offer, t)}</span>
      </li>
      {percent === undefined ? null
        : <li><IconGauge size={14} stroke={2} aria-hidden="true" /><span>{t('offer.capacityAfter', { percent })}</span>
          </li>}
    </ul>
  );
}
