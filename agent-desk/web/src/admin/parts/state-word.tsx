/** A state as icon and word: colour never speaks alone. */
import {
  IconAlertTriangleFilled, IconCircleCheckFilled, IconCircleOff, IconLoader, IconQuestionMark, type Icon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import css from './admin.module.css';

const icons: Record<StateTone, Icon> = {
  ok: IconCircleCheckFilled, off: IconCircleOff, warn: IconAlertTriangleFilled, busy: IconLoader,
  none: IconQuestionMark,
};
const tones: Record<StateTone, string> = { ok: 'ok', off: 'meta', warn: 'warn', busy: 'muted', none: 'meta' };

export type StateTone = 'ok' | 'off' | 'warn' | 'busy' | 'none';

/** "✓ Aktif", "∅ Nonaktif", "! Perlu tindakan". */
export function StateWord({ tone, children }: { tone: StateTone; children: ReactNode }) {
  const Icon = icons[tone];
  return (
    <span className={css.stateWord}>
      <Icon size={14} stroke={2} className={tones[tone]} aria-hidden="true" /><span>{children}</span>
    </span>
  );
}
