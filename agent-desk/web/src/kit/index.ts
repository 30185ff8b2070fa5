/**
 * What pages are made of, exported in one place: administration and later pages build on this and on nothing deeper.
 */
export { fetchAll, rowsOf, type Whole } from '../api/all.ts';
export { api, ApiError, downloadFile, type Api, type Page, type RequestOptions } from '../api/client.ts';
export { clockTime, dayTime, fileSize, indonesianZones, listTime, maskPhone, rupiah, shortDate, span,
  type Locale } from '../lib/time.ts';
export { localNow, serverNow } from '../lib/now.ts';
export { useSession, type Session, type SessionUser } from '../session/session.ts';
export { sayError, type Said } from './errors.ts';
export { CheckField, Form, MultiSelectField, SecretField, SelectField, TextAreaField, TextField } from './fields.tsx';
export { NumberField } from './NumberField.tsx';
export { useApi, useCan, usePhone } from './hooks.ts';
export { Kinds } from './Kinds.tsx';
export { allOr, foundOr } from './list-filters.ts';
export { notifyDone, notifyError, notifyWarn } from './notify.ts';
export { ConfirmButton, DataTable, PageBody, PageHeader, tableOf, type Column } from './page.tsx';
export { Bdi, Kbd } from './small.tsx';
export { EmptyState, ErrorState, SkeletonRows } from './states.tsx';
export { codeWord, defineWords, useLocale, useT, type WordsOf, type WordValues } from './words.ts';
export { zoneName } from './zone.ts';
