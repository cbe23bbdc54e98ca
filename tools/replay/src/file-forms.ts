/** The files of a data set and their columns, in the header line in any order. */
export const RESOURCES = ['customers', 'loans', 'payments'] as const;
export type Resource = (typeof RESOURCES)[number];

export interface FileForm {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly customerColumn: string;
}

export const FILE_FORMS: Readonly<Record<Resource, FileForm>> = {
  customers: {
    required: ['external_id', 'score'],
    optional: ['status', 'preapproved_at'],
    customerColumn: 'external_id',
  },
  loans: {
    required: ['external_id', 'customer_external_id', 'amount', 'maximum_payment_date'],
    optional: ['taken_at', 'contract_version', 'status'],
    customerColumn: 'customer_external_id',
  },
  payments: {
    required: ['external_id', 'customer_external_id', 'total_amount'],
    optional: ['paid_at'],
    customerColumn: 'customer_external_id',
  },
};

/** The header line for people, such as `external_id,score[,status]`. */
export const headerText = ({ required, optional }: FileForm): string =>
  `${required.join(',')}[,${optional.join('][,')}]`;
