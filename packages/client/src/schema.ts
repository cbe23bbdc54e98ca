// Generated from docs/api/openapi.json by `npm run generate`: changes are lost.
export interface paths {
    "/api/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List customers, newest first
         * @description All customers, or those that match the filters. The page is empty if no customer matches.
         *
         *     Needs the scope `customers:read`.
         */
        get: operations["listCustomers"];
        put?: never;
        /**
         * Register a customer with its credit line
         * @description The score is the credit line: the most that the customer may owe. It may be 0. An inactive customer gets no loan, but may pay.
         *
         *     Needs the scope `customers:write`.
         */
        post: operations["createCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register many customers from a file of any size
         * @description The file is CSV (`external_id,score[,status][,preapproved_at]`, header line optional), NDJSON, a JSON array, or one such file in the field `file` of a form. It is read as it arrives, so it may have any size.
         *
         *     Invalid and duplicate lines are reported, and the customers of the other lines are created, in chunks. With `atomic=true`, either all customers are created or none. Lines are numbered from 1, including the header line; in a JSON array, elements are numbered.
         *
         *     The `Idempotency-Key` identifies the upload; bodies are not compared. An interrupted upload has created the customers of earlier chunks. If it is repeated with the same key, these lines count as created.
         *
         *     Needs the scope `customers:write`.
         */
        post: operations["createCustomersInBulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List balances, newest customer first
         * @description The debt of each customer, and the rest of its credit line. `total_debt` is the outstanding amount of active and pending loans; `available_amount` is never below 0.00.
         *
         *     Without a `Consistency-Token`, balances may lack recent writes, as `GET /api/customers/{customer_id}/balance` describes.
         *
         *     Needs the scope `customers:read`.
         */
        get: operations["listBalances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/{customer_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a customer
         * @description The current state of the customer; with a `Consistency-Token`, at least the state of the token.
         *
         *     Needs the scope `customers:read`.
         */
        get: operations["getCustomer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a customer's score or status
         * @description The change is stored when the answer arrives. 200: the change is enforced, so that no loan is granted by the old score or status. 202: the change is not enforced yet, and a loan may still be granted by the old score or status. A repeated request is answered with 200 once the change is enforced.
         *
         *     Needs the scope `customers:write`.
         */
        patch: operations["changeCustomer"];
        trace?: never;
    };
    "/api/customers/{customer_id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a customer's debt and available amount
         * @description A balance never counts a payment without the loans that it was spread over. With the `Consistency-Token` of an earlier answer, the balance reflects at least the state of that answer.
         *
         *     Without a token, the balance may lack recent writes: usually those of some milliseconds, and those of up to about 70 seconds while Kafka is down.
         *
         *     `total_debt` includes pending loans, which payments do not pay: a payment of `total_debt` is rejected if the customer has a pending loan. `GET /api/loans` with `status=active` lists the loans that can be paid.
         *
         *     Needs the scope `customers:read`.
         */
        get: operations["getBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/{customer_id}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer's loans and payments, oldest first, with the running debt
         * @description Sorted by the time at which each entry took effect. Loans appear once they are active; rejected payments never appear. `total_debt` is the running sum, and ends with the active debt. It is negative where a payment has a `paid_at` before the `taken_at` of the loans that it paid. `as_of` limits the statement to entries up to a time. Each page is computed when it is requested: if an entry with an earlier time is added between two pages, `total_debt` of later pages includes it.
         *
         *     Needs the scope `customers:read`.
         */
        get: operations["getStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/{customer_id}/loans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer's loans, newest first
         * @description The loans of one customer in any status, with the same filters as the list of all loans.
         *
         *     Needs the scope `loans:read`.
         */
        get: operations["listCustomerLoans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/loans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List loans, newest first
         * @description All loans, or those that match the filters. The page is empty if the customer does not exist.
         *
         *     Needs the scope `loans:read`.
         */
        get: operations["listLoans"];
        put?: never;
        /**
         * Take a loan, or request one with status pending
         * @description A loan is active at once: `outstanding` is its amount, and `taken_at` defaults to now. With `status: pending` the loan is only requested: it uses credit until it is activated or rejected.
         *
         *     A loan is refused if its amount plus the customer's debt exceeds the score, or if the customer is inactive. Before a refusal, the latest state of the customer and its payments is fetched; if that is not possible, the answer is 503. A refused loan leaves its `external_id` free.
         *
         *     `customer_id` or `customer_external_id` names the customer. If both are given, they must name the same customer.
         *
         *     Needs the scope `loans:write`.
         */
        post: operations["takeLoan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/loans/{loan_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a loan
         * @description The current state of the loan. `outstanding` is the amount still to be paid.
         *
         *     Needs the scope `loans:read`.
         */
        get: operations["getLoan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/loans/{loan_id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Activate a pending loan
         * @description Requires an active customer whose debt, including this loan, is within its score. If the activation is refused, the loan stays pending. `taken_at` becomes the current time. The body is empty or `{}`.
         *
         *     Needs the scope `loans:write`.
         */
        post: operations["activateLoan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/loans/{loan_id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject a pending loan, which frees its credit
         * @description The loan no longer counts as debt. Its `outstanding` remains its amount. The body is empty or `{}`.
         *
         *     Needs the scope `loans:write`.
         */
        post: operations["rejectLoan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/customers/{customer_id}/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer's payments, newest first
         * @description The payments of one customer, including rejected ones, with the same filters as the list of all payments.
         *
         *     Needs the scope `payments:read`.
         */
        get: operations["listCustomerPayments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List payments, newest first
         * @description All payments, or those that match the filters. The page is empty if the customer does not exist.
         *
         *     Needs the scope `payments:read`.
         */
        get: operations["listPayments"];
        put?: never;
        /**
         * Make a payment, spread over the active loans, oldest first
         * @description The amount is spread over the customer's active loans, oldest first; each loan is paid in full before the next. `details` lists the parts. A loan whose outstanding becomes 0 is paid. Inactive customers may pay.
         *
         *     A payment that exceeds the debt on active loans is recorded but changes nothing: the answer is a 201 with the `status` `rejected`, and the payment keeps its `external_id`. Payments do not pay pending loans, although the `total_debt` of a balance includes them.
         *
         *     `customer_id` or `customer_external_id` names the customer. If both are given, they must name the same customer.
         *
         *     Needs the scope `payments:write`.
         */
        post: operations["makePayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/payments/{payment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a payment and its parts
         * @description The payment, and its part for each loan.
         *
         *     Needs the scope `payments:read`.
         */
        get: operations["getPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks, newest first
         * @description All webhooks, or those with a status.
         *
         *     Needs the scope `webhooks:read`.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Subscribe to events by HTTP
         * @description From now on each event of these types is sent to the URL by POST, as JSON with `type`, `timestamp`, `sequence` and `data`, signed according to [Standard Webhooks](https://www.standardwebhooks.com). The secret for the signature is shown only in this answer.
         *
         *     A receiver takes a message by any 2xx within 15 seconds. Otherwise it comes again, after seconds at first and hours at last, for three days; `Retry-After` is heeded, after a 429 or 503 for all messages of the webhook; a redirect is not followed, and a 410 disables the webhook. A customer's events come one after the other, a cause before its effect: while one waits to be taken, those after it wait, too. A message may come twice: `webhook-id` is the same then.
         *
         *     The URL must be https, and must not lead into a private network.
         *
         *     Needs the scope `webhooks:write`.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a webhook
         * @description The current state of a webhook, without its secret.
         *
         *     Needs the scope `webhooks:read`.
         */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a webhook, disable it or enable it
         * @description Omitted members do not change. Events that arrive while the webhook is disabled are not sent, unless they are replayed later; some may have occurred shortly before. Messages that were waiting before are sent as soon as the webhook is active again.
         *
         *     Needs the scope `webhooks:write`.
         */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove a webhook
         * @description No further messages are sent, and waiting messages are dropped. Sent messages can still be listed.
         *
         *     Needs the scope `webhooks:write`.
         */
        post: operations["removeWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret of a webhook
         * @description The new secret is shown only in this answer. For `overlap_seconds` (default: one day), messages carry a signature by the old secret too, and by others that are still valid (six in all at most), so that the receiver can switch without an interruption.
         *
         *     Needs the scope `webhooks:write`.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the deliveries of a webhook, newest first
         * @description Each message to the webhook, with its outcome. Deliveries are kept for 30 days.
         *
         *     Needs the scope `webhooks:read`.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/webhooks/{webhook_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send messages again
         * @description Sends messages again: either the given deliveries, whatever their outcome, or one message for each event that arrived in a period and has a type that the webhook subscribes to. They are sent after messages that are already waiting. A longer period is replayed in parts, of about 10,000 messages or 100,000 events of any type: repeat the request with `next_from` as `from`, until `next_from` is null; a part may have no messages. Events are kept for 30 days, so an earlier period has fewer messages, or none; `deliveries` is their number. Ids that are not deliveries of this webhook are left out, and named in `missing_ids`.
         *
         *     Needs the scope `webhooks:write`.
         */
        post: operations["replayWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys, newest first
         * @description All keys, or those that match the filters. Keys from the environment or a file of the gateway are not included.
         *
         *     Needs the scope `admin`.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create an API key
         * @description The key is shown only in this answer, because only its hash is stored. It works at once at the gateway that created it, and within two seconds at all others.
         *
         *     `scopes` lists what the key permits: reading and writing are separate, and `admin` permits everything. Keys with the same `name` are one caller, to which idempotency keys belong.
         *
         *     Needs the scope `admin`. Takes no `Idempotency-Key`.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an API key
         * @description The key's data, without the key itself. Keys from the environment or a file of the gateway are not included.
         *
         *     Needs the scope `admin`.
         */
        get: operations["getKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace an API key; the old key keeps working for a while
         * @description Creates a key with the same name, scopes and rate. The old key expires after `overlap_seconds` (default: one day), but never later than before. Until then both keys work, so that callers can switch without an interruption.
         *
         *     Needs the scope `admin`. Takes no `Idempotency-Key`.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key_id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke an API key
         * @description The key is refused from now on: at once at the gateway that handles the request, and within two seconds at all others. A key that is already revoked does not change.
         *
         *     Needs the scope `admin`. Takes no `Idempotency-Key`.
         */
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the entries of the audit log, newest first
         * @description Every write, every action of an administrator, and every request that was refused for a missing scope: with its caller, address and outcome. Entries appear within a second.
         *
         *     Needs the scope `admin`.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    event: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive an event
         * @description Sent to the URL of each active webhook that subscribes to the type, signed according to [Standard Webhooks](https://www.standardwebhooks.com). Check the signature of the unchanged body, answer within 15 seconds, and ignore messages with a known `webhook-id`.
         */
        post: operations["receiveEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /** @description A customer to be registered */
        NewCustomer: {
            external_id: components["schemas"]["ExternalId"];
            /**
             * @description An amount: up to ten digits, then up to two decimals, without sign or exponent
             * @example 1200.50
             */
            score: string | number;
            /**
             * @description An inactive customer gets no loan, but may pay
             * @default active
             * @enum {string}
             */
            status?: "active" | "inactive";
            /** @description When the credit line was approved in advance; it decides nothing, and may be any time */
            preapproved_at?: string | null;
        };
        /** @description The caller's own id: 1 to 60 visible characters. It is never erased: no personal data, only a pseudonym */
        ExternalId: string;
        /** @description A change of a customer */
        CustomerChange: {
            /**
             * @description An amount: up to ten digits, then up to two decimals, without sign or exponent
             * @example 1200.50
             */
            score?: string | number;
            /**
             * @description An inactive customer gets no loan, but may pay
             * @enum {string}
             */
            status?: "active" | "inactive";
        };
        /** @description A loan to be taken or requested */
        NewLoan: {
            external_id: components["schemas"]["ExternalId"];
            customer_id?: components["schemas"]["Id"];
            customer_external_id?: components["schemas"]["ExternalId"];
            /**
             * @description An amount: up to ten digits, then up to two decimals, without sign or exponent
             * @example 1200.50
             */
            amount: string | number;
            /**
             * Format: date-time
             * @description By the contract; it may be in the past
             */
            maximum_payment_date: string;
            /**
             * @description Your own label of the contract's terms
             * @default null
             */
            contract_version?: string | null;
            /**
             * Format: date-time
             * @description Not in the future; now if omitted. Not for a pending loan, which is taken when activated
             */
            taken_at?: string;
            /**
             * @description `pending` only requests the loan: it uses credit until it is activated or rejected
             * @default active
             * @enum {string}
             */
            status?: "active" | "pending";
        };
        /**
         * @description Our own id, of at most 15 digits
         * @example 42
         */
        Id: number;
        /** @description A payment to be made */
        NewPayment: {
            external_id: components["schemas"]["ExternalId"];
            customer_id?: components["schemas"]["Id"];
            customer_external_id?: components["schemas"]["ExternalId"];
            /**
             * @description An amount: up to ten digits, then up to two decimals, without sign or exponent
             * @example 1200.50
             */
            total_amount: string | number;
            /**
             * Format: date-time
             * @description Not in the future; now if omitted. It may be before the `taken_at` of the loans that are paid
             */
            paid_at?: string;
        };
        /** @description A webhook to be created */
        NewWebhook: {
            /**
             * Format: uri
             * @description The receiver: https, and not an address of a private network
             */
            url: string;
            /**
             * @description The types of events that are sent
             * @default [
             *       "CustomerRegistered",
             *       "CustomerUpdated",
             *       "LoanTaken",
             *       "LoanRequested",
             *       "LoanRejected",
             *       "LoanPaid",
             *       "PaymentApplied",
             *       "PaymentRejected"
             *     ]
             */
            event_types?: ("CustomerRegistered" | "CustomerUpdated" | "LoanTaken" | "LoanRequested" | "LoanRejected" | "LoanPaid" | "PaymentApplied" | "PaymentRejected")[];
            /**
             * @description Your own note, such as the purpose
             * @default
             */
            description?: string;
        };
        /** @description A change of a webhook; omitted members do not change */
        WebhookChange: {
            /**
             * Format: uri
             * @description The receiver: https, and not an address of a private network
             */
            url?: string;
            /** @description The types of events that are sent */
            event_types?: ("CustomerRegistered" | "CustomerUpdated" | "LoanTaken" | "LoanRequested" | "LoanRejected" | "LoanPaid" | "PaymentApplied" | "PaymentRejected")[];
            /** @description Your own note, such as the purpose */
            description?: string;
            /**
             * @description While disabled, nothing is sent; events that arrive meanwhile are sent only by a later replay
             * @enum {string}
             */
            status?: "active" | "disabled";
        };
        /** @description The replacement of a secret */
        SecretRotation: {
            /**
             * @description How long messages are also signed with the old secret
             * @default 86400
             */
            overlap_seconds?: number;
        };
        /** @description The messages to send again: either deliveries, or all events of a period */
        WebhookReplay: {
            /** @description These deliveries */
            delivery_ids?: components["schemas"]["Id"][];
            /**
             * Format: date-time
             * @description Or all events that arrived at or after this time
             */
            from?: string;
            /**
             * Format: date-time
             * @description And before this time, which is not before `from`; now if omitted
             */
            to?: string;
        } & (unknown | unknown);
        /** @description A key to be created */
        NewApiKey: {
            /**
             * @description The caller; keys with the same name are one caller
             * @example billing
             */
            name: string;
            /** @description What the key may do; `admin` permits everything */
            scopes: components["schemas"]["Scope"][];
            /** @description Requests per second, over all gateways; unlimited if omitted */
            rate?: number;
            /**
             * Format: date-time
             * @description The expiry, in the future; never if omitted
             */
            expires_at?: string;
        };
        /**
         * @description What a key may do. With `webhooks:write` it can have all events of all customers sent to itself, and change the webhooks of all callers
         * @enum {string}
         */
        Scope: "customers:read" | "customers:write" | "loans:read" | "loans:write" | "payments:read" | "payments:write" | "webhooks:read" | "webhooks:write" | "admin";
        /** @description The replacement of a key */
        KeyRotation: {
            /**
             * @description How long the old key keeps working
             * @default 86400
             */
            overlap_seconds?: number;
            /**
             * Format: date-time
             * @description The expiry of the new key, in the future; never if omitted
             */
            expires_at?: string;
        };
        /** @description An event in the form that is sent to webhooks */
        WebhookMessage: components["schemas"]["CustomerRegisteredMessage"] | components["schemas"]["CustomerUpdatedMessage"] | components["schemas"]["LoanTakenMessage"] | components["schemas"]["LoanRequestedMessage"] | components["schemas"]["LoanRejectedMessage"] | components["schemas"]["LoanPaidMessage"] | components["schemas"]["PaymentAppliedMessage"] | components["schemas"]["PaymentRejectedMessage"];
        CustomerRegisteredMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "CustomerRegistered";
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-01-31T09:30:00.000Z
             */
            timestamp: string;
            /** @description The version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A customer was registered, with a credit line. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                /** @enum {string} */
                status: "active" | "inactive";
                /**
                 * @description An amount with two decimals, never below zero
                 * @example 1200.50
                 */
                score: string;
                preapproved_at: string | null;
            };
        };
        CustomerUpdatedMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "CustomerUpdated";
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-01-31T09:30:00.000Z
             */
            timestamp: string;
            /** @description The version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description The credit line or the status changed. Contains all current values. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                /** @enum {string} */
                status: "active" | "inactive";
                /**
                 * @description An amount with two decimals, never below zero
                 * @example 1200.50
                 */
                score: string;
                preapproved_at: string | null;
            };
        };
        LoanTakenMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "LoanTaken";
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-01-31T09:30:00.000Z
             */
            timestamp: string;
            /** @description The version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A loan became active: taken at once, or activated after a request. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                loan_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals, never below zero
                 * @example 1200.50
                 */
                amount: string;
                contract_version: string | null;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-01-31T09:30:00.000Z
                 */
                maximum_payment_date: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-01-31T09:30:00.000Z
                 */
                taken_at: string;
                /** @description Whether a LoanRequested preceded it, so that its amount is counted once */
                requested: boolean;
            };
        };
        LoanRequestedMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "LoanRequested";
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-01-31T09:30:00.000Z
             */
            timestamp: string;
            /** @description The version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A loan was requested. It uses credit and counts in the total_debt of a balance, but payments do not pay it. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                loan_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals, never below zero
                 * @example 1200.50
                 */
                amount: string;
                contract_version: string | null;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-01-31T09:30:00.000Z
                 */
                maximum_payment_date: string;
                taken_at: null;
            };
        };
        LoanRejectedMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "LoanRejected";
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-01-31T09:30:00.000Z
             */
            timestamp: string;
            /** @description The version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A requested loan was rejected, which frees its credit. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                loan_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals, never below zero
                 * @example 1200.50
                 */
                amount: string;
            };
        };
        LoanPaidMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "LoanPaid";
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-01-31T09:30:00.000Z
             */
            timestamp: string;
            /** @description The version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A loan was paid in full. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                loan_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals, never below zero
                 * @example 1200.50
                 */
                amount: string;
            };
        };
        PaymentAppliedMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "PaymentApplied";
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-01-31T09:30:00.000Z
             */
            timestamp: string;
            /** @description The version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A payment was spread over loans. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                payment_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals, never below zero
                 * @example 1200.50
                 */
                total_amount: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-01-31T09:30:00.000Z
                 */
                paid_at: string;
                /** @description The part for each loan; the amounts sum to total_amount */
                details: {
                    loan_id: components["schemas"]["Id"];
                    /**
                     * @description An amount with two decimals, never below zero
                     * @example 1200.50
                     */
                    amount: string;
                }[];
            };
        };
        PaymentRejectedMessage: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "PaymentRejected";
            /**
             * Format: date-time
             * @description When it happened
             * @example 2026-01-31T09:30:00.000Z
             */
            timestamp: string;
            /** @description The version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A payment was recorded but changes nothing, because it exceeds the debt. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                payment_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals, never below zero
                 * @example 1200.50
                 */
                total_amount: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-01-31T09:30:00.000Z
                 */
                paid_at: string;
                /** @enum {string} */
                rejection_reason: "exceeds_debt";
            };
        };
        /** @description A customer with a credit line */
        Customer: {
            id: components["schemas"]["Id"];
            external_id: components["schemas"]["ExternalId"];
            /** @enum {string} */
            status: "active" | "inactive";
            /**
             * @description An amount with two decimals
             * @example 1200.50
             */
            score: string;
            preapproved_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            updated_at: string;
        };
        /** @description RFC 9457 problem details */
        Problem: {
            /** @description The URI of the kind: `urn:mo:problem:` and the code */
            type: string;
            /** @description The kind in words */
            title: string;
            /** @description The status of the answer */
            status: number;
            /**
             * @description The stable kind, for programs. Further codes may be added
             * @enum {string}
             */
            code: "invalid_request" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "request_timeout" | "already_exists" | "loan_not_pending" | "key_not_active" | "too_many_webhooks" | "payload_too_large" | "unsupported_media_type" | "customer_not_found" | "customer_inactive" | "credit_limit_exceeded" | "idempotency_key_reused" | "bulk_failed" | "rate_limited" | "internal_error" | "unavailable";
            /** @description This occurrence in words, for people */
            detail: string;
            /** @description The URI of this occurrence: `urn:mo:request:` and the `X-Request-Id` */
            instance: string;
            /** @description Each field, or each line of a file, that breaks a rule */
            errors?: (components["schemas"]["FieldError"] | ({
                line: number;
            } & {
                [key: string]: unknown;
            }))[];
            /**
             * @description The scope that the operation needs
             * @enum {string}
             */
            required_scope?: "customers:read" | "customers:write" | "loans:read" | "loans:write" | "payments:read" | "payments:write" | "webhooks:read" | "webhooks:write" | "admin";
            /**
             * @description The available part of the credit line
             * @example 1200.50
             */
            available_amount?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description A field that breaks a rule */
        FieldError: {
            /** @description A JSON Pointer (RFC 6901) into the part of the request */
            pointer: string;
            /**
             * @description The part of the request
             * @enum {string}
             */
            in: "body" | "path" | "query" | "header";
            /** @description The rule, for programs. The introduction lists the codes; further ones may be added */
            code: string;
            /** @description The rule, as a sentence whose subject is the field */
            detail: string;
        };
        CustomersPage: {
            results: components["schemas"]["Customer"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description The outcome of a bulk upload */
        BulkSummary: {
            /** @description Lines other than the header line and empty lines */
            received: number;
            created: number;
            failed: number;
            errors: components["schemas"]["BulkError"][];
            /** @description Whether there are more errors than listed */
            errors_truncated: boolean;
        };
        /** @description A line that was not created, and why */
        BulkError: {
            /** @description From 1, including the header line; in a JSON array, the number of the element */
            line: number;
            /** @description The external_id of the line, if it can be read */
            external_id: string | null;
            /** @description A problem code */
            code: string;
            detail: string;
        };
        /** @description A problem with the errors of lines */
        BulkProblem: {
            /** @description The URI of the kind: `urn:mo:problem:` and the code */
            type: string;
            /** @description The kind in words */
            title: string;
            /** @description The status of the answer */
            status: number;
            /**
             * @description The stable kind, for programs. Further codes may be added
             * @enum {string}
             */
            code: "invalid_request" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "request_timeout" | "already_exists" | "loan_not_pending" | "key_not_active" | "too_many_webhooks" | "payload_too_large" | "unsupported_media_type" | "customer_not_found" | "customer_inactive" | "credit_limit_exceeded" | "idempotency_key_reused" | "bulk_failed" | "rate_limited" | "internal_error" | "unavailable";
            /** @description This occurrence in words, for people */
            detail: string;
            /** @description The URI of this occurrence: `urn:mo:request:` and the `X-Request-Id` */
            instance: string;
            errors: components["schemas"]["BulkError"][];
            /**
             * @description The scope that the operation needs
             * @enum {string}
             */
            required_scope?: "customers:read" | "customers:write" | "loans:read" | "loans:write" | "payments:read" | "payments:write" | "webhooks:read" | "webhooks:write" | "admin";
            /**
             * @description The available part of the credit line
             * @example 1200.50
             */
            available_amount?: string;
            /** @description Lines other than the header line and empty lines */
            received: number;
            created: number;
            failed: number;
            /** @description Whether there are more errors than listed */
            errors_truncated: boolean;
        } & {
            [key: string]: unknown;
        };
        BalancesPage: {
            results: components["schemas"]["Balance"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description The debt of a customer, and the rest of its credit line */
        Balance: {
            customer_id: components["schemas"]["Id"];
            external_id: components["schemas"]["ExternalId"];
            /**
             * @description An amount with two decimals
             * @example 1200.50
             */
            score: string;
            /**
             * @description The outstanding amount of active and pending loans. Payments pay active loans only, so less may be payable
             * @example 1200.50
             */
            total_debt: string;
            /**
             * @description The score less the debt, never below 0.00
             * @example 1200.50
             */
            available_amount: string;
        };
        StatementPage: {
            results: components["schemas"]["StatementEntry"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description A loan or a payment, at the time at which it took effect */
        StatementEntry: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            at: string;
            /** @enum {string} */
            kind: "loan" | "payment";
            reference: components["schemas"]["ExternalId"];
            /**
             * @description An amount with two decimals
             * @example 1200.50
             */
            amount: string;
            /**
             * @description The running sum after this entry; negative while payments precede the loans that they paid
             * @example 1200.50
             */
            total_debt: string;
        };
        LoansPage: {
            results: components["schemas"]["Loan"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description The current state of a loan */
        Loan: {
            id: components["schemas"]["Id"];
            external_id: components["schemas"]["ExternalId"];
            customer_id: components["schemas"]["Id"];
            customer_external_id: components["schemas"]["ExternalId"];
            /**
             * @description An amount with two decimals
             * @example 1200.50
             */
            amount: string;
            /**
             * @description The amount still to be paid
             * @example 1200.50
             */
            outstanding: string;
            /** @enum {string} */
            status: "pending" | "active" | "rejected" | "paid";
            contract_version: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            maximum_payment_date: string;
            /** @description Null until the loan is active */
            taken_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            updated_at: string;
        };
        PaymentsPage: {
            results: components["schemas"]["Payment"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description A payment, and how it was spread over loans */
        Payment: {
            id: components["schemas"]["Id"];
            external_id: components["schemas"]["ExternalId"];
            customer_id: components["schemas"]["Id"];
            customer_external_id: components["schemas"]["ExternalId"];
            /**
             * @description An amount with two decimals
             * @example 1200.50
             */
            total_amount: string;
            /** @enum {string} */
            status: "completed" | "rejected";
            rejection_reason: "exceeds_debt" | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            paid_at: string;
            details: {
                loan_id: components["schemas"]["Id"];
                loan_external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals
                 * @example 1200.50
                 */
                amount: string;
            }[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            updated_at: string;
        };
        /** @description A webhook with its secret */
        CreatedWebhook: {
            id: components["schemas"]["Id"];
            /**
             * Format: uri
             * @description The receiver: https, and not an address of a private network
             */
            url: string;
            /** @description Your own note, such as the purpose */
            description: string;
            /** @description The types of events that are sent */
            event_types: string[];
            /** @enum {string} */
            status: "active" | "disabled" | "removed";
            /** @description Why the service disabled the webhook; null if it did not */
            disabled_reason: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /** @description The caller that created it */
            created_by: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            updated_at: string;
            /**
             * @description Signs messages (Standard Webhooks); shown only here
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8vK2mXyTq0E=
             */
            secret: string;
        };
        WebhooksPage: {
            results: components["schemas"]["Webhook"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description A receiver of events by HTTP */
        Webhook: {
            id: components["schemas"]["Id"];
            /**
             * Format: uri
             * @description The receiver: https, and not an address of a private network
             */
            url: string;
            /** @description Your own note, such as the purpose */
            description: string;
            /** @description The types of events that are sent */
            event_types: string[];
            /** @enum {string} */
            status: "active" | "disabled" | "removed";
            /** @description Why the service disabled the webhook; null if it did not */
            disabled_reason: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /** @description The caller that created it */
            created_by: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            updated_at: string;
        };
        DeliveriesPage: {
            results: components["schemas"]["Delivery"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description A message and its outcome */
        Delivery: {
            id: components["schemas"]["Id"];
            webhook_id: components["schemas"]["Id"];
            /**
             * @description Equal to `webhook-id` of the message and `ce_id` in the topic
             * @example loans-17-4
             */
            event_id: string;
            event_type: string;
            customer_id: components["schemas"]["Id"];
            /** @enum {string} */
            status: "pending" | "delivered" | "failed";
            attempts: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            last_attempt_at: string | null;
            /** @description The last status of the receiver; null without an answer */
            last_status: number | null;
            /** @description Why it was not delivered; null if it was */
            last_error: string | null;
            /** @description When it is sent at the earliest, after earlier messages for the same customer; a time in the past means now. Null if it is not pending, while it or one of these messages is being sent, and while the webhook is not active */
            next_attempt_at: string | null;
        };
        /** @description The outcome of a replay */
        Replayed: {
            /** @description The number of messages that are sent again */
            deliveries: number;
            /** @description If the period has more events than one replay reads or sends: the `from` of the next; otherwise null */
            next_from: string | null;
            /** @description Those of `delivery_ids` that are not, or no longer, deliveries of this webhook; absent if none are */
            missing_ids?: components["schemas"]["Id"][];
        };
        /** @description A new API key, with the key itself */
        CreatedApiKey: {
            id: components["schemas"]["Id"];
            /**
             * @description The caller; keys with the same name are one caller
             * @example billing
             */
            name: string;
            /**
             * @description The beginning of the key, to identify it
             * @example mo_4fXq
             */
            hint: string;
            scopes: components["schemas"]["Scope"][];
            /** @description Requests per second; null if unlimited */
            rate: number | null;
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /** @description The caller that created it */
            created_by: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description Accurate to some seconds */
            last_used_at: string | null;
            /** @description The key itself, which is shown only here and stored nowhere */
            key: string;
        };
        ApiKeysPage: {
            results: components["schemas"]["ApiKey"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description An API key, without the key itself */
        ApiKey: {
            id: components["schemas"]["Id"];
            /**
             * @description The caller; keys with the same name are one caller
             * @example billing
             */
            name: string;
            /**
             * @description The beginning of the key, to identify it
             * @example mo_4fXq
             */
            hint: string;
            scopes: components["schemas"]["Scope"][];
            /** @description Requests per second; null if unlimited */
            rate: number | null;
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /** @description The caller that created it */
            created_by: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description Accurate to some seconds */
            last_used_at: string | null;
        };
        AuditPage: {
            results: components["schemas"]["AuditEntry"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description A request with its caller and outcome */
        AuditEntry: {
            id: components["schemas"]["Id"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            at: string;
            /** @description The name of the key, or the subject of the token */
            caller: string;
            /** @description Null for a token, and for a key from a file */
            key_id: components["schemas"]["Id"] | null;
            /** @example takeLoan */
            operation: string;
            method: string;
            path: string;
            /** @description The status of the answer */
            status: number;
            /** @description The address of the client */
            address: string;
            request_id: string;
        };
    };
    responses: {
        /** @description `unauthenticated`: The API key or token is missing or invalid. */
        Unauthenticated: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: The caller lacks the scope that `required_scope` names. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `request_timeout`: The request took too long to arrive. */
        RequestTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `payload_too_large`: A JSON body has at most 1 MiB; only bulk uploads may be larger. */
        PayloadTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported_media_type`: The body has a media type, charset or content encoding that the operation does not support. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `rate_limited`: The rate of the key is exhausted. Try again after `Retry-After` seconds. */
        RateLimited: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `internal_error`: A bug in the service; `instance` identifies it in the log. */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
        IdempotencyKey: string;
        /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
        ConsistencyToken: string;
    };
    requestBodies: never;
    headers: {
        /** @description The request's own `X-Request-Id`, or a new one: with it the request is found in every log. */
        RequestId: string;
        /** @description If the key has a rate: the remaining requests (`r`), and the seconds until there are more (`t`). */
        RateLimit: string;
        /** @description If the key has a rate: the requests (`q`) per period in seconds (`w`), over all gateways. */
        RateLimitPolicy: string;
        /** @description The state of the customer that this answer reflects. Send it as `Consistency-Token` to read at least this state. */
        ConsistencyToken: string;
        /** @description Present if this is the stored answer for the `Idempotency-Key`. */
        IdempotencyReplayed: "true";
        /** @description How to authenticate. */
        WwwAuthenticate: string;
        /** @description The state of the customer that this answer reflects, if there is one. */
        ConsistencyTokenOfRefusal: string;
        /** @description The seconds after which to try again. */
        RetryAfter: string;
        /** @description The state of the customer that this answer reflects, if a filter names one of whom the service has heard. */
        ConsistencyTokenOfFilter: string;
        /** @description The address of the next page (RFC 8288), with `rel="next"`, if there is one. */
        Link: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listCustomers: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description The customer with this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Customers with this status */
                status?: "active" | "inactive";
            };
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfFilter"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomersPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCustomer"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            /** @description `already_exists`: The `external_id` is taken, and its resource is unchanged. Retries should send an `Idempotency-Key`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createCustomersInBulk: {
        parameters: {
            query?: {
                /** @description Create all customers or none */
                atomic?: boolean;
            };
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
                "application/x-ndjson": string;
                "application/json": components["schemas"]["NewCustomer"][];
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkSummary"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            /** @description `unsupported_media_type`: The body has a media type, charset or content encoding that the operation does not support. */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bulk_failed`: An atomic upload has errors; nothing was created. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BulkProblem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBalances: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description The customer with this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description The customer with this id */
                customer_id?: number;
            };
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfFilter"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BalancesPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                customer_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeCustomer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                customer_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description Stored, not yet enforced. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBalance: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                customer_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Balance"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatement: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description Entries up to and including this instant */
                as_of?: string;
            };
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                customer_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatementPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCustomerLoans: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description The loan with this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Loans with this status */
                status?: "pending" | "active" | "rejected" | "paid";
                /** @description Taken at or after */
                taken_from?: string;
                /** @description Taken at or before */
                taken_to?: string;
            };
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                customer_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoansPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLoans: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description The loan with this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Loans with this status */
                status?: "pending" | "active" | "rejected" | "paid";
                /** @description Taken at or after */
                taken_from?: string;
                /** @description Taken at or before */
                taken_to?: string;
                /** @description Loans of this customer */
                customer_id?: number;
                /** @description Loans of the customer with this external_id */
                customer_external_id?: components["schemas"]["ExternalId"];
            };
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfFilter"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoansPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeLoan: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLoan"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Loan"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            /** @description `already_exists`: The `external_id` is taken, and its resource is unchanged. Retries should send an `Idempotency-Key`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /**
             * @description `customer_not_found`: The customer of the request or of the loan does not exist.
             *
             *     `customer_inactive`: An inactive customer gets no loan.
             *
             *     `credit_limit_exceeded`: The amount plus the customer's debt exceeds its score; `available_amount` is still available.
             *
             *     `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key.
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLoan: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                loan_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Loan"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activateLoan: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                loan_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Loan"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description `loan_not_pending`: Only a pending loan can be activated or rejected. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /**
             * @description `customer_not_found`: The customer of the request or of the loan does not exist.
             *
             *     `customer_inactive`: An inactive customer gets no loan.
             *
             *     `credit_limit_exceeded`: The amount plus the customer's debt exceeds its score; `available_amount` is still available.
             *
             *     `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key.
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rejectLoan: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                loan_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Loan"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description `loan_not_pending`: Only a pending loan can be activated or rejected. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCustomerPayments: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description The payment with this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Payments with this status */
                status?: "completed" | "rejected";
                /** @description Paid at or after */
                paid_from?: string;
                /** @description Paid at or before */
                paid_to?: string;
            };
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                customer_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentsPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPayments: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description The payment with this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Payments with this status */
                status?: "completed" | "rejected";
                /** @description Paid at or after */
                paid_from?: string;
                /** @description Paid at or before */
                paid_to?: string;
                /** @description Payments of this customer */
                customer_id?: number;
                /** @description Payments of the customer with this external_id */
                customer_external_id?: components["schemas"]["ExternalId"];
            };
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfFilter"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentsPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    makePayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPayment"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            /** @description `already_exists`: The `external_id` is taken, and its resource is unchanged. Retries should send an `Idempotency-Key`. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /**
             * @description `customer_not_found`: The customer of the request or of the loan does not exist.
             *
             *     `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key.
             */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Consistency-Token": components["headers"]["ConsistencyTokenOfRefusal"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description The token of an earlier answer: this request sees at least the state of that answer. A malformed token is a 400; a token with versions that do not exist is a 503. */
                "Consistency-Token"?: components["parameters"]["ConsistencyToken"];
            };
            path: {
                /** @description Our own id */
                payment_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Consistency-Token": components["headers"]["ConsistencyToken"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description Those of this status */
                status?: "active" | "disabled" | "removed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhooksPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhook"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description `too_many_webhooks`: The limit of webhooks is reached. Remove an unused one first. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Our own id */
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Our own id */
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Our own id */
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Our own id */
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SecretRotation"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedWebhook"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description Those of this status */
                status?: "pending" | "delivered" | "failed";
                /** @description Deliveries for this customer */
                customer_id?: number;
            };
            header?: never;
            path: {
                /** @description Our own id */
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveriesPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes retries safe: the effect happens once, and a retry gets the first answer. A key is valid for its caller, method and path, for 24 hours. A retry must have the same body: the order of members and white space do not matter, but strings are compared as they are written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @description Our own id */
                webhook_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookReplay"];
            };
        };
        responses: {
            /** @description Stored, not yet enforced. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `idempotency_key_reused`: The `Idempotency-Key` was used before with another body. A new request needs a new key. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Idempotency-Replayed": components["headers"]["IdempotencyReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description Keys of this caller */
                name?: string;
                /** @description Keys with this status */
                status?: "active" | "expired" | "revoked";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeysPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Our own id */
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Our own id */
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["KeyRotation"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description `key_not_active`: Only an active key can be replaced. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Our own id */
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description The most rows of the page */
                limit?: number;
                /** @description `next_cursor` of the previous page, with the same filters */
                cursor?: string;
                /** @description Entries of this caller */
                caller?: string;
                /** @description At or after */
                from?: string;
                /** @description At or before */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    Link: components["headers"]["Link"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description `invalid_request`: The request breaks a rule; `errors` lists each. The same request will always fail. */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `not_found`: The resource of the path does not exist. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            /** @description `unavailable`: The request could not be executed or confirmed now; nothing was refused. Try again after `Retry-After` seconds, and repeat a write with its `Idempotency-Key`. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    receiveEvent: {
        parameters: {
            query?: never;
            header: {
                /** @description Identifies the event; the same for each attempt */
                "webhook-id": string;
                /** @description The time of this attempt, in seconds since 1970 */
                "webhook-timestamp": string;
                /** @description HMAC-SHA256 of id, timestamp and body by each valid secret, separated by spaces */
                "webhook-signature": string;
                /** @description W3C Trace Context of the attempt, if it is recorded */
                traceparent?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookMessage"];
            };
        };
        responses: {
            /** @description The receiver wants no more messages: the webhook is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The message was delivered. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The message was not delivered; it is retried for three days. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
