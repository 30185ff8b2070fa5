/** The gallery's basic parts: buttons, fields, choices, tables, small things, states of a page. */
import { Button, SegmentedControl, Slider, Switch } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { ApiError } from '../api/client.ts';
import { CheckField, MultiSelectField, SecretField, SelectField, TextAreaField,
  TextField } from '../kit/fields.tsx';
import { NumberField } from '../kit/NumberField.tsx';
import { ConfirmButton, DataTable, type Column } from '../kit/page.tsx';
import { Kbd } from '../kit/small.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import css from './Gallery.module.css';
import { useGalleryWords } from './words.ts';

const nothing = (): void => undefined;

/** Filled, plain, quiet, dangerous; alone, greyed, at work, with a key. */
export function Buttons() {
  const w = useGalleryWords();
  return (
    <div className={css.line}>
      <Button>{w('primary')}</Button>
      <Button rightSection={<Kbd>Ctrl ↵</Kbd>}>{w('primary')}</Button>
      <Button variant="default">{w('plain')}</Button>
      <Button variant="default" rightSection={<Kbd>E</Kbd>}>{w('plain')}</Button>
      <Button variant="subtle" color="gray">{w('quiet')}</Button>
      <Button color="red">{w('danger')}</Button>
      <Button disabled>{w('disabled')}</Button>
      <Button variant="default" disabled>{w('disabled')}</Button>
      <Button loading aria-label={w('loading')}>{w('loading')}</Button>
      <Button size="xs" variant="default">{w('plain')}</Button>
      <Button size="md">{w('primary')}</Button>
      <ConfirmButton title={w('confirm')} text={w('confirmText')} confirm={w('danger')} danger onConfirm={nothing}>
        {w('confirm')}</ConfirmButton>
      <button type="button" className="iconButton" aria-label={w('danger')}>
        <IconTrash size={18} stroke={1.75} aria-hidden="true" /></button>
    </div>
  );
}

/** Empty, filled, wrong, greyed; of every kind. */
export function Fields() {
  const w = useGalleryWords();
  const [text, setText] = useState(w('filled'));
  const options = [{ value: 'a', label: 'INFORMASI' }, { value: 'b', label: 'PENGADUAN' }];
  return (
    <div className={css.grid}>
      <TextField label={w('label')} value="" placeholder={w('filled')} onChange={nothing} description={w('hint')} />
      <TextField label={w('label')} value={text} onChange={setText} required />
      <TextField label={w('label')} value="" error={w('wrong')} onChange={nothing} />
      <TextField label={w('label')} value={w('filled')} disabled onChange={nothing} />
      <SecretField label={w('label')} value="rahasia" onChange={nothing} />
      <NumberField label={w('label')} value={20} onChange={nothing} />
      <SelectField label={w('choose')} value="a" data={options} onChange={nothing} />
      <SelectField label={w('choose')} value={null} data={options} placeholder={w('choose')} onChange={nothing} />
      <MultiSelectField label={w('choose')} value={['a', 'b']} data={options} onChange={nothing} />
      <TextAreaField label={w('label')} value={text} onChange={setText} />
      <SecretField label={w('label')} value="" error={w('wrong')} onChange={nothing} />
      <NumberField label={w('label')} value="" error={w('wrong')} onChange={nothing} />
      <SelectField label={w('choose')} value={null} data={options} error={w('wrong')} onChange={nothing} />
      <MultiSelectField label={w('choose')} value={[]} data={options} error={w('wrong')} onChange={nothing} />
      <TextAreaField label={w('label')} value="" error={w('wrong')} onChange={nothing} />
      <CheckField label={w('choose')} value={false} error={w('wrong')} onChange={nothing} />
    </div>
  );
}

/** Boxes, switches, segments, sliders: on, off, greyed. */
export function Choices() {
  const w = useGalleryWords();
  return (
    <div className={css.line}>
      <CheckField label={w('choose')} value onChange={nothing} />
      <CheckField label={w('choose')} value={false} onChange={nothing} />
      <CheckField label={w('disabled')} value={false} disabled onChange={nothing} />
      <Switch size="xs" label={w('choose')} checked onChange={nothing} />
      <Switch size="xs" label={w('choose')} checked={false} onChange={nothing} />
      <Switch size="xs" label={w('disabled')} checked={false} disabled onChange={nothing} />
      <SegmentedControl size="xs" data={[w('roomy'), w('compact')]} aria-label={w('choose')} />
      <Slider w={120} size="sm" defaultValue={60} thumbLabel={w('choose')} />
    </div>
  );
}

interface Waiting { name: string; n: number }

/** Full, loading, empty, failed. */
export function Tables() {
  const w = useGalleryWords();
  const columns: Column<Waiting>[] = [
    { key: 'queue', header: w('queue'), cell: (row) => row.name },
    { key: 'n', header: w('waiting'), numeric: true, cell: (row) => row.n },
  ];
  const rows = [{ name: 'Layanan Umum', n: 12 }, { name: 'Pengaduan Nasabah Prioritas Wilayah Timur', n: 1_204 }];
  return (
    <div className={css.grid}>
      <DataTable label={w('tableName')} columns={columns} rows={rows} rowKey={(row) => row.name} onOpen={nothing} />
      <DataTable label={w('loading')} columns={columns} rows={undefined} rowKey={(row) => row.name} />
      <DataTable label={w('empty')} columns={columns} rows={[]} rowKey={(row) => row.name} />
      <DataTable label={w('error')} columns={columns} rows={undefined} rowKey={(row) => row.name}
        error={new ApiError('NETWORK', '', 0)} onRetry={nothing} />
    </div>
  );
}

/** Badges, counts, keys. */
export function Small() {
  const t = useT();
  return (
    <div className={css.line}>
      <span className="badge">Tier 2</span><span className="count">7</span><span className="count">99+</span>
      <Kbd>Ctrl</Kbd><Kbd>↵</Kbd><Kbd>?</Kbd>
      <span className="word ok">{t('status.read')}</span><span className="word warn">{t('inbox.left', { n: 4 })}</span>
      <span className="word bad">{t('inbox.late', { n: 2 })}</span><span className="meta">{t('inbox.noText')}</span>
    </div>
  );
}

/** Why there is nothing, what went wrong, what is being fetched. */
export function States() {
  const t = useT();
  const w = useGalleryWords();
  return (
    <div className={css.grid}>
      <EmptyState title={t('inbox.emptyMine')} actions={<Button>{t('inbox.setReady')}</Button>}>
        {t('inbox.emptyMineReady')}</EmptyState>
      <ErrorState error={new ApiError('NETWORK', '', 0)} onRetry={nothing} />
      <ErrorState error={new ApiError('FORBIDDEN', w('error'), 403, 'contoh-1')} />
      <SkeletonRows rows={5} />
    </div>
  );
}
