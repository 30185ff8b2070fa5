/** What an administrator may do to a user's access: password, sessions, authenticator, deactivating and back. */
import { useState } from 'react';
import { api, ConfirmButton, notifyDone, notifyError, useSession } from '../../kit/index.ts';
import { useRefresh } from '../data.ts';
import css from '../parts/admin.module.css';
import { OnceDialog } from '../parts/copy.tsx';
import { FormSection } from '../parts/editor.tsx';
import type { UserRecord } from '../types.ts';
import { useWords } from '../use-words.ts';

interface SafetyProps { record: UserRecord; reload: () => Promise<UserRecord>; dirty: boolean; onClose: () => void }

/** Four buttons that each ask first. They wait until the form is saved, so that no version is passed by. */
export function UserSafety({ record, dirty, onClose }: SafetyProps) {
  const w = useWords();
  const refresh = useRefresh();
  const me = useSession().user.id;
  const [password, setPassword] = useState<string>();
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
  const reset = () => run(w('users.reset'), async () => {
    const answer = await api.post<{ password: string | null }>(`${path}/password`);
    setPassword(answer.password ?? undefined);
  });
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
        <ConfirmButton title={w('users.resetAsk', { name })} text={w('users.resetHint')} confirm={w('users.reset')}
          onConfirm={reset}
          disabled={blocked} why={why}>{w('users.reset')}</ConfirmButton>
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
      {password === undefined ? null : (
        <OnceDialog title={w('users.onceTitle', { name })} hint={w('users.onceHint')} done={w('users.onceDone')}
          values={[{ label: w('fields.password'), text: password }]}
          onClose={() => { setPassword(undefined); refresh(); onClose(); }} />
      )}
    </FormSection>
  );
}
