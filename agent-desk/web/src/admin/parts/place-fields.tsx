/** The fields that forms of places and of work share: code and name, the site, the zone. One look, one behaviour. */
import { indonesianZones, SelectField, TextField, zoneName } from '../../kit/index.ts';
import { optionsOf, useSites } from '../data.ts';
import type { FieldErrors } from '../use-editor.ts';
import { useWords } from '../use-words.ts';
import { Pair } from './editor.tsx';

interface Coded { draft: { code: string }; errors: FieldErrors; set: (field: 'code', value: string) => void }
interface Named { draft: { name: string }; errors: FieldErrors; set: (field: 'name', value: string) => void }

/** A code: in capitals as it is typed, and never changed afterwards. */
export function CodeField({ editor: { draft, errors, set }, isNew, hint }: { editor: Coded; isNew: boolean;
  hint?: string }) {
  const w = useWords();
  return (
    <TextField label={w('common.code')} description={hint} value={draft.code} disabled={!isNew} required
      error={errors['code']} data-autofocus={isNew || undefined}
      onChange={(value) => { set('code', value.toUpperCase()); }} />
  );
}

/** A name; the first field where there is no code. */
export function NameField({ editor: { draft, errors, set }, first }: { editor: Named; first?: boolean }) {
  const w = useWords();
  return (
    <TextField label={w('common.name')} value={draft.name} required error={errors['name']}
      data-autofocus={first === true || undefined} onChange={(value) => { set('name', value); }} />
  );
}

/** Code and name side by side. */
export function CodeAndName({ editor, isNew, codeHint }: { editor: Coded & Named & { draft: { code: string;
  name: string } }; isNew: boolean; codeHint?: string }) {
  return <Pair><CodeField editor={editor} isNew={isNew} hint={codeHint} /><NameField editor={editor} /></Pair>;
}

/** The site something stands at: those in use, and the one it stands at already. */
export function SiteField({ value, error, onChange }: { value: string | null; error: string | undefined;
  onChange: (value: string | null) => void }) {
  const w = useWords();
  const sites = useSites();
  return (
    <SelectField label={w('fields.siteId')} value={value} required error={error} onChange={onChange}
      data={optionsOf(sites.filter((site) => site.active || site.id === value))} />
  );
}

/** The three zones of Indonesia by their own names, and whatever another one a place already has. */
export function ZoneField({ value, error, onChange }: { value: string; error: string | undefined;
  onChange: (value: string) => void }) {
  const w = useWords();
  return (
    <SelectField label={w('sites.zone')} value={value} error={error} onChange={(zone) => { onChange(zone ?? value); }}
      data={[...new Set([...indonesianZones, value])].map((zone) =>
        ({ value: zone, label: zoneName(zone) }))} />
  );
}
