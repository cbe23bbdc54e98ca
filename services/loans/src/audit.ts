/** What commands that audit and rebuild know of this service. */
export { loansAudited } from './db/image.ts';
