/** English words of buttons and of changing what was sent; the same keys as id-message.ts. */
import type { idMessage } from './id-message.ts';
import type { Words } from './id.ts';

export const enMessage: Words<typeof idMessage> = {
  ask: {
    make: 'Answer buttons', title: 'Buttons under the reply', buttons: 'Buttons that the customer sees',
    text: 'Words of button {{n}}', textHint: 'Such as: Yes, I agree', url: 'Address of button {{n}}',
    asLink: 'Make it a link', remove: 'Remove button {{n}}', add: 'Add a button', perRow: 'Per row', use: 'Use',
    hint: 'Enter adds a button, Ctrl Enter uses them.', full: 'At most {{max}} buttons.',
    fault_empty: 'Write what the button says.', fault_twice: 'These words are in use already.',
    fault_url: 'The address must begin with https://', contact: 'Ask for the phone number',
    contactWords: 'Share my phone number',
    contactHint: 'The customer shares their number with one tap; it is proven to be theirs.',
    drop: 'Take the buttons off the reply', needsText: 'Write the message that goes with the buttons.',
    tapped: 'Pressed a button',
  },
  alter: {
    edit: 'Edit message', recall: 'Take message back', react: 'React', noReaction: 'Close the reactions',
    reactWith: 'React with {{emoji}}', ownReaction: 'We reacted with {{emoji}}', editing: 'Editing the message',
    newText: 'The new text', hint: 'The customer sees that the message was edited.', save: 'Save the change',
    empty: 'The message cannot be empty.', dismiss: 'Dismiss', asBefore: 'The customer still sees the message as it was.',
    recalled: 'You took this message back after it was sent',
    recalledBy: '{{who}} took this message back after it was sent',
    EDIT_HELD: 'Changes in {{n}} s', RECALL_HELD: 'Goes in {{n}} s', REACTION_HELD: 'Leaves in {{n}} s',
    EDIT_WAITING: 'Being changed ...', RECALL_WAITING: 'Being taken back ...',
    REACTION_WAITING: 'Sending reaction {{emoji}} ...',
    EDIT_FAILED: 'The message was not changed', RECALL_FAILED: 'The message was not taken back',
    REACTION_FAILED: 'The reaction was not sent',
  },
};
