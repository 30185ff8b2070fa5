/** The words of the administration screens in both languages, and the type of their keys ("users.title"). */
import { en } from './words/en.ts';
import { id } from './words/id.ts';

type Paths<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}` }[keyof T & string];

/** Every key of the words, written with dots. */
export type AdminKey = Paths<typeof id>;

/** The same words twice: a test holds that both languages have the same keys and the same values to fill in. */
export const adminWords = { id, en };
