import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { engineAnswers } from '../src/servers/engine.ts';

let hung: Server;
const connections: Socket[] = [];
beforeAll(async () => {
  hung = createServer((socket) => connections.push(socket)).listen(0, '127.0.0.1');
  await once(hung, 'listening');
  process.env.DOCKER_HOST = `tcp://127.0.0.1:${(hung.address() as AddressInfo).port}`;
});
afterAll(() => {
  delete process.env.DOCKER_HOST;
  for (const socket of connections) socket.destroy();
  hung.close();
});

it('an engine that accepts connections but never responds counts as absent', async () => {
  const accepted = once(hung, 'connection');
  await expect(engineAnswers()).resolves.toBe(false);
  await accepted;
});
