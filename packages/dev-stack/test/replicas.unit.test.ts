import { parseReplicas } from '../src/stack/replicas.ts';

describe('--replicas', () => {
  test('services that are not named have one process', () => {
    expect(parseReplicas('loans=2')).toEqual({ customers: 1, loans: 2, payments: 1, webhooks: 1 });
    expect(parseReplicas('loans=2, payments=9')).toEqual({ customers: 1, loans: 2, payments: 9, webhooks: 1 });
  });

  test.each([
    ['loan=2', '"loan=2" must be one of customers, loans, payments, webhooks'],
    ['gateway=2', '"gateway=2" must be one of'],
    ['', '"" must be one of'],
    ['loans', '"loans" must be one of'],
    ['loans=2=3', '"loans=2=3" must be one of'],
    ['loans=0', 'loans must be a whole number from 1 to 9, not "0"'],
    ['loans=10', 'loans must be a whole number from 1 to 9, not "10"'],
    ['loans=two', 'loans must be a whole number from 1 to 9, not "two"'],
    ['loans=1.5', 'loans must be a whole number from 1 to 9, not "1.5"'],
    ['loans=2,loans=3', 'names loans twice'],
  ])('%j is rejected with the reason', (text, message) => {
    expect(() => parseReplicas(text)).toThrow(message);
  });
});
