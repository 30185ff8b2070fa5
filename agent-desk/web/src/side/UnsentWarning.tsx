/** Before work is handed on: that what was written for the customer and not sent goes with it. */
import { IconAlertTriangle } from '@tabler/icons-react';
import { useT } from '../kit/words.ts';
import type { InteractionView } from '../live/types.ts';
import { useUnsent } from '../reply/unsent.ts';
import css from './Side.module.css';

/** A line of a dialog; nothing where all was sent. */
export function UnsentWarning({ rows }: { rows: readonly InteractionView[] }) {
  const t = useT();
  if (!useUnsent(rows)) return null;
  return <p className={`word warn ${css.unsent}`}>
    <IconAlertTriangle size={16} stroke={2} aria-hidden="true" />{t('work.unsentGoes')}</p>;
}
