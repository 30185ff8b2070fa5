/** The sheet of keys, opened by `?`: only keys that do something now stand in it. */
import { Modal } from '@mantine/core';
import { useT } from '../kit/words.ts';
import css from './Shell.module.css';

/** All keys in three groups. */
export function ShortcutSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useT();
  const groups: [string, [string[], string][]][] = [
    [t('keys.groupGo'), [[['J'], t('keys.next')], [['K'], t('keys.previous')], [['Enter'], t('keys.open')],
      [['G', 'I'], t('keys.goInbox')],
      [['Ctrl', 'K'], t('keys.search')]]],
    [t('keys.groupTalk'),
      [[['R'], t('keys.reply')], [['N'], t('keys.noteKey')], [['Ctrl', 'Enter'], t('keys.send')],
      [['E'], t('keys.escalate')],
      [['D'], t('keys.document')], [['X'], t('keys.closeKey')]]],
    [t('keys.groupOther'),
      [[['Alt', '1–5'], t('keys.presenceKey')], [['Esc'], t('keys.esc')], [['?'], t('keys.sheet')]]],
  ];
  return (
    <Modal opened={opened} onClose={onClose} title={t('keys.title')} size={680}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <div className={css.sheet}>
        {groups.map(([title, rows]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {rows.map(([caps, text]) => (
                <div key={text}><dt>{text}</dt><dd>{caps.map((cap) => <kbd key={cap} className="kbd">{cap}</kbd>)}</dd>
                  </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={`meta ${css.sheetNote}`}>{t('keys.note')}</p>
    </Modal>
  );
}
