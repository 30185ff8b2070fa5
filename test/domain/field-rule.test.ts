/** What the setup form of a channel asks of a value, as the form and the server both judge it. */
import t from 'tap';
import { telegram } from '#channels/telegram/adapter.ts';
import { ruleProblem, wrongPart, type FieldRule } from '#domain/channels/field-rule.ts';

function ruleOf(name: string): FieldRule {
  const rule = telegram.setup.find((field) => field.name === name)?.rule;
  if (rule === undefined) throw new Error(`${name} has no rule`);
  return rule;
}

t.test('a bot token has digits, a colon and at least 35 signs', async (t) => {
  const token = ruleOf('token');
  const key = 'AAH-_0123456789abcdefghijklmnopqrst'.padEnd(35, 'x');
  for (const good of [`123456789:${key}`, `  1:${key}x\n`]) t.equal(wrongPart(token, good), undefined, good);
  for (const bad of ['bukan token', '123456:ABC-DEF', `abc:${key}`, `123456789:${key.slice(1)}`, `12:${key} x`]) {
    t.match(ruleProblem(token, bad, 'id'), /^Bukan token bot/, bad);
    t.match(ruleProblem(token, bad, 'en'), /^Not a bot token/, bad);
  }
});

t.test('a list of commands is refused at the part that is none, and names it', async (t) => {
  const commands = ruleOf('commands');
  t.equal(wrongPart(commands, 'start: Mulai percakapan, /bantuan: Cara: pakai,\nlain_2:x, '), undefined);
  t.equal(wrongPart(commands, 'start: Mulai, tanpa titik dua'), 'tanpa titik dua');
  t.match(ruleProblem(commands, 'start: Mulai, tanpa titik dua', 'id'), /^“tanpa titik dua” bukan perintah/);
  for (const bad of ['start:', ': apa', 'mulai lagi: x', 'é: x']) t.equal(wrongPart(commands, bad), bad);
});
