/** A zone of Indonesia by the name that everybody there calls it; any other by its IANA name. */
import { indonesianZones } from '../lib/time.ts';
import { codeWord } from './words.ts';

/** "WITA (Makassar)" of "Asia/Makassar". */
export function zoneName(zone: string): string {
  const known = indonesianZones.find((each) => each === zone);
  return known === undefined ? zone : codeWord('zone', known);
}
