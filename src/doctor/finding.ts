// One line of `policy-wrap doctor`.

export interface Finding {
  /** `note`: for the person to know; nothing is broken. */
  readonly status: 'ok' | 'note' | 'failed';
  readonly what: string;
  /** The command that mends it, or what to do where none does. */
  readonly mend?: string | undefined;
}

export function ok(what: string): Finding {
  return { status: 'ok', what };
}

export function note(what: string, mend?: string): Finding {
  return { status: 'note', what, mend };
}

export function failed(what: string, mend: string): Finding {
  return { status: 'failed', what, mend };
}

/** A path or a name as a word for a shell. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:@%+=,-]+$/.test(text)) return text;
  return process.platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}
