import { createRegistry, type Identity, openAdmission, openIdentity } from '../src/index.ts';
import { memoryLog } from './harness.ts';
import { type Authority, forgetIdentities, identityDir, makeAuthority } from './identities.ts';

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});
const opened: Identity[] = [];
afterEach(() => {
  for (const identity of opened.splice(0)) identity.stop();
  forgetIdentities();
});

describe('a contradictory configuration is refused at the start', () => {
  const { logger } = memoryLog();
  const registry = createRegistry('test');
  const [http, https] = ['http://127.0.0.1:8081', 'https://127.0.0.1:8443'];
  let dir: string;
  beforeEach(async () => {
    dir = await identityDir(authority, 'loans');
  });
  const open = (where: string | null, urls: Record<string, string[]>, isRequired?: boolean) => {
    const identity = openIdentity('loans', where, urls, logger, createRegistry('test'), isRequired);
    if (identity !== null) opened.push(identity);
    return identity;
  };

  it('a port without a certificate', () => {
    expect(() => openAdmission(null, { TLS_PORT: 1, TLS_REQUIRED: true }, [], logger, registry)).toThrow(
      'IDENTITY_DIR must be set, because TLS_PORT is set',
    );
  });

  it('a certificate without a port', () => {
    expect(() => openAdmission(open(dir, {}), { TLS_REQUIRED: true }, [], logger, registry)).toThrow(
      'TLS_PORT must be set, because IDENTITY_DIR is set',
    );
  });

  it('an https URL without a certificate', () => {
    expect(() => open(null, { customers: [http], payments: [http, https] })).toThrow(
      'PAYMENTS_URL is https, so IDENTITY_DIR must be set',
    );
    expect(open(null, { customers: [http] })).toBeNull();
  });

  it('a certificate with a URL that is not https, unless TLS is not required yet', () => {
    expect(() => open(dir, { customers: [https], payments: [http, https] })).toThrow(
      'PAYMENTS_URL must be https, because IDENTITY_DIR is set',
    );
    expect(open(dir, { payments: [http, https] }, false)).not.toBeNull();
    expect(open(dir, { payments: [https] })).not.toBeNull();
  });
});
