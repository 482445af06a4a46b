// The clients that are known: where their files are and how a server is named in them. docs/clients.md has
// the sources.
import table from './table.json' with { type: 'json' };

export type Format = 'json' | 'jsonc' | 'yaml' | 'toml';

/** `~`, `%NAME%`, `*` within a name and `**` for folders are expanded. One list: all platforms'. */
export type Paths = readonly string[] | Readonly<Record<'darwin' | 'linux' | 'win32', string[]>>;

export interface Client {
  readonly id: string;
  readonly name: string;
  /** Of a file whose name does not say it. */
  readonly format: Format;
  /** False where the reader takes comments but no comma behind the last element. */
  readonly trailingCommas?: boolean;
  readonly user: Paths;
  /** By environment variable: in place of the `user` files; `<dir>` is its value. */
  readonly overrides?: Readonly<Record<string, readonly string[]>>;
  /** By environment variable: read besides. */
  readonly more?: Readonly<Record<string, readonly string[]>>;
  /** Another client's files that it reads too. */
  readonly also?: Paths;
  /** In a project's folder. */
  readonly project?: readonly string[];
  /** The administrator's. */
  readonly managed?: Paths;
  /** The environment variable that names the administrator's file. */
  readonly managedBy?: string;
  /** Of plugins, extensions and bundles, which their updates overwrite. */
  readonly bundles?: Paths;
  /** Where in the document the servers are; `*` is any key. The longest first. */
  readonly servers: readonly (readonly string[])[];
  /** `single`: the document is about one server. */
  readonly shape?: 'map' | 'list' | 'single';
  readonly keys: {
    readonly command: string;
    readonly args?: string;
    readonly env: string;
    readonly cwd?: string;
  };
  /** An entry without arguments is an error. */
  readonly argsRequired?: boolean;
  /** `command` holds the arguments too. */
  readonly commandIsList?: boolean;
  /** A key under which the rest may be nested. */
  readonly nested?: string;
  /** Values of `type` for a server that is started. */
  readonly types?: readonly string[];
  readonly url?: readonly string[];
  readonly disabled?: readonly { readonly key: string; readonly when: boolean }[];
  /** Lists of names that are turned off; `*` is the key of the same place in `servers`. */
  readonly off?: readonly (readonly string[])[];
  /** Forms of the variables that it expands. */
  readonly variables?: readonly string[];
  /** It writes the file itself. */
  readonly rewrites?: boolean;
  /** It honours a lock folder beside the file. */
  readonly lock?: boolean;
  /** Whether it declares elicitation: the wrapper can ask the person in it. Missing: nobody knows. */
  readonly elicits?: boolean;
}

export const CLIENTS: readonly Client[] = table as readonly Client[];
