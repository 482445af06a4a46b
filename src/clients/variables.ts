// Variables that clients put into the texts of an entry.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are not ours

export interface Scene {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** The project's folder. */
  readonly project: string | undefined;
  /** The folder of the file. */
  readonly folder: string;
}

type Resolve = (name: string, scene: Scene, fallback: string | undefined) => string | undefined;

const fromEnv: Resolve = (name, { env }, fallback) => env[name] || fallback;

/** By the form as the table has it. */
const FORMS: Record<string, readonly [RegExp, Resolve]> = {
  '${VAR:-default}': [/\$\{([A-Za-z_]\w*):-([^}]*)\}/, fromEnv],
  '${VAR}': [/\$\{([A-Za-z_]\w*)\}/, fromEnv],
  '${env:NAME}': [/\$\{env:([^}]+)\}/, fromEnv],
  '{env:VAR}': [/\{env:([^}]+)\}/, fromEnv],
  '%VAR%': [/%([A-Za-z_]\w*)%/, fromEnv],
  $VAR: [/\$([A-Za-z_]\w*)/, fromEnv],
  '${userHome}': [/\$\{userHome\}/, (_, { home }) => home],
  '${HOME}': [/\$\{HOME\}/, (_, { home }) => home],
  '${workspaceFolder}': [/\$\{workspaceFolder\}/, (_, { project }) => project],
  '${__dirname}': [/\$\{__dirname\}/, (_, { folder }) => folder],
  '${input:ID}': [/\$\{input:[^}]*\}/, () => undefined],
  '${file:/path}': [/\$\{file:[^}]*\}/, () => undefined],
  '${user_config.KEY}': [/\$\{user_config\.[^}]*\}/, () => undefined],
  '${{ secrets.NAME }}': [/\$\{\{[^}]*\}\}/, () => undefined],
};

export interface Expander {
  readonly expand: (text: string) => string;
  /** The first variable without a value. */
  readonly unknown: () => string | undefined;
}

/** For the forms that one client knows. */
export function expander(forms: readonly string[], scene: Scene): Expander {
  const known = forms.flatMap(form => {
    const found = FORMS[form];
    return found === undefined ? [] : [found];
  });
  const any = new RegExp(known.map(([pattern]) => pattern.source).join('|'), 'g');
  let unknown: string | undefined;
  const put = (text: string): string => {
    for (const [pattern, resolve] of known) {
      const match = new RegExp(`^(?:${pattern.source})$`).exec(text);
      if (match === null) continue;
      const value = resolve(match[1] ?? '', scene, match[2]);
      if (value !== undefined) return value;
    }
    unknown ??= text;
    return text;
  };
  return {
    expand: text => (known.length === 0 ? text : text.replace(any, put)),
    unknown: () => unknown,
  };
}
