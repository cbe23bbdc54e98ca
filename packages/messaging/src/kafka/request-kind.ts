import { insideKafkajs } from './inside-kafkajs.ts';

/** What is inside of kafkajs, and has no types there: a kind of request, and how each version of it is made. */
export interface RequestKind<Options, Call> {
  readonly versions: readonly string[];
  protocol: (of: { version: number | string }) => (options: Options) => Call;
}

/** The very object that kafkajs takes its requests of this kind from. */
export const requestKind = <Options, Call>(name: 'fetch' | 'produce'): RequestKind<Options, Call> =>
  insideKafkajs(`protocol/requests/${name}`);
