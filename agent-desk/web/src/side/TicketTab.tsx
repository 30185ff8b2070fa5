/** The ticket: its state, its category, the documentation, and the two ways on: to tier 2 or closed. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { IconAlertCircle, IconCheck } from '@tabler/icons-react';
import { useRef, useState, type RefObject } from 'react';
import { api } from '../api/client.ts';
import { whoOf } from '../inbox/Row.tsx';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { Kbd } from '../kit/small.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { formBody, listWords, missingFields, partBody, type FormField } from '../lib/form.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { useDesk } from '../live/context.ts';
import { keys } from '../live/keys.ts';
import { isOpen } from '../live/lists.ts';
import { useTicket } from '../live/queries.ts';
import type { InteractionView, TicketView } from '../live/types.ts';
import { useUnsent } from '../reply/unsent.ts';
import { useSession } from '../session/session.ts';
import { useKeys } from '../shell/useKeys.ts';
import { useBackToList, useForget } from './acting.ts';
import { Fact } from './ContactTab.tsx';
import { Documentation } from './Documentation.tsx';
import { Escalate } from './Escalate.tsx';
import css from './Side.module.css';
import { Timeline } from './Timeline.tsx';
import { useForm } from './useForm.ts';

/** States in which the owner still writes the documentation. */
export function writable(row: InteractionView, me: string): boolean {
  return row.agentId === me && isOpen(row) && row.state !== 'ESCALATED_T2' && row.state !== 'QUEUED';
}

function TicketFacts({ row, ticket }: { row: InteractionView; ticket: TicketView | undefined }) {
  const t = useT();
  const locale = useLocale();
  return (
    <section className={css.section}>
      <dl className={css.facts}>
        <Fact label={t('side.number')}>{row.ticketNumber}</Fact>
        <Fact label={t('side.status')}>{t(`ticketState.${ticket?.state ?? row.ticketState}`)}</Fact>
        {ticket === undefined ? null
          : <Fact label={t('side.opened')}>
          <span className="num">{dayTime(ticket.openedAt, serverNow(), { locale })}</span></Fact>}
        {ticket === undefined || ticket.reopenedCount === 0 ? null
          : <Fact label="">{t('side.reopened', { n: ticket.reopenedCount })}</Fact>}
      </dl>
    </section>
  );
}

function useClose(row: InteractionView, form: ReturnType<typeof useForm>) {
  const t = useT();
  const client = useQueryClient();
  const toList = useBackToList();
  const forget = useForget();
  const { live } = useDesk();
  const [closing, setClosing] = useState(false);
  /** Asked whether what is not sent may go with it. */
  const [ending, setEnding] = useState(false);
  const close = async (): Promise<void> => {
    setClosing(true);
    const refused = live.handsOn([row.id]);
    try {
      if (row.state !== 'DOCUMENTED')
        await api.post(`/interactions/${row.id}/documentation`, formBody(form.form), { version: row.version });
      await api.post(`/interactions/${row.id}/close`);
      forget(row);
      client.setQueryData<InteractionView[]>(keys.mine, (mine) => mine?.filter((each) => each.id !== row.id));
      notifyDone(t('form.closed', { who: whoOf(row) }));
      toList(row.id);
    } catch (error) {
      refused();
      notifyError(t('form.closeFailed'), error);
    } finally {
      setClosing(false);
    }
  };
  return { closing, close, unsent: useUnsent([row]), ending, setEnding };
}

/** Brings the field to the keyboard: at once where it is shown, for the next key may follow before any timer. */
function focusField(root: RefObject<HTMLElement | null>, field: FormField, show: (() => void) | undefined): void {
  const focus = (): void => { root.current?.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus(); };
  if (show === undefined) {
    focus();
    return;
  }
  show();
  window.setTimeout(focus, 0);
}

