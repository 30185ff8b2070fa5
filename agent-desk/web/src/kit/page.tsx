/** The frame of a page of settings: its title, what may be done, its list as a real table. */
import { Button, Tooltip } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { usePhone } from './hooks.ts';
import { Modal } from './over.tsx';
import css from './page.module.css';
import { EmptyState, ErrorState, SkeletonRows } from './states.tsx';
import { useT } from './words.ts';

/** Title at the left, what may be done at the right; one filled button at most. */
export function PageHeader({ title, description, actions }: { title: string; description?: ReactNode;
  actions?: ReactNode }) {
  return (
    <header className={css.header}>
      <div className="grow">
        <h1 className={css.title}>{title}</h1>
        {description === undefined ? null : <p className={css.description}>{description}</p>}
      </div>
      {actions === undefined ? null : <div className={css.actions}>{actions}</div>}
    </header>
  );
}

/** The scrolling body of a page under its header. */
export function PageBody({ children }: { children: ReactNode }) {
  return <div className={css.body}>{children}</div>;
}

export interface Column<T> {
  key: string;
  header: string;
  cell: (row: T) => ReactNode;
  width?: number | string;
  /** Figures: to the right, all digits of one width. */
  numeric?: boolean;
  /** Left out on a phone, where the first cell carries a second line instead. */
  wide?: boolean;
}

interface TableProps<T> {
  label: string;
  columns: Column<T>[];
  rows: T[] | undefined;
  rowKey: (row: T) => string;
  /** Makes the first cell of each row a button that opens it. */
  onOpen?: (row: T) => void;
  error?: unknown;
  onRetry?: () => void;
  empty?: ReactNode;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
}

function Row<T>({ row, columns, onOpen }: { row: T; columns: Column<T>[]; onOpen: ((row: T) => void) | undefined }) {
  return (
    <tr className={onOpen === undefined ? undefined : css.opens}
      onClick={onOpen === undefined ? undefined : () => { onOpen(row); }}>
      {columns.map((column, index) => (
        <td key={column.key} className={column.numeric === true ? css.numeric : undefined}>
          {index === 0 && onOpen !== undefined
            ? <button type="button" className={css.open}
              onClick={(event) => { event.stopPropagation(); onOpen(row); }}>{column.cell(row)}</button>
            : column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** A list of records as a table: loading, failed and empty included, "load more" where the server has more. */
export function DataTable<T>(props: TableProps<T>) {
  const t = useT();
  const phone = usePhone();
  const columns = phone ? props.columns.filter((column) => column.wide !== true) : props.columns;
  if (props.error !== undefined && props.error !== null)
    return <ErrorState error={props.error} onRetry={props.onRetry} />;
  if (props.rows === undefined) return <SkeletonRows rows={8} />;
  if (props.rows.length === 0)
    return <>{props.empty ?? <EmptyState title={t('list.none')}>{t('list.noneText')}</EmptyState>}</>;
  return (
    <div className={css.tableWrap} tabIndex={0} role="region" aria-label={props.label}>
      <table className={css.table}>
        <caption className="sr">{props.label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={column.numeric === true ? css.numeric : undefined}
                style={{ width: column.width }}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) =>
            <Row key={props.rowKey(row)} row={row} columns={columns} onOpen={props.onOpen} />)}
        </tbody>
      </table>
      {props.hasMore === true
        ? <div className={css.more}>
          <Button variant="default" loading={props.loadingMore} onClick={props.onMore}>{t('list.loadMore')}</Button>
          </div>
        : null}
    </div>
  );
}

/** What DataTable needs of an infinite query over pages of {items, nextCursor}. */
export function tableOf<T>(query: UseInfiniteQueryResult<{ pages: { items: T[] }[] }>) {
  return {
    rows: query.data?.pages.flatMap((page) => page.items),
      error: query.isError && query.data === undefined ? query.error : undefined,
    onRetry: () => { void query.refetch(); }, hasMore: query.hasNextPage, loadingMore: query.isFetchingNextPage,
    onMore: () => { void query.fetchNextPage(); },
  };
}

interface ConfirmProps {
  children: ReactNode;
  title: string;
  text: ReactNode;
  /** What the confirming button says; the word of what happens, not "OK". */
  confirm: string;
  danger?: boolean;
  disabled?: boolean;
  /** Why it is disabled; said in a tooltip. */
  why?: string;
  onConfirm: () => Promise<unknown> | void;
}

/**
 * A button that asks first, in a dialog that says what will happen. Stays open while it works; an error is left to the
 * caller.
 */
export function ConfirmButton({ children, title, text, confirm, danger, disabled, why, onConfirm }: ConfirmProps) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      await onConfirm();
      setOpen(false);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Tooltip label={why} disabled={why === undefined}>
        <Button variant="default" data-disabled={disabled} aria-disabled={disabled}
          onClick={() => { if (disabled !== true) setOpen(true); }}>
          {children}
        </Button>
      </Tooltip>
      <Modal opened={open} onClose={() => { setOpen(false); }} title={title}
        closeButtonProps={{ 'aria-label': t('app.close') }}>
        <div className="muted">{text}</div>
        <div className={css.dialogActions}>
          <Button variant="default" onClick={() => { setOpen(false); }}>{t('app.cancel')}</Button>
          <Button color={danger === true ? 'red' : undefined} loading={busy}
            onClick={() => { void run().catch(() => undefined); }}>{confirm}</Button>
        </div>
      </Modal>
    </>
  );
}
