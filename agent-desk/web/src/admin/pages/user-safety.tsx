/** What an administrator may do to a user's access: password, sessions, authenticator, deactivating and back. */
import { useState } from 'react';
import { api, ConfirmButton, notifyDone, notifyError, useSession } from '../../kit/index.ts';
import { useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { FormSection } from '../parts/editor.tsx';
import { LinkDialog } from '../parts/link.tsx';
import type { PasswordLink, UserRecord } from '../types.ts';
import { useWords } from '../use-words.ts';

interface SafetyProps { record: UserRecord; reload: () => Promise<UserRecord>; dirty: boolean; onClose: () => void }

/** Four buttons that each ask first. They wait until the form is saved, so that no version is passed by. */
export function UserSafety({ record, dirty, onClose }: SafetyProps) {
  const w = useWords();
  const refresh = useRefresh();
  const me = useSession().user.id;
  const [link, setLink] = useState<PasswordLink>();
  const { name, version } = record;
  const path = `/users/${record.id}`;
  const active = record.status === 'ACTIVE';
  const why = dirty ? w('users.saveFirst') : record.id === me ? w('users.self') : undefined;
  const blocked = why !== undefined;
  const run = async (title: string, action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      notifyError(title, error);
    }
  };
  const word = record.passwordSet ? 'reset' : 'invite';
  const reset = () => run(w(`users.${word}`), async () => { setLink(await api.post<PasswordLink>(`${path}/link`)); });
  const noLink = why ?? (active ? undefined : w('users.activateFirst'));
  const signOut = () => run(w('users.signOut'), async () => {
    await api.post(`${path}/sign-out`);
    notifyDone(w('users.signedOut'));
  });
  const takeOff = () => run(w('signInRules.lost'), async () => {
    await api.del(`${path}/two-factor`);
    notifyDone(w('signInRules.lostDone'));
  });
  const toggle = () => run(w(active ? 'common.deactivate' : 'common.activate'), async () => {
    await api.patch(path, { status: active ? 'DISABLED' : 'ACTIVE' }, { version });
    notifyDone(w(active ? 'users.deactivated' : 'users.activated'));
    refresh();
    onClose();
  });
  return (
    <FormSection title={w('users.safety')} hint={why}>
      <div className={css.noticeActions} style={{ marginTop: 0 }}>
        <ConfirmButton title={w(`users.${word}Ask`, { name })} text={w(`users.${word}Hint`)}
          confirm={w(`users.${word}`)} onConfirm={reset} disabled={noLink !== undefined} why={noLink}>
          {w(`users.${word}`)}</ConfirmButton>
        <ConfirmButton title={w('users.signOutAsk', { name })} text={w('users.signOutHint')}
          confirm={w('users.signOut')} onConfirm={signOut}
          disabled={blocked} why={why}>{w('users.signOut')}</ConfirmButton>
        <ConfirmButton title={w('signInRules.lostAsk', { name })} text={w('signInRules.lostHint')}
          confirm={w('signInRules.lost')} onConfirm={takeOff}
          disabled={blocked} why={why}>{w('signInRules.lost')}</ConfirmButton>
        <ConfirmButton danger={active} title={w(active ? 'users.deactivateAsk' : 'users.activateAsk', { name })}
          onConfirm={toggle}
          text={w(active ? 'users.deactivateHint' : 'users.activateHint')}
          confirm={w(active ? 'common.deactivate' : 'common.activate')}
          disabled={blocked} why={why}>{w(active ? 'common.deactivate' : 'common.activate')}</ConfirmButton>
      </div>
      {link === undefined ? null : (
        <LinkDialog name={name} npk={record.npk} link={link} onClose={() => { setLink(undefined); }} />
      )}
    </FormSection>
  );
}