/** Asks before what was written and not sent is deleted with the closing. */
function EndAnyway({ opened, closing, onClose, onEnd }: { opened: boolean; closing: boolean; onClose: () => void;
  onEnd: () => Promise<void> }) {
  const t = useT();
  return (
    <Modal opened={opened} onClose={onClose} title={t('form.closeAsk')}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className="muted">{t('form.closeText')}</p>
      <div className={css.dialogActions}>
        <Button variant="default" data-autofocus onClick={onClose}>{t('app.cancel')}</Button>
        <Button color="red" loading={closing} onClick={() => { void onEnd().finally(onClose); }}>
          {t('form.closeAnyway')}</Button>
      </div>
    </Modal>
  );
}

/** `shown`: its tab is chosen; the keys D, E and X act in any case and bring it forward. */
export function TicketTab({ row, shown, onShow }: { row: InteractionView; shown: boolean; onShow: () => void }) {
  const t = useT();
  const { user } = useSession();
  const ticket = useTicket(row.ticketId).data;
  const form = useForm(row, ticket, user.id);
  const { closing, close, unsent, ending, setEnding } = useClose(row, form);
  const [escalating, setEscalating] = useState(false);
  const [asked, setAsked] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const mine = writable(row, user.id);
  const documented = row.state === 'DOCUMENTED';
  const missing = documented ? [] : missingFields(form.form);
  const goTo = (field: FormField): void => { focusField(root, field, shown ? undefined : onShow); };
  const tryClose = (): void => {
    const [first] = missing;
    setAsked(true);
    if (first !== undefined) goTo(first);
    else if (unsent) setEnding(true);
    else if (!closing) void close();
  };
  useKeys(mine ? {
    D: () => { goTo(missing[0] ?? 'category'); },
    E: documented ? undefined : () => { setEscalating(true); },
    X: tryClose,
  } : {});
  const words: Record<FormField, string> =
    { category: t('form.category'), outcome: t('form.outcome'), summary: t('form.summary') };
  return (
    <div className={css.ticket} hidden={!shown} ref={root}>
      <div className={css.ticketScroll}>
        <TicketFacts row={row} ticket={ticket} />
        <section className={css.section} aria-labelledby="documentation-title">
          <div className={css.formHead}>
            <h2 id="documentation-title">{t('form.title')}</h2>{mine ? <Kbd>D</Kbd> : null}
            {documented || (mine && missing.length === 0)
              ? <span className="word ok"><IconCheck size={14} stroke={2} aria-hidden="true" />
                {t(documented ? 'form.saved' : 'form.complete')}</span>
              : mine ? <span className="word warn"><IconAlertCircle size={14} stroke={2} aria-hidden="true" />
                {t('form.missing', { n: missing.length })}</span> : null}
          </div>
          <Documentation row={row} form={form.form} onChange={form.change} missing={asked ? missing : []}
            disabled={!mine || documented} />
          {mine ? null : <p className={`meta ${css.hint}`}>{t('form.readOnly')}</p>}
        </section>
        <Timeline ticketId={row.ticketId} />
      </div>
      {mine ? (
        <div className={css.foot}>
          <p className={css.footWhy} id="close-why">
            {missing.length > 0 ? t('form.fillToClose',
              { fields: listWords(missing.map((field) => words[field]), t('form.and')) }) : t('form.closeHint')}
          </p>
          <div className={css.footButtons}>
            <Button variant="default" onClick={() => { setEscalating(true); }} rightSection={<Kbd>E</Kbd>}
              aria-keyshortcuts="E" disabled={documented}>{t('form.escalate')}</Button>
            <Button variant={missing.length > 0 ? 'default' : 'filled'}
              data-disabled={missing.length > 0 || undefined} aria-disabled={missing.length > 0}
              aria-describedby="close-why" aria-keyshortcuts="X" loading={closing} onClick={tryClose}
                rightSection={<Kbd>X</Kbd>}>
              {t('form.close')}
            </Button>
          </div>
        </div>
      ) : null}
      <Escalate row={row} form={form.isTyped ? partBody(form.form) : undefined}
        opened={escalating} onClose={() => { setEscalating(false); }} />
      <EndAnyway opened={ending} closing={closing} onClose={() => { setEnding(false); }} onEnd={close} />
    </div>
  );
}
