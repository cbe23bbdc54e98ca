/** The exports for commands that audit or rebuild this service. */
export { customersAudited } from './db/image.ts';
