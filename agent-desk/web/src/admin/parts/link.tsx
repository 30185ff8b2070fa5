/** A link by which a person sets their own password: shown once, to be handed over. */
import { dayTime, serverNow, useLocale } from '../../kit/index.ts';
import type { PasswordLink } from '../types.ts';
import { useWords } from '../use-words.ts';
import { OnceDialog } from './copy.tsx';

/** The whole address; the part after `#` never leaves the browser that opens it. */
export function addressOf(link: PasswordLink): string {
  return `${window.location.origin}${link.path}`;
}

/** Whose link it is, until when it holds, and the address to copy. */
export function LinkDialog({ name, npk, link, onClose }: {
  name: string; npk: string; link: PasswordLink; onClose: () => void;
}) {
  const w = useWords();
  const locale = useLocale();
  const until = dayTime(link.expiresAt, serverNow(), { locale });
  return (
    <OnceDialog title={w(`users.linkTitle.${link.kind}`, { name })} hint={w(`users.linkHint.${link.kind}`, { until })}
      done={w('users.onceDone')} onClose={onClose}
      values={[{ label: w('users.npk'), text: npk }, { label: w('users.link'), text: addressOf(link) }]} />
  );
}
