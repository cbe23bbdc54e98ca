import { whileBeating } from '../src/kafka/heartbeats.ts';

it('beats as long as the work takes, whatever becomes of a beat', async () => {
  const enough = Promise.withResolvers<string>();
  let beats = 0;
  const heartbeat = async () => {
    beats += 1;
    if (beats === 3) enough.resolve('done');
    throw new Error('the group is rebalancing');
  };
  expect(await whileBeating(heartbeat, 1, () => enough.promise)).toBe('done');
  await expect(whileBeating(heartbeat, 1, () => Promise.reject(new Error('in vain')))).rejects.toThrow('in vain');
});
