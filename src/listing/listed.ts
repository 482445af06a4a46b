// What a server says of itself and of its tools when it is asked.

/** A tool as the server defines it; nothing of it has been checked but its name. */
export interface ListedTool {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly inputSchema: unknown;
  readonly annotations: unknown;
}

export interface ServerInfo {
  readonly name: string;
  readonly version: string;
}

export type Listed =
  | {
      readonly ok: true;
      /** Of all pages, in the server's order. */
      readonly tools: readonly ListedTool[];
      /** The protocol's revision that was spoken: `2025-11-25`. */
      readonly era: string;
      readonly server: ServerInfo | undefined;
    }
  /** `why` is one line for people, without the values of the environment it was started with. */
  | { readonly ok: false; readonly why: string };

/** The tool of one entry of a list; undefined where it has no name to call it by. */
export function readTool(value: unknown): ListedTool | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, title, description, inputSchema, annotations } = value as Record<string, unknown>;
  if (typeof name !== 'string') return undefined;
  return {
    name,
    title: typeof title === 'string' ? title : undefined,
    description: typeof description === 'string' ? description : undefined,
    inputSchema,
    annotations,
  };
}
