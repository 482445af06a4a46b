// Hosts of URLs: one answer only where all parsers see one host.
import { describe, expect, test } from 'vitest';
import { hostOf } from '../../../src/policy/conditions/host.ts';
import { judge } from './judging.ts';

const truth = (url: string, value: string[]) => {
  const args = JSON.stringify({ u: url });
  return judge([{ path: 'args.u', op: 'host_in', value }], 'deny', args).truth;
};

describe('the host of a URL, in api.example.com and *.sub.example', () => {
  test.each([
    ['https://api.example.com', 'true'],
    ['https://api.example.com/', 'true'],
    ['HTTPS://API.Example.COM/x', 'true'],
    ['https://api.example.com:8443/x', 'true'],
    ['https://api.example.com:/x', 'true'],
    ['https://api.example.com./x', 'true'],
    ['https://api.example.com?q=a@b.example', 'unknown'],
    ['https://api.example.com/?q=a@b.example', 'true'],
    ['https://api.example.com/a@b', 'true'],
    ['https://api.example.com#x', 'true'],
    ['s3://api.example.com/key', 'true'],
    ['git+ssh://api.example.com/key', 'true'],
    ['https://a.sub.example/', 'true'],
    ['https://a.b.sub.example/', 'true'],
    ['https://sub.example/', 'false'],
    ['https://xsub.example/', 'false'],
    ['https://a.sub.example.evil.example/', 'false'],
    ['https://evil.example/api.example.com', 'false'],
    ['https://evil.example/?https://api.example.com', 'false'],
    ['https://evil.example#api.example.com', 'false'],
    ['https://api.example.com.evil.example', 'false'],
    ['https://localhost', 'false'],
    // A user before the host
    ['https://api.example.com@evil.example/', 'unknown'],
    ['https://user:pw@api.example.com/', 'unknown'],
    ['https://evil.example#@api.example.com/', 'unknown'],
    ['https://evil.example?@api.example.com/', 'unknown'],
    // Slashes and white space that some parsers forgive
    ['https://evil.example\\@api.example.com/', 'unknown'],
    ['https:\\\\api.example.com', 'unknown'],
    ['https:/api.example.com/', 'unknown'],
    ['https:api.example.com', 'unknown'],
    ['https:///api.example.com/', 'unknown'],
    ['//api.example.com/', 'unknown'],
    ['api.example.com', 'unknown'],
    ['api.example.com/x', 'unknown'],
    ['/api.example.com', 'unknown'],
    [' https://api.example.com/', 'unknown'],
    ['ht\ttps://api.example.com/', 'unknown'],
    ['https://api.exa\nmple.com/', 'unknown'],
    ['https://api.example.com /x', 'unknown'],
    ['https://api.example.com/a b', 'unknown'],
    ['https://api.example.com\u00a0/', 'unknown'],
    ['https://evil.example\u0000api.example.com/', 'unknown'],
    ['', 'unknown'],
    // Encoded, and characters that become others
    ['https://api%2eexample.com/', 'unknown'],
    ['https://evil.example%2f@api.example.com/', 'unknown'],
    ['https://api\u3002example.com/', 'unknown'],
    ['https://api.ex\uff41mple.com/', 'unknown'],
    ['https://evil.example\uff0fapi.example.com/', 'unknown'],
    ['https://evil.example\u2100.api.example.com', 'unknown'],
    ['https://api.exam\u00adple.com/', 'unknown'],
    ['https://api.example.com;evil.example/', 'unknown'],
    ['https://api.example.com,evil.example/', 'unknown'],
    // Odd hosts and ports
    ['https://api.example.com../', 'unknown'],
    ['https://.api.example.com/', 'unknown'],
    ['https://api..example.com/', 'unknown'],
    ['https://api.example.com:99999/', 'unknown'],
    ['https://api.example.com:x/', 'unknown'],
    ['https://api.example.com:80:80/', 'unknown'],
    [`https://${'a.'.repeat(200)}example/`, 'unknown'],
    [`https://api.example.com/${'a'.repeat(70_000)}`, 'unknown'],
    // URLs in URLs, and without a host
    ['file:///etc/passwd', 'unknown'],
    ['file://localhost/etc/passwd', 'unknown'],
    ['data:text/plain,https://api.example.com', 'unknown'],
    ['javascript://api.example.com/%0aalert(1)', 'true'],
    ['jar:https://api.example.com/', 'unknown'],
    ['url:https://api.example.com/', 'unknown'],
    ['blob:https://api.example.com/', 'unknown'],
  ])('%j: %s', (url, expected) =>
    expect(truth(url, ['api.example.com', '*.sub.example'])).toBe(expected),
  );
});

