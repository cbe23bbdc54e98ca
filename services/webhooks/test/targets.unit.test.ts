import { type LookUp, readNetwork, Targets } from '../src/delivery/targets.ts';

const FORBIDDEN = [
  '127.0.0.1',
  '127.8.9.1',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '::7f00:1',
  '::127.0.0.1',
  '::8.8.8.8',
  '::808:808',
  '4000::1',
  'fec0::1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001::1',
  '2001:db8::1',
];

describe('targets', () => {
  it.each(FORBIDDEN)('exclude %s', (address) => expect(new Targets().permits(address)).toBe(false));

  it.each(['93.184.215.14', '8.8.8.8', '::ffff:8.8.8.8', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])(
    'include %s',
    (address) => expect(new Targets().permits(address)).toBe(true),
  );

  it('include the additionally allowed networks, and no others', () => {
    const targets = new Targets([readNetwork('10.1.0.0/16'), readNetwork('fd00::/8')]);
    expect(['10.1.2.3', 'fd12::1', '::ffff:10.1.2.3', '8.8.8.8'].map((one) => targets.permits(one))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['10.2.0.1', 'fe80::1', '127.0.0.1'].map((one) => targets.permits(one))).toEqual([false, false, false]);
  });

  it.each([
    ['https://example.com/hook?a=b', null],
    ['https://example.com:8443', null],
    ['http://example.com', 'must be an https URL'],
    ['ftp://example.com', 'must be an https URL'],
    ['file:///etc/passwd', 'must be an https URL'],
    ['example.com', 'must be a URL'],
    ['', 'must be a URL'],
    ['https://a b:99999/', 'must be a URL'],
    ['https://example.com:99999/', 'must have a port of at most 65535'],
    ['https://example.com/:99999', null],
    ['https://user:pass@example.com', 'must not contain a user name or a password'],
    ['https://user@example.com', 'must not contain a user name or a password'],
    ['https://example.com/#part', 'must not have a fragment'],
    ['https://127.0.0.1', 'must not be an address of a private network'],
    ['https://2130706433', 'must not be an address of a private network'],
    ['https://0x7f.1', 'must not be an address of a private network'],
    ['https://[::1]:8080/', 'must not be an address of a private network'],
    ['https://[::127.0.0.1]/', 'must not be an address of a private network'],
    ['https://[::ffff:169.254.169.254]/', 'must not be an address of a private network'],
    [`https://example.com/${'a'.repeat(2_000)}`, 'must have at most 2000 characters'],
  ])('find of %s the fault %j', (url, fault) => expect(new Targets().faultOf(url)).toBe(fault));

  it('accept http if private networks are allowed', () => {
    const targets = new Targets([readNetwork('127.0.0.0/8')]);
    expect(targets.faultOf('http://127.0.0.1:9000/hook')).toBeNull();
    expect(targets.faultOf('http://10.0.0.1/hook')).toBe('must not be an address of a private network');
    expect(targets.faultOf('http://8.8.8.8/hook')).toBe('must be an https URL');
    expect(targets.faultOf('https://8.8.8.8/hook')).toBeNull();
  });

  it('accept http to those networks only, whatever a name resolves to later', async () => {
    const standsFor =
      (address: string): LookUp =>
      async () => [{ address, family: 4 }];
    const look = (address: string, which: 'lookup' | 'lookupAllowed') => {
      const targets = new Targets([readNetwork('10.0.0.0/8')], standsFor(address));
      return new Promise((resolve) => {
        targets[which]('shop', { all: true }, (error, found) => resolve(error?.name ?? found));
      });
    };
    expect(await look('8.8.8.8', 'lookup')).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await look('8.8.8.8', 'lookupAllowed')).toBe('ForbiddenTargetError');
    expect(await look('10.1.1.1', 'lookupAllowed')).toEqual([{ address: '10.1.1.1', family: 4 }]);
    const check = (url: string) => () => new Targets([readNetwork('10.0.0.0/8')]).check(new URL(url));
    expect(check('http://8.8.8.8/')).toThrow('without TLS');
    expect(check('http://10.0.0.1/')).not.toThrow();
    expect(check('https://8.8.8.8/')).not.toThrow();
  });

  it('are checked when a name is resolved', async () => {
    const look = (targets: Targets) =>
      new Promise((resolve) => {
        targets.lookup('localhost', { all: true }, (error, found) => resolve(error?.name ?? found));
      });
    expect(await look(new Targets())).toBe('ForbiddenTargetError');
    const allowed = await look(new Targets([readNetwork('127.0.0.0/8'), readNetwork('::1/128')]));
    expect(allowed).toEqual(expect.arrayContaining([expect.objectContaining({ address: expect.any(String) })]));
  });

  it.each([
    ['a public address and one of ours', [['93.184.215.14', '10.0.0.1']]],
    ['a public address at first, and one of ours when it is asked again', [['93.184.215.14'], ['127.0.0.1']]],
  ])('exclude a name that resolves to %s', async (_what, answers) => {
    const left = [...answers];
    const targets = new Targets([], async () => (left.shift() ?? []).map((address) => ({ address, family: 4 })));
    const look = () =>
      new Promise((resolve) => {
        targets.lookup('rebind.example', {}, (error, address) => resolve(error?.name ?? address));
      });
    const seen = [];
    while (left.length > 0) seen.push(await look());
    expect(seen).toEqual([...answers.slice(1).map(() => '93.184.215.14'), 'ForbiddenTargetError']);
  });
});
