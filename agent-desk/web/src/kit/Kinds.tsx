/** A row of buttons of which one is pressed: what kind of thing a list shows. */
import css from './kinds.module.css';

interface Props<K extends string> {
  /** What is chosen here, for a screen reader. */
  label: string;
  kinds: readonly { value: K; label: string }[];
  value: K;
  onChange: (value: K) => void;
}

/** Choosing one lets go of the other. */
export function Kinds<K extends string>({ label, kinds, value, onChange }: Props<K>) {
  return (
    <div className={css.kinds} role="group" aria-label={label}>
      {kinds.map((each) => (
        <button key={each.value} type="button" className={css.kind} aria-pressed={value === each.value}
          onClick={() => { onChange(each.value); }}>{each.label}</button>
      ))}
    </div>
  );
}
