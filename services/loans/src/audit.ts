/** The part of this service that the audit and rebuild commands use. */
export { loansAudited } from './db/image.ts';
