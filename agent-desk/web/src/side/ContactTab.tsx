/**
 * The customer, masked: what is shown in full is asked for with a reason, recorded, and masked again after a minute.
 */
import { Button, Popover } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { api, ApiError } from '../api/client.ts';
import { ChannelIcon, channelName } from '../inbox/ChannelIcon.tsx';
import { SelectField } from '../kit/fields.tsx';
import { sayError } from '../kit/errors.ts';
import { ErrorState, SkeletonRows } from '../kit/states.tsx';
import { Bdi } from '../kit/small.tsx';
import { useCan } from '../kit/hooks.ts';
import { useLocale, useT } from '../kit/words.ts';
import { zoneName } from '../kit/zone.ts';
import { serverNow } from '../lib/now.ts';
import { clockTime, dayTime, shortDate } from '../lib/time.ts';
import { useCategories, useContact, useReasons } from '../live/queries.ts';
import type { ContactView, InteractionView } from '../live/types.ts';
import { reasonLabel } from '../shell/PresenceSwitch.tsx';
import { ContactForm } from './ContactForm.tsx';
import { Merges, personName } from './Merges.tsx';
import css from './Side.module.css';

const shownMs = 60_000;

/** One line of facts. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return <div className={css.fact}><dt>{label}</dt><dd>{children}</dd></div>;
}

interface MaskedProps { contactId: string; field: 'phone' | 'handle' | 'email'; pointId?: string; masked: string;
  label: string }

/** A masked value with "Tampilkan": the reason first, then the value for a minute. */
function Masked({ contactId, field, pointId, masked, label }: MaskedProps) {
  const t = useT();
  const mayUnmask = useCan('contact.unmask');
  const [value, setValue] = useState<string | null>(null);
  useEffect(() => {
    if (value === null) return undefined;
    const timer = window.setTimeout(() => { setValue(null); }, shownMs);
    return () => { window.clearTimeout(timer); };
  }, [value]);
  return (
    <span className={css.masked}>
      <bdi className={css.maskedValue} title={value === null ? undefined : t('side.shownFor')}>{value ?? masked}</bdi>
      {value !== null
        ? <button type="button" className={css.link} onClick={() => { setValue(null); }}>{t('side.hide')}</button>
          : null}
      {value === null && mayUnmask
        ? <Unmask label={label}
          ask={async (reasonCode) =>
          (await api.post<{ value: string }>(`/contacts/${contactId}/unmask`,
          { field, reasonCode, ...(pointId === undefined ? {} : { pointId }) })).value} onValue={setValue} />
        : null}
    </span>
  );
}

