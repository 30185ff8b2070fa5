/** The mark of Sambung: two links that hold each other. */

/** Decorative; the name stands beside it or in the title of the page. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" fill="none" stroke="var(--accent-text)" strokeWidth="2.4"
      strokeLinecap="round" aria-hidden="true">
      <g transform="translate(14 14) rotate(-30)">
        <path d="M-1.5 -4.5H-4.5a4.5 4.5 0 0 0 0 9H-1.5a4.5 4.5 0 0 0 4.5-4.5" />
        <path d="M1.5 4.5H4.5a4.5 4.5 0 0 0 0-9H1.5a4.5 4.5 0 0 0-4.5 4.5" />
      </g>
    </svg>
  );
}
