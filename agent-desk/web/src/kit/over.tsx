/** The dialogs and drawers of the desk: Mantine's, but Esc closes the uppermost alone and the focus always returns. */
import { Drawer as MantineDrawer, Modal as MantineModal, type DrawerProps, type ModalProps } from '@mantine/core';
import { useLayoutEffect, useRef } from 'react';
import { layOver } from '../lib/overlays.ts';

type Over = Pick<ModalProps, 'opened' | 'onClose' | 'closeOnEscape'>;

function useLayer({ opened, onClose, closeOnEscape = true }: Over): void {
  const latest = useRef({ onClose, byEscape: closeOnEscape });
  useLayoutEffect(() => { latest.current = { onClose, byEscape: closeOnEscape }; });
  useLayoutEffect(() => (opened ? layOver(() => latest.current) : undefined), [opened]);
}

/** A dialog. Also one that is made already open gives the focus back when it goes. */
export function Modal(props: ModalProps) {
  useLayer(props);
  return <MantineModal {...props} closeOnEscape={false} returnFocus={false} />;
}

/** A drawer, under the same rules. */
export function Drawer(props: DrawerProps) {
  useLayer(props);
  return <MantineDrawer {...props} closeOnEscape={false} returnFocus={false} />;
}
