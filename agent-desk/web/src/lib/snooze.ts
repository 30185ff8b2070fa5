/** The times that putting aside offers: in the reader's own zone, always ahead, never twice the same. */

export type SnoozeWord = 'inHours' | 'thisEvening' | 'tomorrow' | 'nextWeek';
export interface SnoozeChoice { word: SnoozeWord; hours: number; at: Date }

function atHour(from: Date, days: number, hour: number): Date {
  return new Date(from.getFullYear(), from.getMonth(), from.getDate() + days, hour);
}

/** One and three hours, four in the afternoon if it is well ahead, tomorrow at nine, Monday at nine. */
export function snoozeChoices(now: number): SnoozeChoice[] {
  const from = new Date(now);
  const hour = 3_600_000;
  const choices: SnoozeChoice[] = [1, 3].map((hours) =>
    ({ word: 'inHours', hours, at: new Date(now + hours * hour) }));
  const evening = atHour(from, 0, 16);
  if (evening.getTime() - now > hour) choices.push({ word: 'thisEvening', hours: 0, at: evening });
  choices.push({ word: 'tomorrow', hours: 0, at: atHour(from, 1, 9) });
  const toMonday = (8 - from.getDay()) % 7 || 7;
  if (toMonday > 1) choices.push({ word: 'nextWeek', hours: 0, at: atHour(from, toMonday, 9) });
  // At one in the afternoon three hours reach four, at six tomorrow at nine: the first way to say a time stands.
  return choices.filter((choice, index) =>
    choices.findIndex((other) => other.at.getTime() === choice.at.getTime()) === index);
}

/** A moment as a field for date and time holds it: "2026-11-21T09:30", in the reader's zone. */
export function fieldTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
