/** Empty, failed and loading: each says what happened and what to do, and takes the room of what it stands for. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { sayError } from './errors.ts';
import css from './states.module.css';
import { useT } from './words.ts';

interface EmptyProps { icon?: ReactNode; title: string; children?: ReactNode; actions?: ReactNode }

/** Why there is nothing, and what to do about it. */
export function EmptyState({ icon, title, children, actions }: EmptyProps) {
  return (
    <div className={css.state}>
      <span className={css.icon} aria-hidden="true">{icon ?? <IconInbox size={28} stroke={1.5} />}</span>
      <p className={css.title}>{title}</p>
      {children === undefined ? null : <div className={css.text}>{children}</div>}
      {actions === undefined ? null : <div className={css.actions}>{actions}</div>}
    </div>
  );
}

interface ErrorProps { error: unknown; title?: string; onRetry?: () => void;
  /** What else can be done, beside trying again. */
  actions?: ReactNode }

/** What could not be loaded, in words, with the way to try again. */
export function ErrorState({ error, title, onRetry, actions }: ErrorProps) {
  const t = useT();
  const said = sayError(error);
  return (
    <div className={css.state} role="alert">
      <span className={css.icon} aria-hidden="true"><IconAlertTriangle size={28} stroke={1.5} /></span>
      <p className={css.title}>{said.code === 'FORBIDDEN' ? t('error.forbiddenTitle') : title ?? t('error.loadTitle')}
        </p>
      <div className={css.text}>{said.message}</div>
      {said.requestId === undefined ? null : <p className="meta">{t('error.requestId', { id: said.requestId })}</p>}
      {onRetry === undefined && actions === undefined ? null : <div className={css.actions}>
        {onRetry === undefined ? null : <Button variant="default" onClick={onRetry}>{t('app.retry')}</Button>}
        {actions}</div>}
    </div>
  );
}

/** Grey bars in the shape of rows that are being fetched; nothing shimmers. */
export function SkeletonRows({ rows = 6, height = 40 }: { rows?: number; height?: number }) {
  const t = useT();
  return (
    <div role="status" aria-label={t('list.rows')}>
      {Array.from({ length: rows }, (_unused, index) => (
        <div key={index} className={css.row} style={{ height }}>
          <span className="skeleton" style={{ height: 10, width: `${34 + ((index * 17) % 40)}%` }} />
        </div>
      ))}
    </div>
  );
}
