// Containment of paths: every way in which a server may read an argument must lead to one answer.
import type { Exact } from '../../rpc/exact.ts';
import { type Effort, TOO_MUCH } from './effort.ts';
import { whyNotComparable } from './equal.ts';
import type { Comparison } from './operators.ts';
import { hasDots, pathsOf, placeOf, type Surroundings } from './path-forms.ts';
import { isInside, type Place, parsePlace, renderPlace } from './place.ts';
import { show, showList } from './show.ts';
import { type Outcome, type Truth, unknown } from './truth.ts';

export interface PathMeans extends Surroundings {
  /** The path without symbolic links, of what exists of it; undefined where that cannot be said. */
  readonly realPath: (path: string) => string | undefined;
}

/** A look at the file system, in steps. */
const LOOK = 2 ** 14;

/** `value` is inside one of `folders`, itself included. */
export function compileWithin(
  folders: readonly string[],
  base: string | undefined,
  means: PathMeans,
): Comparison {
  return (value: Exact, effort: Effort): Outcome => {
    if (typeof value !== 'string') return unknown(() => whyNotComparable(value, ''));
    if (!effort.spend(LOOK)) return unknown(TOO_MUCH);
    const paths = pathsOf(value, base, means);
    if ('odd' in paths) return unknown(() => `is ${show(value)}, which ${paths.odd}`);
    if (!effort.spend((folders.length + 2 * paths.size) * LOOK)) return unknown(TOO_MUCH);
    const into = folders.flatMap(folder => placesOf(placeOf(folder, means), means));
    const places = [...paths].flatMap(path => placesOf(path, means));
    const truth = agreed(places.map(place => insideAny(place, into)));
    return { truth, why: () => `is ${show(value)}, ${where(truth, places)} ${showList(folders)}` };
  };
}

function where(truth: Truth, places: readonly (Place | undefined)[]): string {
  if (truth === 'true') return 'inside';
  if (truth === 'false') return 'outside of';
  return places.includes(undefined)
    ? 'of which nobody can say whether it is inside'
    : 'which may be inside or outside of';
}

/** A path as it reads, and where its links lead; undefined stands for a place that is not known. */
function placesOf(path: string | undefined, means: PathMeans): (Place | undefined)[] {
  if (path === undefined) return [undefined];
  const asText = parsePlace(path, means.isWindows);
  const real = (link: string) => {
    const found = means.realPath(link);
    return found === undefined ? undefined : parsePlace(found, means.isWindows);
  };
  // Systems go through a link first and up then; some servers resolve the dots before.
  const physical = hasDots(path) && !means.isWindows ? [real(path)] : [];
  return [asText, real(renderPlace(asText)), ...physical];
}

function insideAny(place: Place | undefined, folders: readonly (Place | undefined)[]): Truth {
  if (place === undefined) return 'unknown';
  const truths = folders.map(folder =>
    folder === undefined ? 'unknown' : isInside(place, folder),
  );
  if (truths.includes('true')) return 'true';
  return truths.includes('unknown') ? 'unknown' : 'false';
}

function agreed(truths: readonly Truth[]): Truth {
  const [first = 'unknown', ...others] = truths;
  return others.every(other => other === first) ? first : 'unknown';
}
