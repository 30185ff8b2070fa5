/** The button over the rows that says what they are narrowed to, and the menu of filters and saved views behind it. */
import { Menu } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconCheck, IconChevronDown, IconX } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useT } from '../kit/words.ts';
import { isEmptyFilter } from '../lib/filter.ts';
import { useKeys } from '../shell/useKeys.ts';
import { FilterForm, ManageViews } from './FilterForm.tsx';
import css from './Inbox.module.css';
import { quickFilters, sameDefinition, sameFilter, useQuickCounts, useSavedViews, type Definition,
  type SavedView } from './views.ts';

/** Up to here the server counts; above, the screen says so. */
const countMax = 1_000;

interface Props { definition: Definition; onChange: (definition: Definition) => void }

function useName(definition: Definition, saved: readonly SavedView[] | undefined): string {
  const t = useT();
  const plain = isEmptyFilter(definition.filter);
  const view = plain ? undefined : saved?.find((each) => sameDefinition(each, definition));
  const quick = quickFilters.find(({ filter }) => sameFilter(filter, definition.filter));
  if (view !== undefined) return view.name;
  const words = quick === undefined ? plain ? t('views.all') : t('views.filtered') : t(`views.${quick.word}`);
  return definition.state === 'closed' ? `${words} · ${t('views.closed')}` : words;
}

/** Opens by pointer and keyboard; counts are fetched while it is open. */
export const ViewMenu = memo(function ViewMenu({ definition, onChange }: Props) {
  const t = useT();
  const [opened, setOpened] = useState(false);
  const [dialog, setDialog] = useState<'filter' | 'manage' | null>(null);
  const views = useSavedViews(opened || !isEmptyFilter(definition.filter));
  const saved = views.data;
  const counts = useQuickCounts(definition.view, definition.state, opened);
  const name = useName(definition, saved);
  useKeys({ L: () => { setOpened(true); } });
  const plain = isEmptyFilter(definition.filter) && definition.state === 'open';
  const count = (n: number | undefined): string =>
    (n === undefined ? '' : n >= countMax ? t('views.capped') : String(n));
  const check = (on: boolean) => (on ? <IconCheck size={14} stroke={2} aria-hidden="true" />
    : <span className={css.noCheck} />);
  return (
    <>
      <Menu opened={opened} onChange={setOpened} position="bottom-start" width={264}>
        <Menu.Target>
          <button type="button" className={css.viewButton} aria-label={`${t('views.menu')}: ${name}`}
            aria-keyshortcuts="L" title={`${t('views.menu')} (L)`}
            data-narrowed={!plain || undefined}>
            <IconAdjustmentsHorizontal size={14} stroke={2} aria-hidden="true" />
            <span className="ellipsis">{name}</span>
            <IconChevronDown size={14} stroke={2} aria-hidden="true" />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={check(plain)}
            onClick={() => { onChange({ ...definition, state: 'open', filter: {} }); }}>{t('views.all')}</Menu.Item>
          <Menu.Label>{t('views.quick')}</Menu.Label>
          {quickFilters.map(({ word, filter }, index) => (
            <Menu.Item key={word} leftSection={check(sameFilter(filter, definition.filter))}
              rightSection={<span className="num muted">{count(counts?.[index])}</span>}
              onClick={() => { onChange({ ...definition, filter }); }}>{t(`views.${word}`)}</Menu.Item>
          ))}
          <Menu.Item leftSection={check(false)} onClick={() => { setDialog('filter'); }}>{t('views.more')}</Menu.Item>
          {saved === undefined || saved.length === 0 ? null : <Menu.Label>{t('views.mine')}</Menu.Label>}
          {saved === undefined && views.isError
            ? <Menu.Item color="var(--bad)" closeMenuOnClick={false} onClick={() => { void views.refetch(); }}>
              {t('views.loadFailed')}</Menu.Item> : null}
          {(saved ?? []).map((view) => (
            <Menu.Item key={view.id} rightSection={<span className="num muted">{count(view.count)}</span>}
              leftSection={check(sameDefinition(view, definition))}
              onClick={() => { onChange({ view: view.view, state: view.state, filter: view.filter }); }}>
              <span className={css.viewName} title={view.name}><bdi>{view.name}</bdi></span></Menu.Item>
          ))}
          {saved === undefined || saved.length === 0 ? null
            : <Menu.Item leftSection={check(false)} onClick={() => { setDialog('manage'); }}>{t('views.manage')}
              </Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {plain ? null
        : <button type="button" className="iconButton" aria-label={t('views.clear')} title={t('views.clear')}
          onClick={() => { onChange({ ...definition, state: 'open', filter: {} }); }}>
          <IconX size={14} stroke={2} aria-hidden="true" /></button>}
      {dialog === 'filter'
        ? <FilterForm initial={definition} onClose={() => { setDialog(null); }}
          onApply={(next) => { setDialog(null); onChange(next); }} /> : null}
      {dialog === 'manage' ? <ManageViews now={definition} onClose={() => { setDialog(null); }} /> : null}
    </>
  );
});
