/** The exports for commands that audit or rebuild this service. */
export { paymentsAudited } from './db/image.ts';
