// What an import could not say in policy-wrap's language, and what it did instead.
import { describePath, type Path } from '../policy/problems.ts';

export class Notes {
  private readonly places = new Map<string, Set<string>>();
  private readonly general = new Set<string>();

  /** `at` is the place in the source; one text for several places is one note. */
  add(at: Path, text: string): void {
    const places = this.places.get(text) ?? new Set();
    this.places.set(text, places.add(describePath(at)));
  }

  /** What holds for every rule of its kind. */
  addGeneral(text: string): void {
    this.general.add(text);
  }

  /** `tools.a.rules[0], tools.b.rules[2]: …`, in the order in which they came up; the general ones last. */
  get list(): string[] {
    const placed = [...this.places].map(([text, places]) => `${[...places].join(', ')}: ${text}`);
    return [...placed, ...[...this.general].map(text => `tools: ${text}`)];
  }
}
