/** The exports for commands that audit or rebuild this service. */
export { loansAudited } from './db/image.ts';
