import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { TcpRelay } from '../src/faults/relay.ts';

let echo: Server;
let relay: TcpRelay;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  relay = await TcpRelay.start((echo.address() as AddressInfo).port);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  relay.stop();
  echo.close();
});

function connecting(): Socket {
  const socket = connect({ port: relay.port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  return socket;
}
async function open(): Promise<Socket> {
  const socket = connecting();
  await once(socket, 'connect');
  return socket;
}
const said = async (socket: Socket) => String((await once(socket, 'data'))[0]);

it('forwards data and its end in both directions', async () => {
  const socket = await open();
  socket.end('hello');
  expect(await said(socket)).toBe('hello');
  await once(socket, 'end');
});

it('cuts existing and new connections until it is open again', async () => {
  const socket = await open();
  socket.write('hello');
  await said(socket);
  relay.become('cut');
  expect(((await once(socket, 'error')) as [NodeJS.ErrnoException])[0].code).toBe('ECONNRESET');
  await once(connecting(), 'close').catch((error: NodeJS.ErrnoException) => expect(error.code).toBe('ECONNRESET'));
  relay.become('open');
  const again = await open();
  again.write('again');
  expect(await said(again)).toBe('again');
});

it('holds data back while stalled, and loses none of it', async () => {
  const before = await open();
  before.write('1');
  await said(before);
  relay.become('stalled');
  const during = await open();
  before.write('2');
  during.write('3');
  let isHeld = true;
  const answers = Promise.all([said(before), said(during)]).finally(() => {
    isHeld = false;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isHeld).toBe(true);
  relay.become('open');
  expect(await answers).toEqual(['2', '3']);
});

it('loses connections silently, and accepts new ones', async () => {
  const lost = await open();
  lost.write('1');
  await said(lost);
  relay.lose();
  lost.on('data', (data) => {
    throw new Error(`${String(data)} came back`);
  });
  lost.write('2');
  const other = await open();
  other.write('3');
  expect(await said(other)).toBe('3');
  relay.become('stalled');
  relay.become('open');
  other.write('4');
  expect(await said(other)).toBe('4');
  expect(lost.destroyed).toBe(false);
});
