/** Text of people as text and nothing else: its direction isolated, web addresses as safe links, lines kept. */
import { useMemo } from 'react';
import { textParts } from '../lib/links.ts';

/** React escapes it; links open apart and tell the other side nothing. */
export function SafeText({ text }: { text: string }) {
  const parts = useMemo(() => textParts(text), [text]);
  return (
    <bdi>
      {parts.map((part, index) => (part.kind === 'text' ? part.text
        : <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">{part.text}</a>))}
    </bdi>
  );
}
