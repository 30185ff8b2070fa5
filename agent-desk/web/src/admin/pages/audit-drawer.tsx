/** One journal row in full, and narrowing the trail to its subject or its actor. */
import { Button } from '@mantine/core';
import { clockTime, shortDate, useLocale } from '../../kit/index.ts';
import css from '../parts/admin.module.css';
import { CopyField } from '../parts/copy.tsx';
import { FormSection, SideDrawer } from '../parts/editor.tsx';
import type { AuditRow } from '../types.ts';
import { useWords } from '../use-words.ts';
import { actorName, detailsOf, sentenceOf, subjectName, useNames } from './audit-words.ts';

interface DrawerProps {
  row: AuditRow;
  onClose: () => void;
  onNarrow: (part: { subjectId: string } | { actorId: string }) => void;
}

/** The drawer of one row. */
export function AuditDrawer({ row, onClose, onNarrow }: DrawerProps) {
  const w = useWords();
  const locale = useLocale();
  const names = useNames();
  const details = detailsOf(w, row, names, locale);
  const { actorId } = row;
  return (
    <SideDrawer title={sentenceOf(w, row)} onClose={onClose}>
      <div className={css.drawerBody}>
        <dl className={css.facts}>
          <dt>{w('common.time')}</dt>
          <dd className="num">{shortDate(row.at, { locale })} {clockTime(row.at, { locale })} <span
            className="meta">{row.at}</span></dd>
          <dt>{w('audit.actor')}</dt><dd>{actorName(w, row)}</dd>
          <dt>{w('audit.subject')}</dt><dd>{subjectName(w, row, names)}</dd>
          {details.map((each) => <FactPair key={each.label} label={each.label} text={each.text} />)}
          <dt>{w('audit.number')}</dt><dd className="num">{row.id}</dd>
        </dl>
        <div className={css.noticeActions} style={{ marginTop: 0 }}>
          <Button variant="default"
            onClick={() => { onNarrow({ subjectId: row.subjectId }); }}>{w('audit.onlyThis')}</Button>
          {actorId === null ? null
            : <Button variant="default" onClick={() => { onNarrow({ actorId }); }}>{w('audit.onlyActor')}</Button>}
        </div>
        <FormSection title={w('audit.raw')}>
          <CopyField label={w('audit.subjectId')} text={row.subjectId} />
          <CopyField label={row.type}
            text={row.data === null ? w('audit.noData') : JSON.stringify(row.data, null, 2)} />
        </FormSection>
      </div>
    </SideDrawer>
  );
}

function FactPair({ label, text }: { label: string; text: string }) {
  return <><dt>{label}</dt><dd>{text}</dd></>;
}
