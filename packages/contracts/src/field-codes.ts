/** The codes of rules that a field may break, each with its meaning. A rule keeps its code; further codes may be added. */
export const FIELD_CODES = {
  required: 'The field is missing.',
  unknown_member: 'The operation knows no member or parameter of this name.',
  duplicate_member: 'An object of the body gives the member more than once.',
  repeated: 'The parameter or header is given more than once.',
  invalid_type: 'The value has another type, or is not a whole number where the rule asks for one.',
  invalid_format: 'The text does not have the form that the rule describes, such as that of a time or an id.',
  invalid_value: 'The value is none of the permitted words.',
  too_small: 'The number is less, or the text or list shorter, than the rule permits.',
  too_big: 'The number is more, or the text or list longer, than the rule permits.',
  in_past: 'The time is in the past.',
  in_future: 'The time is in the future.',
  contradiction: 'The field and another one name different customers.',
  not_found: 'The field names nothing that exists.',
  too_many_loans: 'The payment would be spread over more loans than one payment may be.',
  not_supported: 'The operation does not support the header.',
  invalid_json: 'The body is not JSON in UTF-8, or is not complete.',
  invalid_encoding: 'The query is not percent-encoded UTF-8.',
  invalid: 'The field breaks another rule, which `detail` states; bounds of amounts, rates and `limit` are among them.',
} as const;

export type FieldCode = keyof typeof FIELD_CODES;

export const isFieldCode = (code: string): code is FieldCode => Object.hasOwn(FIELD_CODES, code);
