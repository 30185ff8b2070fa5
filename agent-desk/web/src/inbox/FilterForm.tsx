/** The whole filter in one dialog, kept as a named view if wanted; and the dialog that changes and deletes views. */
import { ActionIcon, Button } from '@mantine/core';
import { IconFilterCheck, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { CheckField, MultiSelectField, SelectField, TextField } from '../kit/fields.tsx';
import { Modal } from '../kit/over.tsx';
import { ErrorState, SkeletonRows } from '../kit/states.tsx';
import { useLocale, useT } from '../kit/words.ts';
import type { ListFilter } from '../lib/filter.ts';
import { useCategories } from '../live/queries.ts';
import side from '../side/Side.module.css';
import { channelName } from './ChannelIcon.tsx';
import css from './Inbox.module.css';
import { sameDefinition, useFilterChoices, useSavedViews, useViewChanges, type Definition,
  type SavedView } from './views.ts';

interface Props { initial: Definition; onApply: (definition: Definition) => void; onClose: () => void }

function some(values: string[]): string[] | undefined {
  return values.length === 0 ? undefined : values;
}

function Fields({ definition, onChange }: { definition: Definition;
  onChange: (definition: Definition) => void }) {
  const t = useT();
  const locale = useLocale();
  const categories = (useCategories().data ?? []).filter((each) => each.parentId === null);
  const choices = useFilterChoices();
  const { filter } = definition;
  const set = (part: ListFilter): void => { onChange({ ...definition, filter: { ...filter, ...part } }); };
  const offered = [...new Set([...choices.data?.channels ?? [], ...filter.channels ?? []])];
  const any = (chosen: readonly string[] | undefined): string | undefined =>
    (chosen === undefined || chosen.length === 0 ? t('views.any') : undefined);
  return (
    <div className={side.form}>
      <SelectField label={t('views.state')} value={definition.state} allowDeselect={false} data-autofocus
        disabled={definition.view === 'queues'}
        onChange={(state) => { onChange({ ...definition, state: state === 'closed' ? 'closed' : 'open' }); }}
        data={[{ value: 'open', label: t('views.open') }, { value: 'closed', label: t('views.closed') }]} />
      <div className={side.pair}>
        <MultiSelectField label={t('views.channels')} value={filter.channels ?? []} placeholder={any(filter.channels)}
          disabled={choices.data === undefined}
          onChange={(values) => { set({ channels: some(values) }); }} data={offered.map((channel) => ({ value: channel,
            label: channelName(channel.toUpperCase().replaceAll('-', '_')) }))} />
        <MultiSelectField label={t('views.categories')} value={filter.categoryIds ?? []}
          placeholder={any(filter.categoryIds)} onChange={(values) => { set({ categoryIds: some(values) }); }}
          data={categories.map((each) => ({ value: each.id, label: locale === 'en' ? each.nameEn : each.nameId }))} />
      </div>
      <People definition={definition} any={any} set={set} />
      <div className={side.pair}>
        <SelectField label={t('views.tier')} value={filter.tier === undefined ? null : String(filter.tier)} clearable
          placeholder={t('views.any')} data={['1', '2']}
          onChange={(tier) => { set({ tier: tier === '1' ? 1 : tier === '2' ? 2 : undefined }); }} />
        <SelectField label={t('views.snoozed')} value={filter.snoozed ?? null} clearable
          placeholder={t('views.snoozedAny')}
          onChange={(value) => { set({ snoozed: value === 'only' || value === 'hide' ? value : undefined }); }}
          data={[{ value: 'only', label: t('views.snoozedOnly') }, { value: 'hide', label: t('views.snoozedHide') }]} />
      </div>
      <div className={side.pair}>
        {(['unread', 'awaiting', 'late', 'followed'] as const).map((word) => (
          <CheckField key={word} label={t(`views.${word}`)} value={filter[word] === true}
            onChange={(on) => { set({ [word]: on ? true : undefined }); }} />
        ))}
      </div>
    </div>
  );
}

/** Queue and, where one sees the work of several, agent. */
function People({ definition: { view, filter }, any, set }: { definition: Definition;
  any: (chosen: readonly string[] | undefined) => string | undefined; set: (part: ListFilter) => void }) {
  const t = useT();
  const choices = useFilterChoices();
  const options = (kind: 'queues' | 'agents'): { value: string; label: string }[] =>
    (choices.data?.[kind] ?? []).map((each) => ({ value: each.id, label: each.name }));
  const agents = options('agents');
  const withAgents = view === 'all' && agents.length > 1;
  return (
    <div className={withAgents ? side.pair : undefined}>
      <MultiSelectField label={t('views.queues')} value={filter.queueIds ?? []} placeholder={any(filter.queueIds)}
        limit={50} error={choices.isError ? t('views.choicesFailed') : undefined} data={options('queues')}
        disabled={choices.data === undefined} onChange={(values) => { set({ queueIds: some(values) }); }} />
      {withAgents
        ? <MultiSelectField label={t('views.agents')} value={filter.agentIds ?? []} placeholder={any(filter.agentIds)}
          limit={50} data={agents} onChange={(values) => { set({ agentIds: some(values) }); }} /> : null}
    </div>
  );
}

/** Applies on "Terapkan"; a name given keeps it as a view as well. */
export function FilterForm({ initial, onApply, onClose }: Props) {
  const t = useT();
  const { save } = useViewChanges();
  const [definition, setDefinition] = useState(initial);
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const apply = async (): Promise<void> => {
    if (name.trim() !== '') {
      setBusy(true);
      const kept = await save(name.trim(), definition);
      setBusy(false);
      if (!kept) return;
    }
    onApply(definition);
  };
  return (
    <Modal opened onClose={onClose} title={t('views.title')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Fields definition={definition} onChange={setDefinition} />
      <div className={css.keepView}>
        <TextField label={`${t('views.save')} (${t('form.optional')})`} placeholder={t('views.name')} value={name}
          maxLength={60} onChange={setName} />
      </div>
      <div className={side.dialogActions}>
        <Button variant="default" onClick={onClose}>{t('app.cancel')}</Button>
        <Button loading={busy} onClick={() => { void apply(); }}>{t('views.apply')}</Button>
      </div>
    </Modal>
  );
}

function ViewLine({ view, now }: { view: SavedView; now: Definition }) {
  const t = useT();
  const { rename, update, remove } = useViewChanges();
  const [name, setName] = useState(view.name);
  const changed = name.trim() !== '' && name.trim() !== view.name;
  return (
    <div className={css.viewLine}>
      <TextField aria-label={t('views.name')} value={name} maxLength={60} onChange={setName} />
      <Button variant="default" disabled={!changed} onClick={() => { void rename(view, name.trim()); }}>
        {t('views.rename')}</Button>
      <ActionIcon variant="subtle" color="gray" aria-label={`${t('views.update')}: ${view.name}`}
        title={t('views.update')} disabled={sameDefinition(view, now)} onClick={() => { void update(view, now); }}>
        <IconFilterCheck size={16} stroke={1.75} /></ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label={`${t('views.remove')} ${view.name}`}
        title={t('views.remove')} onClick={() => { void remove(view); }}>
        <IconTrash size={16} stroke={1.75} /></ActionIcon>
    </div>
  );
}

/** Each view on a line of its own. `now` is what the list is narrowed to: a view can be made to show that. */
export function ManageViews({ now, onClose }: { now: Definition; onClose: () => void }) {
  const t = useT();
  const { data: views, isError, error, refetch } = useSavedViews(true);
  return (
    <Modal opened onClose={onClose} title={t('views.manageTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      {views === undefined && isError ? <ErrorState error={error} onRetry={() => { void refetch(); }} /> : null}
      {views === undefined && !isError ? <SkeletonRows rows={3} /> : null}
      {views?.length === 0 ? <p className="muted">{t('views.none')}</p> : null}
      {views?.map((view) => <ViewLine key={`${view.id} ${view.version}`} view={view} now={now} />)}
    </Modal>
  );
}