function Unmask({ label, ask, onValue }: { label: string; ask: (reasonCode: string) => Promise<string>;
  onValue: (value: string) => void }) {
  const t = useT();
  const locale = useLocale();
  const reasons = useReasons('UNMASK').data ?? [];
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const show = async (): Promise<void> => {
    if (reason === null) return;
    setBusy(true);
    setProblem(undefined);
    try {
      onValue(await ask(reason));
      setOpen(false);
    } catch (error) {
      setProblem(sayError(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Popover opened={open} onChange={setOpen} width={260} trapFocus position="bottom-end" withRoles>
      <Popover.Target>
        <button type="button" className={`word ${css.link}`} aria-label={`${t('side.show')}: ${label}`}
          onClick={() => { setOpen(!open); }}>
          <IconEye size={14} stroke={2} aria-hidden="true" />{t('side.show')}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('side.whyShow')}>
        <SelectField label={t('side.whyShow')} value={reason} onChange={setReason} error={problem}
          comboboxProps={{ withinPortal: false }}
          data={reasons.map((each) => ({ value: each.code, label: reasonLabel(each, locale) }))} />
        <p className={`meta ${css.hint}`}>{t('side.shownFor')}</p>
        <Button fullWidth loading={busy} disabled={reason === null} onClick={() => { void show(); }}>{t('side.show')}
          </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

function Points({ contact }: { contact: ContactView }) {
  const t = useT();
  return (
    <>
      {contact.points.map((point) => {
        const marks = [point.verified ? t('side.verified') : '', point.unreachable ? t('side.unreachable') : '',
          point.optedOut.length > 0 ? t('side.optedOut') : ''].filter((mark) => mark !== '');
        const phone = point.phoneMasked !== null;
        const label = channelName(point.channel.toUpperCase().replaceAll('-', '_'));
        return (
          <Fact key={point.id} label={label}>
            <Masked contactId={contact.id} field={phone ? 'phone' : 'handle'} pointId={point.id}
              masked={point.phoneMasked ?? point.handleMasked} label={label} />
            {marks.length === 0 ? null : <span className="meta">{marks.join(' · ')}</span>}
          </Fact>
        );
      })}
    </>
  );
}

/** Who it is, and how this interaction came and stands. */
export function ContactTab({ row }: { row: InteractionView }) {
  const t = useT();
  const locale = useLocale();
  const contact = useContact(row.contactId);
  const mayName = useCan('contact.update');
  const [editing, setEditing] = useState(false);
  if (contact.data === undefined && contact.isError) {
    const denied = contact.error instanceof ApiError && (contact.error.status === 403 || contact.error.status === 404);
    return <ErrorState error={contact.error} title={denied ? t('talk.gone') : t('side.failed')}
      onRetry={() => { void contact.refetch(); }} />;
  }
  if (contact.data === undefined) return <SkeletonRows rows={6} height={28} />;
  const { data } = contact;
  return (
    <>
      <section className={css.section}>
        <div className={css.titleLine}>
          <h2 className={css.contactName}><Bdi>{personName(data)}</Bdi></h2>
          {mayName ? <button type="button" className={css.link} onClick={() => { setEditing(true); }}>
            {t(data.name === null ? 'person.give' : 'person.edit')}</button> : null}
        </div>
        {editing ? <ContactForm contact={data} onClose={() => { setEditing(false); }} /> : null}
        <dl className={css.facts}>
          <Points contact={data} />
          {data.emailMasked === null ? null
            : <Fact label={t('side.email')}>
            <Masked contactId={data.id} field="email" masked={data.emailMasked} label={t('side.email')} /></Fact>}
          <Fact label={t('side.domicile')}>
            {data.domicile === null ? <span className="meta">{t('side.unknown')}</span> : <Bdi>{data.domicile}</Bdi>}
            </Fact>
          {data.timeZone === null ? null
            : <Fact label={t('side.zone')}>{t('side.zoneNow', { zone: zoneName(data.timeZone),
              time: clockTime(serverNow(), { locale, zone: data.timeZone }) })}</Fact>}
          <Fact label={t('side.since')}>{shortDate(data.createdAt, { locale })}</Fact>
          {data.notes === null ? null : <Fact label={t('side.notes')}><Bdi>{data.notes}</Bdi></Fact>}
        </dl>
      </section>
      <Course row={row} />
      {mayName ? <Merges contact={data} /> : null}
    </>
  );
}

function Course({ row }: { row: InteractionView }) {
  const t = useT();
  const locale = useLocale();
  const categories = useCategories().data ?? [];
  const chosen = categories.find((each) => each.id === row.categoryId)
    ?? categories.find((each) => row.categoryId === null && each.code === 'INFORMASI');
  const time = (iso: string | null): ReactNode =>
    (iso === null ? <span className="meta">–</span>
    : <span className="num">{dayTime(iso, serverNow(), { locale })}</span>);
  const minutes = (seconds: number): number => Math.round(seconds / 60);
  const target = chosen === undefined || chosen.targetMaxS === null ? t('side.noTarget')
    : chosen.targetIdealS === null ? t('side.minutesMax', { to: minutes(chosen.targetMaxS) })
      : t('side.minutes', { from: minutes(chosen.targetIdealS), to: minutes(chosen.targetMaxS) });
  return (
    <section className={css.section}>
      <h2 className={css.sectionTitle}>{t('side.status')} · {t(`state.${row.state}`)}</h2>
      <dl className={css.facts}>
        <Fact label={t('side.account')}>
          <span className="word"><ChannelIcon channel={row.channel} medium={row.medium} />{row.accountName}</span>
          </Fact>
        {row.queueName === null ? null : <Fact label={t('side.queue')}>{row.queueName}</Fact>}
        <Fact label={t('side.target')}>{target}</Fact>
        <Fact label={t('side.arrived')}>{time(row.dateOrigin)}</Fact>
        <Fact label={t('side.accepted')}>{time(row.acceptedAt)}</Fact>
        <Fact label={t('side.firstAnswer')}>{time(row.answeredAt)}</Fact>
        {row.csatScore === null ? null
          : <Fact label={t('side.rating')}>{t('side.ratingOf', { n: row.csatScore })}</Fact>}
      </dl>
    </section>
  );
}
