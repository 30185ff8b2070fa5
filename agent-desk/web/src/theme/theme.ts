/** Mantine in the desk's own sizes and colours; the colours themselves are CSS variables in styles/tokens.css. */
import { Button, Checkbox, createTheme, Menu, Modal, Select, Tooltip } from '@mantine/core';

const fieldSize = { size: 'sm' } as const;

/**
 * What opens over the page is there, and gone, in the very press: while Mantine fades it in it is not there yet and the
 * next key acts on the page, and while it fades out it still swallows keys. It appears by an animation of base.css.
 */
const atOnce = { transitionProps: { duration: 0 } } as const;

/** The theme of every Mantine piece. `autoContrast` stays off: tokens.css says what stands on what. */
export const theme = createTheme({
  fontFamily: 'var(--font)',
  primaryColor: 'blue',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { ...fieldSize, variant: 'filled' },
      vars: (_theme, props) => ({ root: {
        '--button-height': props.size === 'xs' ? '28px' : props.size === 'md' ? '36px' : '32px',
        '--button-fz': `calc(${props.size === 'xs' ? 12 : 13}px * var(--text-scale, 1))`,
        '--button-padding-x': props.size === 'xs' ? '8px' : '12px',
      } }),
    }),
    TextInput: { defaultProps: fieldSize }, PasswordInput: { defaultProps: fieldSize },
    Textarea: { defaultProps: fieldSize }, NumberInput: { defaultProps: fieldSize },
    MultiSelect: { defaultProps: fieldSize },
    Select: Select.extend({ defaultProps: { ...fieldSize, allowDeselect: false, checkIconPosition: 'right' } }),
    Checkbox: Checkbox.extend({ defaultProps: { size: 'xs', radius: 'xs' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, transitionProps: { duration: 80 },
      withinPortal: true } }),
    SegmentedControl: { defaultProps: { transitionDuration: 120 } },
    Menu: Menu.extend({ defaultProps: { ...atOnce, shadow: 'md', position: 'bottom-start',
      withInitialFocusPlaceholder: false } }),
    Popover: { defaultProps: atOnce },
    Drawer: { defaultProps: atOnce },
    Modal: Modal.extend({ defaultProps: { ...atOnce, centered: true, radius: 'lg', lockScroll: false } }),
  },
});
