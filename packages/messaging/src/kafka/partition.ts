/**
 * The partition of a key, as in every Kafka client: murmur2 of the key's bytes without the sign bit, modulo the number
 * of partitions (Apache Kafka, `Utils.murmur2` and `BuiltInPartitioner`). The implementation of kafkajs computes in
 * BigInt.
 */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** @param partitions the number of partitions */
export function partitionOf(key: Buffer | string, partitions: number): number {
  return (murmur2(typeof key === 'string' ? Buffer.from(key) : key) & 0x7fffffff) % partitions;
}

/** A signed 32-bit hash. */
function murmur2(bytes: Buffer): number {
  const { length } = bytes;
  let hash = SEED ^ length;
  const end = length & ~3;
  for (let at = 0; at < end; at += 4) {
    const word = Math.imul(bytes.readInt32LE(at), M);
    hash = Math.imul(hash, M) ^ Math.imul(word ^ (word >>> R), M);
  }
  for (let left = length - end - 1; left >= 0; left -= 1) hash ^= (bytes[end + left] as number) << (8 * left);
  if (end < length) hash = Math.imul(hash, M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
