// The record keeps no secrets and no more than a bounded text, whatever the arguments are.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ARGUMENTS, redactArguments, redactJson } from '../../src/audit/redact.ts';

/** The cut itself is told in so many characters at most. */
const NOTE = 40;
const SECRET = 'hunter2hunter2';

describe('kept as it is', () => {
  test.each([
    [{}, '{}'],
    [{ a: 1, b: [true, null, 'x'] }, '{"a":1,"b":[true,null,"x"]}'],
    [{ max_tokens: 100, tokens: 5 }, '{"max_tokens":100,"tokens":5}'],
    [{ key: 'a', author: 'b', compass_heading: 1 }, '{"key":"a","author":"b","compass_heading":1}'],
    [{ query: 'SELECT token FROM t' }, '{"query":"SELECT token FROM t"}'],
    [{ url: 'https://example.com:8080/a@b' }, '{"url":"https://example.com:8080/a@b"}'],
    [{ text: 'skip-this-step-by-step' }, '{"text":"skip-this-step-by-step"}'],
    ['text', '"text"'],
    [null, 'null'],
    [undefined, 'null'],
  ])('%j', (value, expected) => {
    expect(redactArguments(value)).toBe(expected);
  });
});

describe('secrets by the name of their key', () => {
  test.each([
    ...[
      'password',
      'Password',
      'PASSWORD',
      'userPassword',
      'user_password',
      'user-password',
      'passwd',
    ],
    ...['passphrase', 'pwd', 'secret', 'client_secret', 'clientSecret', 'secretAccessKey', 'token'],
    ...['accessToken', 'ACCESS_TOKEN', 'refresh-token', 'apiKey', 'api_key', 'API-KEY', 'apikey'],
    ...['x-api-key', 'X.Api.Key', 'privateKey', 'private key', 'access_key_id', 'authorization'],
    ...['Authorization', 'auth', 'cookie', 'Set-Cookie', 'sessionId', 'credentials', 'signature'],
    ...['connectionString', 'dsn', 'otp', 'pin', 'cvv', 'ssn'],
    // Words that stand beside the one that tells.
    ...[
      'password_confirmation',
      'passwords',
      'password2',
      'passwordHash',
      'DB_PASSWORD_PROD',
      'db_pwd',
    ],
  ])('%s', key => {
    for (const value of [SECRET, [SECRET], { a: SECRET }]) {
      expect(redactArguments({ [key]: value })).not.toContain(SECRET);
      expect(redactArguments({ a: [{ b: { [key]: value } }] })).not.toContain(SECRET);
    }
    expect(redactArguments({ [key]: SECRET, other: 'shown' })).toContain('shown');
  });

  test('numbers too', () => expect(redactArguments({ pin: 1234 })).not.toContain('1234'));
});

