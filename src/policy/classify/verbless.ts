// What a name without a verb says: by the thing it names, or by the verb that a noun is made of.
import { PREPOSITIONS, READ_NOUNS } from './nouns.ts';
import { type Finding, judge } from './phrase.ts';
import { inflectedVerbOf, stemsOfAgent, verbOf } from './verbs.ts';

export function readVerbless(words: readonly string[]): Finding | undefined {
  return readNoun(words) ?? readInflected(words) ?? readMaking(words) ?? readAgent(words);
}

/** `order_history`: what it gives back. */
export function readNoun(words: readonly string[]): Finding | undefined {
  const last = words.at(-1);
  return last !== undefined && READ_NOUNS.has(last)
    ? { category: 'read', why: `noun "${last}"`, sure: false }
    : undefined;
}

// `deletes_file`: only plain verbs, since `orders` and `running` are mostly something else.
function readInflected(words: readonly string[]): Finding | undefined {
  for (const [at, word] of words.entries()) {
    const verb = inflectedVerbOf(word);
    // The `lists` of `reminder_lists` are things.
    if (at > 0 && word.endsWith('s') && verb?.category === 'read') continue;
    if (verb?.kind === 'verb') return { ...judge(verb, words.slice(at + 1)), sure: false };
  }
  return undefined;
}

// `text_to_speech`, `image_to_3d` make something; `speech_to_text` only reads it.
function readMaking(words: readonly string[]): Finding | undefined {
  const to = words.indexOf('to');
  if (!MEDIA.has(words[to - 1] ?? '')) return undefined;
  const made = words[to + 1];
  const why = `"${words[to - 1]}" to "${made ?? '…'}"`;
  if (made === 'text') return { category: 'read', why, sure: false };
  return made === undefined || MEDIA.has(made) || made === 'model'
    ? { category: 'write', why, sure: false }
    : undefined;
}

const MEDIA: ReadonlySet<string> = new Set([
  ...['text', 'speech', 'voice', 'audio', 'sound', 'music', 'song'],
  ...['image', 'images', 'photo', 'sketch', 'video', 'animation'],
]);

// `code_runner`, `port_scanner`, `masscan`: only of verbs of danger, since a `user` uses nothing.
function readAgent(words: readonly string[]): Finding | undefined {
  const last = words.at(-1) ?? '';
  // `flag_by_sender` sends nothing.
  if (PREPOSITIONS.has(words.at(-2) ?? '')) return undefined;
  for (const stem of stemsOfAgent(last)) {
    const verb = verbOf(stem);
    if (verb === undefined || verb.kind === 'noun') continue;
    if (verb.category === 'read' || verb.category === 'write') continue;
    return { category: verb.category, why: `verb "${verb.word}" in "${last}"`, sure: false };
  }
  return undefined;
}
