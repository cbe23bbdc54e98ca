/** What commands that audit and rebuild know of this service. */
export { customersAudited } from './db/image.ts';