describe('secrets by their form', () => {
  // Put together here, so that no scanner of this repository takes them for real ones.
  const form = (...parts: string[]) => parts.join('');
  const ALNUM = 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8';
  test.each([
    ['AWS key id', form('AK', 'IA', 'IOSFODNN7EXAMPLE')],
    ['AWS temporary key id', form('AS', 'IA', 'IOSFODNN7EXAMPLE')],
    ['GitHub token', form('gh', 'p_', ALNUM)],
    ['GitHub fine-grained token', form('github', '_pat_', ALNUM)],
    ['GitLab token', form('gl', 'pat-', ALNUM)],
    ['Slack token', form('xo', 'xb-', '123456789012-', ALNUM)],
    ['OpenAI key', form('sk', '-proj-', ALNUM)],
    ['Stripe key', form('sk', '_live_', ALNUM)],
    ['Google key', form('AI', 'za', ALNUM)],
    ['npm token', form('np', 'm_', ALNUM)],
    ['Hugging Face token', form('h', 'f_', ALNUM)],
    ['DigitalOcean token', form('dop', '_v1_', ALNUM)],
    ['SendGrid key', form('S', 'G.', ALNUM)],
    ['Google access token', form('ya', '29.', ALNUM)],
    ['JSON Web Token', form('ey', 'JhbGciOiJIUzI1NiJ9', '.', 'eyJzdWIiOiIxIn0', '.', ALNUM)],
  ])('%s', (_, secret) => {
    for (const text of [
      secret,
      `a ${secret} b`,
      `key=${secret}`,
      `["${secret}"]`,
      `x\n${secret}\ny`,
    ])
      expect(redactArguments({ text })).not.toContain(secret);
  });

  test('a private key, to its end', () => {
    const text = `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${ALNUM}\n-----END RSA ${'PRIVATE'} KEY-----`;
    expect(redactArguments({ text })).not.toContain(ALNUM);
  });

  test.each([
    'postgres://user:%@db.example.com/x',
    'redis://:%@localhost',
    'https://user:%@example.com/path',
    'Authorization: Bearer %',
    'curl -H "authorization: bearer %"',
    'password=%',
    'PASSWORD = %',
    "password: '%'",
    'token=%&a=b',
    'api_key=%',
    'api-key: %',
    // An assignment in a shell or an .env file.
    'export DB_PASSWORD=%',
    'GITHUB_TOKEN=%',
    'AWS_SECRET_ACCESS_KEY=%',
    // A query of a URL.
    'https://example.com/?access_token=%',
    'https://example.com/?a=b&client_secret=%',
    // JSON inside a string.
    '{"password":"%"}',
    '{"apiKey": "%"}',
    'Authorization: Basic %',
    'Authorization: %',
    // Nothing else in them says that they hold one.
    'Bearer %',
    'curl -u name:% example.com',
    '-u name:%',
    'mysqldump --password %',
    'login --api-key %',
    'pwd=%',
    'passwd: %',
    'passphrase=%',
    'secret: %',
    'credentials=%',
    'access-key=%',
    'private_key=%',
  ])('%s', template => {
    expect(redactArguments({ text: template.replace('%', SECRET) })).not.toContain(SECRET);
  });

  test('an account key', () => {
    const key = `${ALNUM}==`;
    const text = `AccountName=x;${form('Account', 'Key=')}${key};EndpointSuffix=y`;
    expect(redactArguments({ text })).not.toContain(ALNUM);
  });

  test('the rest of the text is kept', () => {
    expect(redactArguments({ text: `connect with password=${SECRET} to db` })).toBe(
      '{"text":"connect with password=[redacted] to db"}',
    );
  });

  test('a cut splits no secret', () => {
    const secret = form('gh', 'p_', ALNUM);
    for (let before = 150; before < 210; before++)
      expect(redactArguments({ text: `${'x '.repeat(before / 2)}${secret}` })).not.toContain(
        secret.slice(0, 12),
      );
  });
});