describe('addresses', () => {
  test.each<[string, string, string]>([
    ['http://127.0.0.1/', '127.0.0.1', 'true'],
    ['http://127.0.0.1:80/', '127.0.0.1', 'true'],
    ['http://127.0.0.1./', '127.0.0.1', 'true'],
    ['http://127.0.0.2/', '127.0.0.1', 'false'],
    ['http://127.1/', '127.0.0.1', 'unknown'],
    ['http://2130706433/', '127.0.0.1', 'unknown'],
    ['http://0x7f.0.0.1/', '127.0.0.1', 'unknown'],
    ['http://0x7f000001/', '127.0.0.1', 'unknown'],
    ['http://0177.0.0.1/', '127.0.0.1', 'unknown'],
    ['http://127.000.000.001/', '127.0.0.1', 'unknown'],
    ['http://127.0.0.256/', '127.0.0.1', 'unknown'],
    ['http://1.2.3.4.5/', '127.0.0.1', 'unknown'],
    ['http://\u2460\u2461\u2466.0.0.1/', '127.0.0.1', 'unknown'],
    ['http://[::ffff:127.0.0.1]/', '127.0.0.1', 'unknown'],
    ['http://[::ffff:7f00:1]/', '127.0.0.1', 'unknown'],
    ['http://[0:0:0:0:0:ffff:7f00:1]/', '127.0.0.1', 'unknown'],
    ['http://[::127.0.0.1]/', '127.0.0.1', 'unknown'],
    ['http://[64:ff9b::7f00:1]/', '127.0.0.1', 'unknown'],
    ['http://[2002:7f00:1::]/', '127.0.0.1', 'unknown'],
    ['http://[::]/', '127.0.0.1', 'unknown'],
    ['http://[::1]/', '127.0.0.1', 'unknown'],
    ['http://[::1]/', '[::1]', 'true'],
    ['http://[0:0::0:1]:80/', '[::1]', 'true'],
    ['http://[2001:DB8::1]/', '[2001:db8::1]', 'true'],
    ['http://[2001:db8::2]/', '[2001:db8::1]', 'false'],
    ['http://[fe80::1%25eth0]/', '[fe80::1]', 'unknown'],
    ['http://[::1/', '[::1]', 'unknown'],
    ['http://::1/', '[::1]', 'unknown'],
  ])('%s in %s: %s', (url, host, expected) => expect(truth(url, [host])).toBe(expected));
});

describe('names beyond ASCII', () => {
  test.each<[string, string, string]>([
    ['https://bücher.example/', 'bücher.example', 'true'],
    ['https://BÜCHER.example/', 'xn--bcher-kva.example', 'true'],
    ['https://xn--bcher-kva.example/', 'bücher.example', 'true'],
    ['https://XN--BCHER-KVA.example/', 'BÜCHER.example', 'true'],
    ['https://a.bücher.example/', '*.bücher.example', 'true'],
    ['https://bucher.example/', 'bücher.example', 'false'],
    ['https://bu\u0308cher.example/', 'bücher.example', 'unknown'],
    // Cyrillic а
    ['https://p\u0430ypal.example/', 'paypal.example', 'false'],
    ['https://fa\u00df.example/', 'fass.example', 'unknown'],
    ['https://xn--\u0430/', 'a.example', 'unknown'],
    ['https://\u212aelvin.example/', 'kelvin.example', 'unknown'],
  ])('%s in %s: %s', (url, host, expected) => expect(truth(url, [host])).toBe(expected));
});

test.each<[string, string | undefined]>([
  ['Example.COM', 'example.com'],
  ['example.com.', 'example.com'],
  ['*.Example.com', '*.example.com'],
  ['my_host', 'my_host'],
  ['*.com', '*.com'],
  ['[::1]', '[::1]'],
  ['*', undefined],
  ['*.', undefined],
  ['', undefined],
  ['a.*.example', undefined],
  ['*example.com', undefined],
  ['*.*.example', undefined],
  ['*.10.0.0.1', undefined],
  ['*.[::1]', undefined],
  ['https://example.com', undefined],
  ['example.com:80', undefined],
  ['example.com/x', undefined],
  ['user@example.com', undefined],
  ['10.0.0', undefined],
  ['::1', undefined],
  ['10.0.0.0/8', undefined],
  ['a b', undefined],
])('%j in a policy is %j', (text, host) => expect(hostOf(text)).toBe(host));
