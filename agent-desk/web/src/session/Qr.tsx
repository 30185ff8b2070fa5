/** A QR code drawn as one SVG path: black on white in both themes, for cameras need the contrast. */
import { encode } from 'uqr';
import { useMemo } from 'react';

/** The text as a QR code with its quiet zone; `label` says what it is to those who cannot see it. */
export function Qr({ text, label, size = 184 }: { text: string; label: string; size?: number }) {
  const { path, side } = useMemo(() => {
    const code = encode(text, { ecc: 'M', border: 3 });
    const squares = code.data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: squares.join(''), side: code.size };
  }, [text]);
  return (
    <svg role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${side} ${side}`}
      shapeRendering="crispEdges">
      <rect width={side} height={side} fill="#fff" /><path d={path} fill="#000" />
    </svg>
  );
}
