import { beatUntil, whileBeating } from '../src/kafka/heartbeats.ts';

/** Heartbeats that fail. @param onBeat is called with the number of each */
function failingHeartbeat(onBeat: (beats: number) => void) {
  let beats = 0;
  return async () => {
    beats += 1;
    onBeat(beats);
    throw new Error('the group is rebalancing');
  };
}

it('sends heartbeats as long as the work takes, even if one fails', async () => {
  const enough = Promise.withResolvers<string>();
  const heartbeat = failingHeartbeat((beats) => {
    if (beats === 3) enough.resolve('done');
  });
  expect(await whileBeating(heartbeat, 1, () => enough.promise)).toBe('done');
  await expect(whileBeating(heartbeat, 1, () => Promise.reject(new Error('in vain')))).rejects.toThrow('in vain');
});

it('leaves the work at the first heartbeat that allows it, and sends no more', async () => {
  const [work, later] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  let beats = 0;
  const heartbeat = failingHeartbeat((count) => {
    beats = count;
  });
  expect(await beatUntil(work.promise, heartbeat, 1, () => beats === 3)).toBe(false);
  // Beats of other work, by which the ones of the first would have come as well.
  const others = failingHeartbeat((count) => {
    if (count === 3) later.resolve('done');
  });
  await whileBeating(others, 1, () => later.promise);
  expect(beats).toBe(3);
  work.reject(new Error('nobody waits for it'));
  expect(await beatUntil(Promise.resolve(), heartbeat, 1, () => true)).toBe(true);
});
