import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { newSecret, signedHeaders } from '../src/delivery/signature.ts';

const BODY = '{"type":"LoanTaken","data":{"name":"Zoë"}}';

describe('the signature of a message', () => {
  it('is one that the library of Standard Webhooks takes', () => {
    const secret = newSecret();
    const headers = signedHeaders('loans-17-4', Date.now(), BODY, [secret]);
    expect(headers['webhook-id']).toBe('loans-17-4');
    expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY));
  });

  it('is right for the new secret and the old one, while there are two', () => {
    const secrets = [newSecret(), newSecret()];
    const headers = signedHeaders('loans-17-4', Date.now(), BODY, secrets);
    for (const secret of secrets) expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    expect(() => new Webhook(newSecret()).verify(BODY, headers)).toThrow(WebhookVerificationError);
  });

  it('holds for this id, this time and this body alone', () => {
    const secret = newSecret();
    const headers = signedHeaders('loans-17-4', Date.now(), BODY, [secret]);
    const verify =
      (body: string, changed: Partial<typeof headers> = {}) =>
      () =>
        new Webhook(secret).verify(body, { ...headers, ...changed });
    expect(verify(`${BODY} `)).toThrow(WebhookVerificationError);
    expect(verify(BODY, { 'webhook-id': 'loans-17-5' })).toThrow(WebhookVerificationError);
    expect(verify(BODY, { 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) })).toThrow(
      WebhookVerificationError,
    );
  });
});
