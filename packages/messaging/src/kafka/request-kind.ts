import { insideKafkajs } from './inside-kafkajs.ts';

/** An untyped internal object of kafkajs: a kind of request, with a factory for each version. */
export interface RequestKind<Options, Call> {
  readonly versions: readonly string[];
  protocol: (of: { version: number | string }) => (options: Options) => Call;
}

/** The same object from which kafkajs creates its requests of this kind. */
export const requestKind = <Options, Call>(name: 'fetch' | 'produce'): RequestKind<Options, Call> =>
  insideKafkajs(`protocol/requests/${name}`);
