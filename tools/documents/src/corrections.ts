/**
 * Rules that the services have enforced since the first release, but that the released document states only in words.
 * To state them in schemas takes nothing away, so the released document is read as if it did.
 */
import { namesSomeoneSchema } from '@mo/contracts';

export interface Schemas {
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}

/** The bodies that name a customer by one of two members; their schemas say so from version 1.3.0 on. */
const NAMING_A_CUSTOMER = ['NewLoan', 'NewPayment'];

/** A copy of the document, with the rules that its schemas lack. */
export function corrected<Document extends Schemas>(document: Document): Document {
  const copy = structuredClone(document);
  for (const name of NAMING_A_CUSTOMER) {
    const schema = copy.components?.schemas?.[name];
    if (schema !== undefined && !('anyOf' in schema)) Object.assign(schema, namesSomeoneSchema);
  }
  return copy;
}
