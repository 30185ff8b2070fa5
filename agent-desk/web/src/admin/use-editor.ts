/**
 * A form over one record: what was typed, what is wrong, saving with If-Match, and going on after a version
 * conflict.
 */
import { useCallback, useMemo, useRef, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { changedFields, changesOf, type Clash, mergeDraft } from './draft.ts';
import { type LeaveGuard, useLeaveGuard } from './parts/leave.tsx';
import { useWords } from './use-words.ts';

export type FieldErrors = Partial<Record<string, string>>;

export interface Versioned { version: number }

export interface EditorOptions<R extends Versioned, D extends object, S> {
  /** The record as it was opened; undefined: a new one. */
  record: R | undefined;
  /** The form of a record, or of a new one. */
  draftOf: (record: R | undefined) => D;
  /** What is wrong, in words for the user, by field. */
  check: (draft: D) => FieldErrors;
  create?: (draft: D, idempotencyKey: string) => Promise<S>;
  update?: (changes: Partial<D>, version: number, draft: D) => Promise<S>;
  /** Fetches the record anew after a conflict. */
  reload?: () => Promise<R>;
  onSaved: (saved: S, draft: D) => void;
}

export interface Editor<D extends object> {
  draft: D;
  isNew: boolean;
  dirty: boolean;
  saving: boolean;
  attempted: boolean;
  /** How often saving came to nothing. */
  failed: number;
  /** Errors to show: all after the first try to save, and what the server said. */
  errors: FieldErrors;
  failure: ApiError | undefined;
  conflict: 'none' | 'found' | 'merged';
  clashes: Clash<D>[];
  set: <K extends keyof D>(field: K, value: D[K]) => void;
  save: () => Promise<void>;
  loadLatest: () => Promise<void>;
  settle: (field: keyof D & string, take: 'mine' | 'theirs') => void;
  /** Asks before unsaved changes are left. */
  guard: LeaveGuard;
}

/** Field errors that the server named in the details of VALIDATION_FAILED: {issues: [{path, code}]} or {field}. */
export function serverFieldErrors(error: ApiError, fallback: string): FieldErrors {
  const found: FieldErrors = {};
  const { issues, field, fields } = (error.details ?? {}) as { issues?: unknown; field?: unknown; fields?: unknown };
  if (typeof field === 'string') found[field] = fallback;
  if (Array.isArray(fields)) for (const name of fields) if (typeof name === 'string') found[name] = fallback;
  for (const issue of Array.isArray(issues) ? issues as { path?: unknown; message?: unknown }[] : []) {
    const path = (Array.isArray(issue.path)
      ? issue.path.map(String) : String(issue.path ?? '').split(/[./]/)).filter((part) => part !== '');
    const name = path[0] === 'settings' || path[0] === 'secrets' ? path[1] ?? path[0] : path[0];
    if (name !== undefined) found[name] = fallback;
  }
  return found;
}

function asApiError(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : new ApiError('INTERNAL', '', 0);
}

/** What a form holds while it is open: where it began, what stands there now, and what the server said of it. */
function useFormState<R extends Versioned, D extends object>(
  record: R | undefined, draftOf: (record: R | undefined) => D,
) {
  const [base, setBase] = useState<D>(() => draftOf(record));
  const [draft, setDraft] = useState<D>(base);
  const [version, setVersion] = useState(record?.version ?? 0);
  const [serverErrors, setServerErrors] = useState<FieldErrors>({});
  const [failure, setFailure] = useState<ApiError>();
  const [conflict, setConflict] = useState<Editor<D>['conflict']>('none');
  const [clashes, setClashes] = useState<Clash<D>[]>([]);
  // One key for one content: a create that is repeated after a lost answer happens once, a corrected one is another.
  const key = useRef<string>(crypto.randomUUID());

  // What stands there at this moment, for an answer that arrives while somebody types.
  const now = useRef({ base, draft });
  const frozen = useRef(false);
  const put = useCallback((next: { base?: D; draft: D }): void => {
    now.current = { ...now.current, ...next };
    setDraft(next.draft);
  }, []);

  const set = useCallback(<K extends keyof D>(field: K, value: D[K]) => {
    // What is on its way to the server would not hold it, and the form is gone once that is stored.
    if (frozen.current) return;
    key.current = crypto.randomUUID();
    put({ draft: { ...now.current.draft, [field]: value } });
    setServerErrors((before) => ({ ...before, [field as string]: undefined }));
    setClashes((before) => before.filter((clash) => clash.field !== field));
  }, [put]);

  /** Puts what was typed on top of a newer version. */
  const rebase = (newest: R): void => {
    const latest = draftOf(newest);
    const merged = mergeDraft(now.current.base, now.current.draft, latest);
    setBase(latest);
    put({ base: latest, draft: merged.draft });
    setClashes(merged.clashes);
    setVersion(newest.version);
    setConflict('merged');
  };

  const settle = (field: keyof D & string, take: 'mine' | 'theirs'): void => {
    const clash = clashes.find((each) => each.field === field);
    if (clash !== undefined) set(field, take === 'mine' ? clash.mine : clash.theirs);
  };

  return {
    base, draft, version, serverErrors, setServerErrors, failure, setFailure, conflict, setConflict, clashes, key, set,
    rebase, settle, frozen,
  };
}

/**
 * The state of one form. Mount it anew (with a key) for another record; `refused` is what a field says that the server
 * named.
 */
export function useEditor<R extends Versioned, D extends object, S>(
  options: EditorOptions<R, D, S>, refused: string,
): Editor<D> {
  const { record, draftOf, check } = options;
  const w = useWords();
  const form = useFormState(record, draftOf);
  const { base, draft, set, settle, conflict, clashes, failure } = form;
  const [attempted, setAttempted] = useState(false);
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState(0);
  const isNew = record === undefined;
  const problems = check(draft);
  const dirty = useMemo(() => changedFields(base, draft).length > 0, [base, draft]);
  const guard = useLeaveGuard(dirty);

  const fail = (cause: unknown): void => {
    setFailed((before) => before + 1);
    const error = asApiError(cause);
    if (error.code === 'VERSION_CONFLICT' && options.reload !== undefined) {
      form.setConflict('found');
      return;
    }
    form.setFailure(error);
    if (error.code === 'VALIDATION_FAILED') form.setServerErrors(serverFieldErrors(error, refused));
    if (error.code === 'ALREADY_EXISTS') {
      form.setServerErrors(typedOf(draft, serverFieldErrors(error, w('invalid.taken'))));
    }
  };

  const save = async (): Promise<void> => {
    setAttempted(true);
    if (form.frozen.current) return;
    if (Object.values(problems).some((problem) => problem !== undefined)) {
      setFailed((before) => before + 1);
      return;
    }
    form.frozen.current = true;
    setSaving(true);
    form.setFailure(undefined);
    try {
      const saved = isNew ? await options.create?.(draft, form.key.current)
        : await options.update?.(changesOf(base, draft), form.version, draft);
      guard.release();
      options.onSaved(saved as S, draft);
    } catch (cause) {
      fail(cause);
    } finally {
      form.frozen.current = false;
      setSaving(false);
    }
  };

  const loadLatest = async (): Promise<void> => {
    try {
      if (options.reload !== undefined) form.rebase(await options.reload());
    } catch (cause) {
      form.setFailure(asApiError(cause));
    }
  };

  return {
    draft, isNew, dirty, saving, attempted, failed, failure, conflict, clashes, set, save, loadLatest, settle, guard,
    errors: { ...(attempted ? definedOf(problems) : {}), ...definedOf(form.serverErrors) },
  };
}

/** Of what the server named only what stands on the form: a key may end in something that is not typed. */
function typedOf(draft: object, errors: FieldErrors): FieldErrors {
  return Object.fromEntries(Object.entries(errors).filter(([field]) => field in draft));
}

function definedOf(errors: FieldErrors): FieldErrors {
  return Object.fromEntries(Object.entries(errors).filter(([, text]) => text !== undefined));
}
