import { keysUrlOf } from '../src/tokens/description.ts';

const ISSUER = 'https://id.example/realm';

it('the keys of a provider are at the URL in its metadata', () => {
  expect(keysUrlOf({ issuer: ISSUER, jwks_uri: 'https://keys.example/1' }, ISSUER)).toBe('https://keys.example/1');
});

it('a provider without TLS, as on the same machine, may also serve its keys without TLS', () => {
  const issuer = 'http://127.0.0.1:8080';
  expect(keysUrlOf({ issuer, jwks_uri: `${issuer}/keys` }, issuer)).toBe(`${issuer}/keys`);
});

it.each([
  [
    'of another provider',
    { issuer: 'https://other.example', jwks_uri: 'https://keys.example/1' },
    'is the description of',
  ],
  ['that names no keys', { issuer: ISSUER }, 'has no jwks_uri'],
  ['whose keys are nowhere', { issuer: ISSUER, jwks_uri: 'keys' }, 'has no jwks_uri'],
  ['whose keys come in the clear', { issuer: ISSUER, jwks_uri: 'http://keys.example/1' }, 'does not use TLS'],
  ['that is none', null, 'is the description of undefined'],
])('a description is refused %s', (_what, description, why) => {
  expect(() => keysUrlOf(description, ISSUER)).toThrow(why);
});
