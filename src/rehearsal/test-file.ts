// Text of a file of policy tests → its tests, or every problem in it with line and column.
import {
  locate,
  type Path,
  type Problem,
  problemsOf,
  renderLocated,
  WITHOUT_HINTS,
} from '../policy/problems.ts';
import { readYaml } from '../policy/read-yaml.ts';
import type { Mode } from '../proxy/context.ts';
import { type Request, requestFor } from './rehearsal.ts';
import {
  type CallDocument,
  type Expected,
  type StepDocument,
  type TestDocument,
  type TestFileDocument,
  testFileSchema,
  writtenOut,
} from './test-schema.ts';
import { DEFAULT_START } from './time.ts';
import { type YamlText, yamlText } from './yaml-text.ts';

export interface TestFile {
  /** As the file names them, in the order of the layers; undefined where it names none. */
  readonly policies: readonly string[] | undefined;
  readonly server: string;
  readonly tests: readonly PolicyTest[];
}

export interface PolicyTest {
  readonly name: string;
  /** Of the file, from 1. */
  readonly line: number;
  readonly mode: Mode;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly steps: readonly Step[];
}

/** `at`: milliseconds since the test began; undefined for the time of the step before. */
export type Step = Restart | TestCall;

export interface Restart {
  readonly kind: 'restart';
  readonly at: number | undefined;
}

export interface TestCall {
  readonly kind: 'call';
  /** Its place among the calls of the test, from 1. */
  readonly number: number;
  readonly line: number;
  readonly at: number | undefined;
  readonly request: Request;
  readonly repeat: number;
  readonly answered: boolean;
  readonly expected: Expected;
}

export type TestFileResult = { file: TestFile } | { problems: string[] };

/** JSON is read as the YAML that it is. All problems are reported at once, as `name:line:column: …`. */
export async function parseTestFile(name: string, text: string): Promise<TestFileResult> {
  const { document, problems } = await readYaml(text, { anyNumbers: true });
  const located = async (found: readonly Problem[]) => ({
    problems: (await locate(text, found)).map(problem => renderLocated(name, problem)),
  });
  if (document === undefined || problems.length > 0) return located(problems);
  const whole = writtenOut(document);
  const parsed = testFileSchema.safeParse(whole);
  if (!parsed.success)
    return located(problemsOf(parsed.error, whole, testFileSchema, WITHOUT_HINTS));
  const reader = new Reader(parsed.data, await yamlText(text));
  const file = reader.file();
  return reader.problems.length > 0 ? located(reader.problems) : { file };
}

const TARGETS = ['tool', 'resource', 'prompt'] as const;
const CALL_KEYS = [...TARGETS, 'args', 'repeat', 'answer', 'expect'] as const;

/** Where a call stands, and `instead` of what. */
interface Place {
  readonly path: Path;
  readonly number: number;
  readonly at: number | undefined;
  readonly instead: string;
}

// What the shape of the document leaves open.
class Reader {
  readonly problems: Problem[] = [];

  constructor(
    private readonly document: TestFileDocument,
    private readonly text: YamlText,
  ) {}

  file(): TestFile {
    const { policy, server = 'test', tests } = this.document;
    return { policies: policy, server, tests: tests.map((test, i) => this.test(test, i)) };
  }

  private test(test: TestDocument, index: number): PolicyTest {
    const path = ['tests', index];
    return {
      name: test.name,
      line: this.text.lineOf(path),
      mode: test.mode ?? 'enforce',
      start: test.start ?? this.document.start ?? DEFAULT_START,
      steps: this.steps(test, path),
    };
  }

  private steps({ calls, ...own }: TestDocument, path: Path): Step[] {
    if (calls === undefined)
      return this.call(own, { path, number: 1, at: undefined, instead: 'calls' });
    for (const key of CALL_KEYS)
      if (own[key] !== undefined)
        this.add([...path, key], 'expected `calls` or one call of its own, not both', true);
    let latest = 0;
    let number = 0;
    const steps = calls.flatMap((step, i) => {
      const at = [...path, 'calls', i];
      if (step.at !== undefined && step.at < latest)
        this.add([...at, 'at'], 'expected no time before that of the call above');
      latest = Math.max(latest, step.at ?? 0);
      if (step.restart) return this.restart(step, at);
      return this.call(step, { path: at, number: ++number, at: step.at, instead: 'restart' });
    });
    if (!calls.some(step => step.restart !== true))
      this.add([...path, 'calls'], 'expected at least one call: this test checks nothing', true);
    return steps;
  }

  private restart(step: StepDocument, path: Path): Step[] {
    for (const key of CALL_KEYS)
      if (step[key] !== undefined) this.add([...path, key], 'a restart is no call', true);
    return [{ kind: 'restart', at: step.at }];
  }

  private call(call: CallDocument, { path, instead, ...about }: Place): TestCall[] {
    const { expect, repeat = 1, answer = true } = call;
    const asked = this.request(call, path, instead);
    if (expect === undefined) this.add(path, 'expected `expect`: what the call should come to');
    if (asked === undefined || expect === undefined) return [];
    const line = this.text.lineOf(path);
    const rest = { repeat, answered: answer, expected: expect };
    return [{ kind: 'call', ...about, line, request: asked, ...rest }];
  }

  private request(call: CallDocument, path: Path, instead: string): Request | undefined {
    const [target, second] = TARGETS.filter(key => call[key] !== undefined);
    const name = target && call[target];
    if (target === undefined || name === undefined || second !== undefined) {
      this.add(path, `expected one of \`tool\`, \`resource\`, \`prompt\` and \`${instead}\``);
      return undefined;
    }
    if (target === 'resource' && call.args !== undefined)
      this.add([...path, 'args'], 'a resource takes no arguments', true);
    const args = call.args === undefined ? undefined : this.json([...path, 'args']);
    return requestFor(target, name, args);
  }

  private json(path: Path): string {
    const found = this.text.jsonAt(path);
    if ('json' in found) return found.json;
    this.problems.push(found.problem);
    return '{}';
  }

  private add(path: Path, message: string, atKey = false): void {
    this.problems.push({ path, message, atKey });
  }
}
