/** What commands that audit and rebuild know of this service. */
export { paymentsAudited } from './db/image.ts';
