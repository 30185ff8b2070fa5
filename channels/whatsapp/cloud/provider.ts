/** The official Cloud API of Meta as a provider of the WhatsApp channel; webhook.ts is its other half. */
export { pull } from './media.ts';
export { change, send } from './send.ts';
export { templates } from './templates.ts';
export { start } from './watch.ts';
