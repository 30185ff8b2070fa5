/** Reads what a widget sends: hand-written checks, for nothing that a browser says is believed. */
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { AppError } from '#domain/errors.ts';
import { isId } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import { cutText, safeText } from '#domain/text.ts';
import type { ChatRequests, Form, FormField, PublicSettings } from './protocol.ts';
import type { Identity } from './token.ts';

const COMMENT_CHARS_MAX = 2_000;
const EMAIL = /^[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}$/;
const FIELDS: readonly FormField[] = ['name', 'phone', 'email', 'topic'];

type Json = Record<string, unknown>;

function object(value: unknown): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new AppError('VALIDATION_FAILED');
  return value as Json;
}

function optionalText(from: Json, name: string, charsMax: number): string | undefined {
  const value = from[name];
  return typeof value === 'string' && value.trim() !== '' ? cutText(safeText(value.trim()), charsMax) : undefined;
}

/** A telephone number as customers write it, as E.164; undefined if it is none. Without a country it is Indonesia's. */
export function normalPhone(written: string): string | undefined {
  const number = parsePhoneNumberFromString(written, 'ID');
  return number?.isPossible() === true ? number.number : undefined;
}

function readForm(value: unknown, settings: PublicSettings): Form {
  const given = value === undefined ? {} : object(value);
  const form: Form = {};
  for (const field of FIELDS) {
    const written = settings.form[field] === 'off' ? undefined : optionalText(given, field, limits.nameChars);
    if (written === undefined) continue;
    const read =
      field === 'phone' ? normalPhone(written) : field === 'email' && !EMAIL.test(written) ? undefined : written;
    if (read === undefined) throw new AppError('VALIDATION_FAILED', { field });
    form[field] = read;
  }
  return form;
}

/** The pre-chat fields that the settings ask for and the form leaves open. */
export function missingFields(form: Form, settings: PublicSettings): FormField[] {
  return FIELDS.filter((field) => settings.form[field] === 'required' && form[field] === undefined);
}

type Sent = Required<Omit<ChatRequests['message:send'], 'answers'>> & { answers: string | undefined };

/** A message to take in. Throws VALIDATION_FAILED naming the field. */
export function readSend(payload: unknown, settings: PublicSettings): Sent {
  const from = object(payload);
  const { clientId, text = '', fileIds = [], answers } = from;
  if (typeof clientId !== 'string' || !isId(clientId)) throw new AppError('VALIDATION_FAILED', { field: 'clientId' });
  if (typeof text !== 'string' || text.length > limits.messageTextChars)
    throw new AppError('VALIDATION_FAILED', { field: 'text' });
  const files = Array.isArray(fileIds) ? fileIds : [undefined];
  if (files.length > limits.filesPerMessageMax || !files.every((id) => typeof id === 'string' && isId(id))) {
    throw new AppError('VALIDATION_FAILED', { field: 'fileIds' });
  }
  if (text.trim() === '' && files.length === 0) throw new AppError('VALIDATION_FAILED', { field: 'text' });
  if (answers !== undefined && (typeof answers !== 'string' || !isId(answers)))
    throw new AppError('VALIDATION_FAILED', { field: 'answers' });
  return { clientId, text, fileIds: files as string[], form: readForm(from['form'], settings), answers };
}

/** A score of 1 to 5 with an optional comment. */
export function readRating(payload: unknown): { score: number; comment: string | undefined } {
  const from = object(payload);
  const score = from['score'];
  if (!Number.isInteger(score) || Number(score) < 1 || Number(score) > 5)
    throw new AppError('VALIDATION_FAILED', { field: 'score' });
  return { score: Number(score), comment: optionalText(from, 'comment', COMMENT_CHARS_MAX) };
}

/** A seq (0 and above) under `name`; 0 if it is missing or nonsense. */
export function readSeq(payload: unknown, name: string): number {
  const value = object(payload)[name];
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 2_147_483_647 ? Number(value) : 0;
}

/** True if the payload says so under `name`. */
export function readFlag(payload: unknown, name: string): boolean {
  return object(payload)[name] === true;
}

/** The host site's word on who this is, or undefined if there is none. */
export function readIdentity(value: unknown): Identity | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const from = value as Json;
  const { userId, hash } = from;
  if (typeof userId !== 'string' || typeof hash !== 'string') return undefined;
  const name = optionalText(from, 'name', limits.nameChars);
  const email = optionalText(from, 'email', 254);
  const phone = normalPhone(optionalText(from, 'phone', 40) ?? '');
  return {
    userId,
    hash,
    ...(name === undefined ? {} : { name }),
    ...(email !== undefined && EMAIL.test(email) ? { email } : {}),
    ...(phone === undefined ? {} : { phone }),
  };
}
