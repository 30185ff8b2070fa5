/** The sheet of keys, opened by `?`: made from the table of commands; what acts on this screen now stands out. */
import { Modal } from '../kit/over.tsx';
import { Kbd } from '../kit/small.tsx';
import { codeWord, useT } from '../kit/words.ts';
import { capsOf, commandGroups, commands } from './commands.ts';
import { useLetterKeys } from './prefs.ts';
import css from './Shell.module.css';
import { keyBoard } from './useKeys.ts';

/** All keys, a section a group. */
export function ShortcutSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useT();
  const [letters] = useLetterKeys();
  const acting = opened ? keyBoard.names() : new Set<string>();
  return (
    <Modal opened={opened} onClose={onClose} title={t('command.title')} size={1_240}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <div className={css.sheet}>
        {commandGroups.map((group) => (
          <section key={group}>
            <h3>{t(`command.group.${group}`)}</h3>
            <dl>
              {commands.filter((each) => each.group === group).map(({ key, word }) => (
                <div key={key} data-acts={acting.has(key) || undefined}>
                  <dt>{codeWord('command', word)}</dt>
                  <dd><span className="sr">{capsOf(key).join(' ')}</span>
                    {capsOf(key).map((cap) => <Kbd key={cap}>{cap}</Kbd>)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={`meta ${css.sheetNote}`}>{letters ? t('command.note') : t('command.noteOff')}</p>
    </Modal>
  );
}
