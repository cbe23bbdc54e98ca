/**
 * kafkajs 2.2.4 takes no answer for metadata: if every broker fails to answer the request, as after a restart, each
 * method of an admin that needs them throws a TypeError. With this patch it throws an error that says so, and which may
 * be retried like that of any other outage.
 */
import kafkajs from 'kafkajs';
import { insideKafkajs } from './inside-kafkajs.ts';

/** An untyped internal class of kafkajs. */
interface Cluster {
  /** Resolves to null if no broker answers. */
  metadata: (this: Cluster, options?: object) => Promise<object | null>;
}

const { prototype } = insideKafkajs<{ readonly prototype: Cluster }>('cluster');

const { metadata } = prototype;
prototype.metadata = async function metadataOrError(options) {
  const found = await metadata.call(this, options);
  if (found === null) throw new kafkajs.KafkaJSError('no broker has answered the request for metadata yet');
  return found;
};
