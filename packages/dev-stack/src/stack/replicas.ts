import { type DatabaseOwner, databaseOwners } from '../servers/databases.ts';

export type Replicated = DatabaseOwner | 'webhooks';
const replicated = [...databaseOwners, 'webhooks'] as const;

/** The number of processes of each service. */
export type Replicas = Record<Replicated, number>;

const replicasMax = 9;

/** One process of each service. */
export const oneEach: Readonly<Replicas> = { customers: 1, loans: 1, payments: 1, webhooks: 1 };

/**
 * Parses a text such as `loans=2,payments=3`; services that are not named have one process.
 *
 * @throws Error naming what is wrong
 */
export function parseReplicas(text: string): Replicas {
  const replicas: Replicas = { ...oneEach };
  const seen = new Set<string>();
  for (const part of text.split(',')) {
    const [name, count, ...rest] = part.split('=').map((word) => word.trim());
    const owner = replicated.find((known) => known === name);
    if (!owner || count === undefined || rest.length > 0)
      throw new Error(`--replicas: "${part}" must be one of ${replicated.join(', ')}, "=" and a number, as in loans=2`);
    if (seen.has(owner)) throw new Error(`--replicas names ${owner} twice`);
    if (!/^\d+$/.test(count) || Number(count) < 1 || Number(count) > replicasMax)
      throw new Error(`--replicas: ${owner} must be a whole number from 1 to ${replicasMax}, not "${count}"`);
    seen.add(owner);
    replicas[owner] = Number(count);
  }
  return replicas;
}
