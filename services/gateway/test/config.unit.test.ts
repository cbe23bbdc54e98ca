import { gatewayConfig } from '../src/config.ts';

const valid = {
  PORT: '8080',
  CUSTOMERS_URL: 'http://127.0.0.1:8081',
  LOANS_URL: 'http://127.0.0.1:8082, http://127.0.0.1:8092',
  PAYMENTS_URL: 'http://payments.internal',
  API_KEYS: 'demo:00',
};

it('is read from the environment, with one origin per replica', () => {
  expect(gatewayConfig(valid)).toEqual({
    host: '127.0.0.1',
    port: 8080,
    logLevel: 'info',
    version: 'dev',
    tracing: null,
    replicas: {
      customers: ['http://127.0.0.1:8081'],
      loans: ['http://127.0.0.1:8082', 'http://127.0.0.1:8092'],
      payments: ['http://payments.internal'],
      webhooks: [],
    },
    identityDir: null,
    keys: { text: 'demo:00' },
    trustedProxies: [],
    database: null,
    auditDays: 400,
    tokens: null,
  });
});

it('accepts a database for keys and the audit log, and an OpenID provider', () => {
  const more = {
    GATEWAY_DATABASE_URL: 'postgres://gateway:secret@db:5432/gateway',
    AUDIT_DAYS: '30',
    OIDC_ISSUER: 'https://login.example',
    OIDC_AUDIENCE: 'mo',
    OIDC_RATE: '20',
  };
  expect(gatewayConfig({ ...valid, ...more })).toMatchObject({
    database: { url: more.GATEWAY_DATABASE_URL },
    auditDays: 30,
    tokens: { issuer: 'https://login.example', audience: 'mo', jwksUrl: null, rate: 20 },
  });
});

it('accepts a file of keys instead of keys', () => {
  expect(gatewayConfig({ ...valid, API_KEYS: '', API_KEYS_FILE: '/keys' }).keys).toEqual({ file: '/keys' });
});

it('accepts trusted proxies', () => {
  const networks = '10.0.0.0/8, 127.0.0.1,2001:db8::/32';
  expect(gatewayConfig({ ...valid, TRUSTED_PROXIES: networks }).trustedProxies).toEqual([
    '10.0.0.0/8',
    '127.0.0.1',
    '2001:db8::/32',
  ]);
});

it.each([
  [{ API_KEYS: undefined }, 'neither API_KEYS nor API_KEYS_FILE is set'],
  [{ API_KEYS_FILE: '/keys' }, 'API_KEYS and API_KEYS_FILE are both set'],
  [{ LOANS_URL: undefined }, 'LOANS_URL is not set'],
  [{ LOANS_URL: 'http://127.0.0.1:1/api' }, 'LOANS_URL: must be origins'],
  [{ LOANS_URL: 'http://127.0.0.1:1,http://127.0.0.1:1' }, 'LOANS_URL contains an origin twice'],
  [{ PORT: 'http' }, 'PORT: '],
  [{ GATEWAY_DATABASE_URL: 'gateway' }, 'GATEWAY_DATABASE_URL: '],
  [{ AUDIT_DAYS: '0' }, 'AUDIT_DAYS: '],
  [{ TRUSTED_PROXIES: '10.0.0.0/8, proxy' }, 'TRUSTED_PROXIES: must be IP addresses or ranges'],
  [{ TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES: must be IP addresses or ranges'],
  [{ OIDC_ISSUER: 'https://login.example' }, 'OIDC_AUDIENCE must be set too'],
  [{ OIDC_AUDIENCE: 'mo' }, 'OIDC_ISSUER is not set'],
  [{ OIDC_ISSUER: 'http://login.example', OIDC_AUDIENCE: 'mo' }, 'OIDC_ISSUER: must be an https URL'],
])('is refused if a variable is wrong or missing, which the error names: %j', (change, message) => {
  expect(() => gatewayConfig({ ...valid, ...change })).toThrow(message);
});
