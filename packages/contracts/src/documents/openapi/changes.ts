/** What each release of the API changed for its callers, newest first. */
export const API_CHANGES: readonly { readonly version: string; readonly changes: readonly string[] }[] = [
  {
    version: '1.3.0',
    changes: [
      'A replay of deliveries names those that are not of this webhook (`missing_ids`).',
      'A delivery names when it is tried next (`next_attempt_at`).',
      'A replay whose `to` is before its `from` is refused.',
      'A CSV file whose header line has another separator than the comma is refused.',
      'A JSON body, or a file in a form, whose `charset` is not UTF-8 is refused; before, it was read as UTF-8.',
      'The file in a form needs no file name if it has a `Content-Type`.',
      'Lower bounds of times take parts of a millisecond into account.',
      'An upload whose key is revoked, or whose key or token expires, before all of it has arrived ends with a 401.',
      'A JSON body with more than 10,000 values is refused.',
      'Filters of loans or payments that name two customers by `customer_id` and `customer_external_id` are refused; before, the list was empty.',
      'A list that `external_id` narrows to a loan or payment carries a `Consistency-Token`, and that of any list covers all of its rows.',
      'The codes of `errors` are listed, and schemas state that a loan or payment names its customer.',
    ],
  },
  {
    version: '1.2.0',
    changes: [
      'Writes of webhooks take an `Idempotency-Key`.',
      'Every operation refuses query parameters that it does not know; before, only lists did.',
      'A query that is not percent-encoded UTF-8 is refused.',
      'A member that a JSON object gives twice is refused (`duplicate_member`); before, the last one counted.',
      'An API key whose `expires_at` is in the past is refused.',
      'An empty body needs no media type.',
    ],
  },
  { version: '1.1.0', changes: ['Webhooks, API keys and the audit log.'] },
  { version: '1.0.0', changes: ['Customers, loans and payments.'] },
];