describe('bounded', () => {
  const nested = (depth: number): unknown => (depth === 0 ? SECRET : [nested(depth - 1)]);
  const tree = (depth: number): unknown =>
    depth === 0 ? 'leaf' : Array.from({ length: 20 }, () => tree(depth - 1));
  test.each([
    ['a long string', 'x'.repeat(10_000_000)],
    ['many items', Array.from({ length: 1_000_000 }, (_, i) => i)],
    ['many keys', Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]))],
    ['long keys', { ['k'.repeat(100_000)]: 1 }],
    ['deep', nested(120)],
    ['wide and deep', tree(4)],
  ])('%s', (_, value) => {
    expect(redactArguments({ value }).length).toBeLessThanOrEqual(MAX_ARGUMENTS + NOTE);
    expect(redactArguments(value).length).toBeLessThanOrEqual(MAX_ARGUMENTS + NOTE);
  });

  test.each([
    [{ a: 'x'.repeat(300) }, /x{200}… \(300 characters\)/],
    [{ a: Array.from({ length: 25 }, () => 0) }, /… \(25 items\)/],
    [Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${i}`, i])), /\(25 keys\)/],
    [{ a: nested(10) }, /\[…\]/],
  ])('a cut is told: %#', (value, told) => {
    expect(redactArguments(value)).toMatch(told);
  });

  test('no more is looked at than can be kept, however much there is', () => {
    let looks = 0;
    // Twenty keys that lead to twenty keys, without an end.
    const endless = (): object =>
      Object.defineProperties(
        {},
        Object.fromEntries(
          Array.from({ length: 20 }, (_, i) => [
            `k${i}`,
            {
              enumerable: true,
              get() {
                looks++;
                return endless();
              },
            },
          ]),
        ),
      );
    redactArguments(endless());
    expect(looks).toBeLessThan(10_000);
  });

  test('hostile texts take no long time', () => {
    const before = performance.now();
    for (const piece of [
      'a://b:',
      '-----BEGIN ',
      'eyJaaaaaaaa.',
      'sk-',
      'token ',
      'bearer ',
      'password=',
      ':',
      'gh',
      'AKIA',
    ])
      redactArguments([
        piece.repeat(5000),
        `${piece}${'a'.repeat(5000)}`,
        `${piece}${' '.repeat(5000)}`,
      ]);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

test('never throws and stays bounded, for any arguments', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 8, stringUnit: 'binary' }),
    fc.dictionary(
      fc.constantFrom('__proto__', 'toJSON', 'constructor', 'token', 'a'),
      fc.jsonValue(),
    ),
  );
  fc.assert(
    fc.property(value, given => {
      // As it comes from a message: `__proto__` is a key like any other.
      const text = redactArguments(JSON.parse(JSON.stringify(given)));
      expect(text.length).toBeLessThanOrEqual(MAX_ARGUMENTS + NOTE);
      if (text.length < MAX_ARGUMENTS) expect(() => JSON.parse(text)).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});

test('no value under a secret key is ever shown, wherever it stands', () => {
  const key = fc.constantFrom('password', 'apiKey', 'client_secret', 'Authorization');
  const path = fc.array(fc.oneof(fc.constantFrom('a', 'b'), fc.nat(3)), { maxLength: 7 });
  fc.assert(
    fc.property(key, path, (name, steps) => {
      const value = steps.reduce<unknown>(
        (inner, step) =>
          typeof step === 'string' ? { [step]: inner } : [...Array(step).fill(0), inner],
        { [name]: SECRET },
      );
      expect(redactArguments(value)).not.toContain(SECRET);
    }),
  );
});

describe('as text', () => {
  test.each([
    ['{"text":"hello","n":[1,2.50]}', '{"text":"hello","n":[1,2.50]}'],
    ['{ "key" : "orders" }', '{ "key" : "orders" }'],
    ['12345678901234567890', '12345678901234567890'],
  ])('%s is kept as it is', (text, shown) => expect(redactJson(text)).toBe(shown));

  test('what is found in the value is found in its text, however it is spelt', () => {
    const word = fc.constantFrom(
      ...[
        'password',
        'passWord',
        'API-KEY',
        'apiKey',
        'api__key',
        'x',
        'name',
        'value',
        'key',
        'Pin',
      ],
      ...[
        'sessionId',
        'connection string',
        'Auth',
        'text',
        'dsn',
        'creds',
        'cookie',
        'signing.key',
      ],
      ...['pwd', 'db_secret', 'TOKEN', 'passphrase', 'credential', 'authorisation', 'session_id'],
      ...['bearer', 'signature', 'otp', 'CVV', 'ssn', 'access-key', 'private key', 'encryptionKey'],
      // No letters of ASCII, but their lower case is.
      ...['api\u212akey', 'access\u0130key', '\u212aey', 'p\u0130n', 'se\u017fs\u0130on'],
    );
    const text = fc.constantFrom(
      ...[
        SECRET,
        'x',
        'AKIAABCDEFGHIJKLMNOP',
        'token=abcdefgh',
        'https://u:pw12345@h/',
        'DB_PASSWORD',
      ],
      ...['curl -u me:hunter2hunter2', '--password hunter2hunter2', 'Bearer abcdefghijkl', 'é'],
      ...[
        'ghp_',
        'github_pat_',
        'glpat-',
        'xoxb-',
        'sk-',
        'pk_',
        'AIza',
        'npm_',
        'hf_',
        'dop_v1_',
      ].map(prefix => `${prefix}${'a1B2'.repeat(9)}`),
      ...[
        'SG.',
        'ya29.',
        'AccountKey=',
        'Authorization: ',
        'pwd=',
        'private_key: ',
        'Access-Key=',
      ].map(prefix => `${prefix}${'a1B2'.repeat(9)}`),
      ...['-----BEGIN RSA PRIVATE KEY-----', 'eyJabcdefgh.abcdefgh.x', 'ASIAABCDEFGHIJKLMNOP'],
      ...['--api-key abcdefgh', '--TOKEN abcdefgh', 'credentials=abcdefgh', 'PASSWD: abcdefgh'],
    );
    const { value } = fc.letrec(tie => ({
      // Deeper down the value is cut.
      value: fc.oneof(
        { maxDepth: 4 },
        { arbitrary: text, weight: 3 },
        fc.nat(9),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(word, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.boolean(), (given, escaped) => {
        const plain = JSON.stringify(given);
        const json = escaped
          ? plain.replace(/[aeiou](?=\w)/g, c => `\\u00${c.charCodeAt(0).toString(16)}`)
          : plain;
        fc.pre(json.length <= 400);
        expect(redactJson(json)).toBe(redactArguments(given));
      }),
      { numRuns: 5000 },
    );
  });
});
