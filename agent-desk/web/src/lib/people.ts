/** How a customer without a name is called: a kind word with a short tag instead of a handle that says nothing. */

/** The tag of a masked handle that is neither a phone nor an address ("vi****cc" gives "CC"); undefined for those. */
export function visitorTag(handleMasked: string): string | undefined {
  const found = /^([^@\d+][^@]*)?\*{4}([^@*]*)$/.exec(handleMasked);
  if (found === null) return undefined;
  return (found[2] ?? '').toUpperCase();
}
