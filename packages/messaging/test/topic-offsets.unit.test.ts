import { topicOffsets } from '../src/kafka/topic-offsets.ts';

const OFFSETS = [{ partition: 0, offset: '3', low: '0', high: '3' }];

/** A broker that answers with errors first. */
const brokerWith = (errors: Error[]) => ({
  fetchTopicOffsets: () => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve(OFFSETS) : Promise.reject(error);
  },
});
const errorThat = (fate: { readonly retriable: boolean }, message: string) => Object.assign(new Error(message), fate);

describe('the offsets of a topic', () => {
  it('are requested again while a broker does not know yet that it leads a partition', async () => {
    const notLeader = () => errorThat({ retriable: true }, 'This server is not the leader for that topic-partition');
    expect(await topicOffsets(brokerWith([notLeader(), notLeader()]), 'mo.loans')).toBe(OFFSETS);
  });

  it('are not requested again if no retry helps', async () => {
    const errors = [errorThat({ retriable: false }, 'Not authorized to access topics')];
    await expect(topicOffsets(brokerWith(errors), 'mo.loans')).rejects.toThrow('Not authorized');
    await expect(topicOffsets(brokerWith([new Error('closed')]), 'mo.loans')).rejects.toThrow('closed');
  });
});
