// Which code of the product ran: V8's own count of blocks, as a hint which inputs are worth keeping.

import { readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';

export interface Coverage {
  /** The blocks of `src/` that ran since the last call and are not noted. */
  fresh(): readonly string[];
  /** From now on these are no longer news. */
  note(blocks: readonly string[]): void;
  readonly blocks: number;
}

/**
 * Watches the scripts in a folder, given as a URL, in which esbuild names each module by a comment.
 * To be called before they are loaded: what was compiled earlier runs several times slower.
 */
export function coverageOf(folder: string): Coverage {
  const session = new Session();
  session.connect();
  const post = <T>(method: string, params?: object): T => {
    let got: T | undefined;
    // Within one thread the answer comes before `post` returns.
    session.post(method, params, (error: Error | null, result?: object) => {
      if (error) throw error;
      got = result as T;
    });
    return got as T;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const products = new Map<string, (offset: number) => boolean>();
  const productIn = (url: string) => {
    const found = products.get(url) ?? productRanges(readFileSync(fileURLToPath(url), 'utf8'));
    products.set(url, found);
    return found;
  };
  const known = new Set<string>();
  return {
    fresh() {
      const { result } = post<Profiler.TakePreciseCoverageReturnType>(
        'Profiler.takePreciseCoverage',
      );
      return result
        .filter(({ url }) => url.startsWith(folder))
        .flatMap(({ url, functions }) => blocksOf(functions, url, productIn(url)))
        .filter(block => !known.has(block));
    },
    note(blocks) {
      for (const block of blocks) known.add(block);
    },
    get blocks() {
      return known.size;
    },
  };
}

function blocksOf(
  functions: readonly Profiler.FunctionCoverage[],
  url: string,
  isProduct: (offset: number) => boolean,
): string[] {
  return functions
    .flatMap(({ ranges }) => ranges)
    .filter(({ startOffset, count }) => count > 0 && isProduct(startOffset))
    .map(({ startOffset, endOffset }) => `${url} ${startOffset}-${endOffset}`);
}

function productRanges(bundle: string): (offset: number) => boolean {
  const modules = [...bundle.matchAll(/^\/\/ (\S+\.(?:[cm]?[jt]s|json))$/gm)].map(match => ({
    start: match.index,
    isProduct: match[1]?.startsWith('src/') ?? false,
  }));
  return offset => modules.findLast(({ start }) => start <= offset)?.isProduct ?? false;
}
