import fastify from 'fastify';
import { serveAsset } from '../src/docs/asset.ts';

it('an asset that failed is created at the next request, and then only once', async () => {
  const app = fastify();
  let made = 0;
  const make = async () => {
    made += 1;
    if (made === 1) throw new Error('no file descriptor is left');
    return { content: Buffer.from(`made ${made}`), headers: { 'x-content-type-options': 'nosniff' } };
  };
  serveAsset(app, { path: '/once', type: 'text/plain', make });
  expect(made).toBe(0);
  expect((await app.inject('/once')).statusCode).toBe(500);
  const answers = await Promise.all(Array.from({ length: 3 }, () => app.inject('/once')));
  expect(answers.map(({ body }) => body)).toEqual(['made 2', 'made 2', 'made 2']);
  expect(answers[0]?.headers).toMatchObject({ 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' });
  await app.close();
});
