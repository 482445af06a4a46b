// One server as a client's configuration names it.
export type Transport = 'stdio' | 'remote' | 'unknown';

export interface ServerEntry {
  /** Of the table: `claude-desktop`. */
  readonly client: string;
  /** Other clients that read the same file. */
  readonly readers: readonly string[];
  /** The file, links resolved. */
  readonly file: string;
  readonly scope: 'user' | 'project' | 'managed' | 'bundle';
  /** The project folder, where the entry is for one only. */
  readonly project: string | undefined;
  readonly name: string;
  readonly transport: Transport;
  readonly command: string | undefined;
  /** With the values of variables, which may be secrets: to start a server by, not to show. */
  readonly args: readonly string[];
  /** Values may be secrets: never shown, only handed to the server that is started. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly url: string | undefined;
  readonly disabled: boolean;
  /** Where it is wrapped by policy-wrap already: the command behind it, and our options. */
  readonly wrapped:
    | {
        readonly command: string;
        readonly args: readonly string[];
        readonly options: readonly string[];
      }
    | undefined;
  /** Why it cannot be wrapped, where that is so: managed, bundle, no command, an unknown variable… */
  readonly obstacle: string | undefined;
}

export interface Problem {
  readonly client: string;
  /** Other clients that read the same file. */
  readonly readers?: readonly string[];
  readonly file: string;
  readonly message: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
}
