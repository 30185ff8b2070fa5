/** What stands beside the bubbles: the place in the queue, the form before a chat, the rating after it. */
import { Fragment, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ChatState, Form, FormField, PublicSettings } from '../../protocol.ts';
import type { Shared } from './thread.tsx';
import type { Say, WordKey } from './words.ts';

/** The place in the queue and what it may take. */
export function QueueCard({ waiting, say }: { waiting: NonNullable<ChatState['waiting']>; say: Say }): JSX.Element {
  return (
    <section class="card queue" aria-live="polite">
      <div class="queue-head">
        <span class="queue-number" aria-hidden="true">
          {waiting.position}
        </span>
        <div>
          <h2>{say('queuePosition', { n: waiting.position })}</h2>
          <p class="meta">{say('queueMinutes', { n: waiting.minutes })}</p>
        </div>
      </div>
      <p class="meta queue-kept">{say('queueKept')}</p>
    </section>
  );
}

const FIELDS: readonly FormField[] = ['name', 'phone', 'email', 'topic'];
const MODES: Record<FormField, 'text' | 'tel' | 'email'> = {
  name: 'text',
  phone: 'tel',
  email: 'email',
  topic: 'text',
};
const COMPLETES: Record<FormField, string> = { name: 'name', phone: 'tel', email: 'email', topic: 'off' };

/** The fields that the settings ask for. */
export function formFields(settings: PublicSettings): FormField[] {
  return FIELDS.filter((field) => settings.form[field] !== 'off');
}

function wrong(field: FormField, value: string, required: boolean): WordKey | undefined {
  if (value === '') return required ? 'fieldMissing' : undefined;
  if (field === 'phone' && !/^\+?[0-9]{8,15}$/.test(value.replace(/[\s().-]/g, ''))) return 'phoneWrong';
  if (field === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value)) return 'emailWrong';
  return undefined;
}

function Field({
  field,
  settings,
  say,
  error,
  value,
  onValue,
}: {
  field: FormField;
  settings: PublicSettings;
  say: Say;
  error: WordKey | undefined;
  value: string;
  onValue: (value: string) => void;
}): JSX.Element {
  const id = `form-${field}`;
  const common = {
    id,
    value,
    'aria-invalid': error !== undefined,
    'aria-describedby': error === undefined ? undefined : `${id}-error`,
    required: settings.form[field] === 'required',
  };
  const choices = field === 'topic' ? settings.topics : [];
  return (
    <div class="field">
      <label for={id}>
        {say(field)} {settings.form[field] === 'optional' && <span class="meta">{say('optional')}</span>}
      </label>
      {choices.length > 0 ? (
        <select {...common} onChange={(event) => onValue(event.currentTarget.value)}>
          <option value="">{say('choose')}</option>
          {choices.map((topic) => (
            <option key={topic}>{topic}</option>
          ))}
        </select>
      ) : (
        <input
          {...common}
          type="text"
          inputMode={MODES[field]}
          autocomplete={COMPLETES[field]}
          maxLength={200}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          {say(error)}
        </p>
      )}
    </div>
  );
}

/** The form before the first message. */
export function FormCard({
  settings,
  shared,
  onDone,
}: {
  settings: PublicSettings;
  shared: Shared;
  onDone: () => void;
}): JSX.Element {
  const { say, chat } = shared;
  const fields = formFields(settings);
  const [values, setValues] = useState<Form>(chat.get().form ?? {});
  const [tried, setTried] = useState(false);
  const errorOf = (field: FormField): WordKey | undefined =>
    wrong(field, (values[field] ?? '').trim(), settings.form[field] === 'required');
  const submit = (event: Event): void => {
    event.preventDefault();
    setTried(true);
    const bad = fields.find((field) => errorOf(field) !== undefined);
    if (bad !== undefined) {
      document.getElementById(`form-${bad}`)?.focus();
      return;
    }
    chat.setForm(
      Object.fromEntries(
        fields.map((field) => [field, (values[field] ?? '').trim()]).filter(([, value]) => value !== ''),
      ),
    );
    onDone();
  };
  return (
    <form class="card form" onSubmit={submit} noValidate>
      <h2>{say('formTitle')}</h2>
      <p class="meta">{say('formHint')}</p>
      {fields.map((field) => (
        <Field
          key={field}
          field={field}
          settings={settings}
          say={say}
          value={values[field] ?? ''}
          error={tried ? errorOf(field) : undefined}
          onValue={(value) => setValues({ ...values, [field]: value })}
        />
      ))}
      <button type="submit" class="filled">
        {say('formStart')}
      </button>
    </form>
  );
}

const SCORES = [1, 2, 3, 4, 5];

/** The rating after a chat (CSAT 1-5). */
export function RateCard({ shared, onDone }: { shared: Shared; onDone: () => void }): JSX.Element {
  const { say, chat } = shared;
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState('');
  const [step, setStep] = useState<'open' | 'sending' | 'failed'>('open');
  const submit = (event: Event): void => {
    event.preventDefault();
    setStep('sending');
    chat
      .request('chat:rate', { score, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) })
      .then(onDone, () => setStep('failed'));
  };
  return (
    <form class="card rate" onSubmit={submit}>
      <fieldset>
        <legend>
          <h2>{say('rateTitle')}</h2>
        </legend>
        <div class="scores">
          {SCORES.map((value) => (
            <label key={value} class="score">
              <input
                type="radio"
                name="score"
                value={value}
                checked={score === value}
                onChange={() => setScore(value)}
                aria-label={say('rateValue', { n: value })}
              />
              <span aria-hidden="true">{value}</span>
            </label>
          ))}
        </div>
        <div class="ends meta" aria-hidden="true">
          <span>{say('rateLow')}</span>
          <span>{say('rateHigh')}</span>
        </div>
      </fieldset>
      {score > 0 && (
        <Fragment>
          <label class="field-label" for="rate-comment">
            {say('rateComment')}
          </label>
          <textarea
            id="rate-comment"
            rows={2}
            maxLength={2000}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          {step === 'failed' && (
            <p class="field-error" role="alert">
              {say('rateFailed')}
            </p>
          )}
          <button type="submit" class="filled" disabled={step === 'sending'}>
            {say('rateSend')}
          </button>
        </Fragment>
      )}
    </form>
  );
}
