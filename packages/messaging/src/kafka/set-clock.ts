/**
 * kafkajs 2.2.4 sends a heartbeat only if the last one is long enough ago by the wall clock. After the clock was set
 * back by an hour it would send none for an hour, and the group would expel its member. With this patch a last
 * heartbeat in the future counts as sent now.
 */
import { insideKafkajs } from './inside-kafkajs.ts';

/** An untyped internal class of kafkajs: a member of a group. */
export interface ConsumerGroup {
  memberId: string | null;
  coordinator: { readonly heartbeat: () => Promise<void> } | null;
  /** When the last heartbeat was answered, in ms since the epoch. */
  lastRequest: number;
  heartbeat: (this: ConsumerGroup, of: { readonly interval: number }) => Promise<void>;
}
interface ConsumerGroupClass {
  new (options: object): ConsumerGroup;
  readonly prototype: ConsumerGroup;
}

/** The class that kafkajs uses, patched. */
export const ConsumerGroup = insideKafkajs<ConsumerGroupClass>('consumer/consumerGroup');

const { heartbeat } = ConsumerGroup.prototype;
ConsumerGroup.prototype.heartbeat = function heartbeatWhateverTheClock(of) {
  this.lastRequest = Math.min(this.lastRequest, Date.now());
  return heartbeat.call(this, of);
};
