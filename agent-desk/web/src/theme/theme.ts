/** Mantine in the desk's own sizes and colours; the colours themselves are CSS variables in styles/tokens.css. */
import { Button, Checkbox, createTheme, Menu, Modal, Select, Tooltip } from '@mantine/core';

const fieldSize = { size: 'sm' } as const;

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
    Menu: Menu.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 80 }, position: 'bottom-start',
      withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({ defaultProps: { centered: true, radius: 'lg', lockScroll: false,
      transitionProps: { duration: 120 } } }),
  },
});
