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
         * @description All customers, or those that the filters name. A filter that fits nobody gives an empty page.
         *
         *     Needs the scope `customers:read`.
         */
        get: operations["listCustomers"];
        put?: never;
        /**
         * Register a customer with its credit line
         * @description The score is the credit line: what the customer may owe at once. It may be 0. An inactive customer gets no loan, but may pay.
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
         * Register many customers from a file, at any size
         * @description The file is CSV (`external_id,score[,status][,preapproved_at]`, header line optional), NDJSON, a JSON array, or one such file in `file` of a form. It is read as it arrives, so it may be of any size.
         *
         *     A bad or duplicate line is reported and the rest goes in, committed in chunks. With `atomic=true` it is all or nothing. Lines count from 1, the header line included; in a JSON array they are places in it.
         *
         *     The `Idempotency-Key` names the upload, and bodies are not compared: one that was cut off has created what came before the cut, and sent again under the same key it counts those lines as created.
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
         * @description What each customer owes and what is left of its credit line. `total_debt` counts what is outstanding of active and pending loans; `available_amount` is never below 0.00.
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
         * @description The customer as it is now. With a `Consistency-Token`, at least as the token has seen it.
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
         * @description The change is stored when the answer comes. 200: it is enforced, so no loan is granted any more against what it took away. 202: it is not enforced yet, and a loan may still be granted against the old score or status. The same request sent again answers 200 once the change is enforced.
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
         * Show a customer's debt and what is available
         * @description A balance never counts a payment without the loans that the payment was spread over. With the `Consistency-Token` of an earlier answer it reflects at least what that answer reflects.
         *
         *     Without a token it may lack recent writes: usually of some milliseconds, and of up to about 70 seconds while Kafka is down.
         *
         *     `total_debt` includes pending loans, which a payment does not pay: a payment of `total_debt` is rejected where the customer has a pending loan. `GET /api/loans` with `status=active` gives what can be paid.
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
         * @description By the time at which each took effect. A loan enters when it is active, a rejected payment never does; `total_debt` is the running sum, and ends at the active debt. `as_of` gives the statement of a moment.
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
         * @description The loans of one customer, whatever their status. The same filters as for all customers' loans.
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
         * @description All loans, or those that the filters name. A customer that does not exist gives an empty page.
         *
         *     Needs the scope `loans:read`.
         */
        get: operations["listLoans"];
        put?: never;
        /**
         * Take a loan, or request one with status pending
         * @description A loan is active from the start: `outstanding` is its amount, and `taken_at` is now unless it is given. With `status: pending` it is only requested: it holds credit until it is activated or rejected.
         *
         *     It is refused where its amount with the customer's debt exceeds the score, or where the customer is inactive. Before a refusal, the latest state of the customer and of its payments is fetched; if that is not possible, the answer is 503. A refused loan leaves its `external_id` free.
         *
         *     The customer is named by `customer_id` or `customer_external_id`; both must name the same one.
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
         * @description The loan as it is now. `outstanding` is what is left to pay of it.
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
         * Grant a pending loan
         * @description A grant like any other: the customer must be active, and its debt, this loan included, within its score. Where it is refused the loan stays pending. `taken_at` is now. No body, or `{}`.
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
         * @description The loan counts as no debt any more. Its `outstanding` stays its amount. No body, or `{}`.
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
         * @description The payments of one customer, rejected ones included. The same filters as for all customers' payments.
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
         * @description All payments, or those that the filters name. A customer that does not exist gives an empty page.
         *
         *     Needs the scope `payments:read`.
         */
        get: operations["listPayments"];
        put?: never;
        /**
         * Pay: spread over the active loans, oldest first
         * @description The amount is spread over the customer's active loans, the one that was taken first before the next, each as far as it goes; `details` says how. A loan that comes to 0 is paid. Inactive customers may pay.
         *
         *     A payment of more than is owed on active loans is recorded and changes nothing: the answer is a 201 whose `status` is `rejected`, and it keeps its `external_id`. Pending loans are not paid, though the `total_debt` of a balance includes them.
         *
         *     The customer is named by `customer_id` or `customer_external_id`; both must name the same one.
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
         * Show a payment and how it was spread
         * @description The payment, and which loans got how much of it.
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
         * @description All webhooks, or those of a status.
         *
         *     Needs the scope `webhooks:read`.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Subscribe to events by HTTP
         * @description From now on each event of these types is sent to the URL by POST, as JSON with `type`, `timestamp`, `sequence` and `data`, signed as [Standard Webhooks](https://www.standardwebhooks.com) has it. The answer shows the secret for that, this once.
         *
         *     A receiver takes a message by any 2xx within 15 seconds. Otherwise it comes again, after seconds at first and hours at last, for three days; `Retry-After` is heeded, a redirect is not followed, and a 410 disables the webhook. A customer's events come one after the other, a cause before its effect: while one waits to be taken, those after it wait, too. A message may come twice: `webhook-id` is the same then.
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
         * @description A webhook as it is now, without its secret.
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
         * @description What is left out stays as it is. Of what happens while it is disabled it is told nothing, unless that is replayed later; what waited before goes on at once when it is active again.
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
         * Remove a webhook: it is told of nothing more
         * @description It is told of nothing more, and what waits for it is given up. What was sent can still be listed.
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
         * @description The answer shows the new secret, this once. For `overlap_seconds`, a day unless told, messages carry two signatures, one by each secret, so that a receiver may change over when it suits.
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
         * List what was sent to a webhook, newest first
         * @description Each message to the webhook, and what came of it. They are kept for 30 days.
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
         * Send messages once more
         * @description Sends messages once more: those that are named, whatever came of them, or one of every event that arrived in some time and has a type that the webhook is told of. They come after what waits already. A time that holds more than 10,000 events is replayed in parts: `next_from` says from when on to go on, until it is null. Events are kept for 30 days, so an earlier time gives fewer messages, or none: `deliveries` says how many.
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
         * @description All keys, or those that the filters name. Keys that stand in the environment or in a file of the gateway are not among them.
         *
         *     Needs the scope `admin`.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Make an API key
         * @description The answer shows the key, this once: only its hash is kept. It works at once at the gateway that made it, and within two seconds at every other.
         *
         *     `scopes` says what it may do: reading and writing are apart, and `admin` may do everything. Keys of the same `name` are one caller, to whom idempotency keys belong.
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
         * @description The key without the key itself. Keys that stand in the environment or in a file of the gateway are not among them.
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
         * Replace an API key by a new one, beside which it goes on for a while
         * @description Makes a key of the same name, scopes and rate. The old one expires after `overlap_seconds`, a day unless told, and never later than it would have: until then both work, so that nobody is without a key while the new one is brought to where it is used.
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
         * @description The key is refused from now on: at once at the gateway that is asked, within two seconds at every other. A key that is revoked already stays as it is.
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
         * List who did what, newest first
         * @description Every write and every act of an administrator, and whatever was refused to a caller for want of a scope: by whom, from where, and what came of it. An entry is there within a second.
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
         * @description Sent to the URL of each active webhook that is told of the type, signed as [Standard Webhooks](https://www.standardwebhooks.com) has it. Check the signature of the body as it came, answer within 15 seconds, and pass over a message whose `webhook-id` you know.
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
        /** @description Who is to become a customer */
        NewCustomer: {
            external_id: components["schemas"]["ExternalId"];
            /**
             * @description An amount: up to ten digits, then up to two decimals, without sign or exponent
             * @example 1200.50
             */
            score: string | number;
            /**
             * @default active
             * @enum {string}
             */
            status?: "active" | "inactive";
            preapproved_at?: string | null;
        };
        /** @description The caller's own id: 1 to 60 visible characters */
        ExternalId: string;
        /** @description What is to change of a customer */
        CustomerChange: {
            /**
             * @description An amount: up to ten digits, then up to two decimals, without sign or exponent
             * @example 1200.50
             */
            score?: string | number;
            /** @enum {string} */
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
             * @description As the contract says; it may be past
             */
            maximum_payment_date: string;
            /** @default null */
            contract_version?: string | null;
            /** Format: date-time */
            taken_at?: string;
            /**
             * @default active
             * @enum {string}
             */
            status?: "active" | "pending";
        };
        /**
         * @description Our own id, of at most 15 digits; nothing has a longer one
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
            /** Format: date-time */
            paid_at?: string;
        };
        /** @description A webhook to be made */
        NewWebhook: {
            /**
             * Format: uri
             * @description Where messages go: https, and no address of a private network
             */
            url: string;
            /**
             * @description What it is told of
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
            /** @default  */
            description?: string;
        };
        /** @description What is to be different; what is left out stays */
        WebhookChange: {
            /**
             * Format: uri
             * @description Where messages go: https, and no address of a private network
             */
            url?: string;
            /** @description What it is told of */
            event_types?: ("CustomerRegistered" | "CustomerUpdated" | "LoanTaken" | "LoanRequested" | "LoanRejected" | "LoanPaid" | "PaymentApplied" | "PaymentRejected")[];
            description?: string;
            /** @enum {string} */
            status?: "active" | "disabled";
        };
        /** @description How a secret is replaced */
        SecretRotation: {
            /**
             * @description How long messages are signed with the old secret, too
             * @default 86400
             */
            overlap_seconds?: number;
        };
        /** @description What is sent once more: either deliveries, or all events of a time */
        WebhookReplay: {
            /** @description These deliveries */
            delivery_ids?: components["schemas"]["Id"][];
            /**
             * Format: date-time
             * @description Or all events that arrived at this time or later
             */
            from?: string;
            /**
             * Format: date-time
             * @description And before this time; until now, where it is left out
             */
            to?: string;
        } & (unknown | unknown);
        /** @description A key to be made */
        NewApiKey: {
            /**
             * @description Who calls with it; keys of the same name are one caller
             * @example billing
             */
            name: string;
            scopes: components["schemas"]["Scope"][];
            /** @description Requests per second, over all gateways; as many as it likes where it is left out */
            rate?: number;
            /**
             * Format: date-time
             * @description When it expires, in the future; never, where it is left out
             */
            expires_at?: string;
        };
        /**
         * @description What a key may do
         * @enum {string}
         */
        Scope: "customers:read" | "customers:write" | "loans:read" | "loans:write" | "payments:read" | "payments:write" | "webhooks:read" | "webhooks:write" | "admin";
        /** @description How a key is replaced */
        KeyRotation: {
            /**
             * @description How long the old key goes on
             * @default 86400
             */
            overlap_seconds?: number;
            /**
             * Format: date-time
             * @description When the new key expires, in the future; never, where it is left out
             */
            expires_at?: string;
        };
        /** @description An event, as it is sent to a webhook */
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
            /** @description Its version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description Somebody became a customer, with a credit line. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                /** @enum {string} */
                status: "active" | "inactive";
                /**
                 * @description An amount with two decimals
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
            /** @description Its version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description The credit line or the status changed. All members as they are now. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                /** @enum {string} */
                status: "active" | "inactive";
                /**
                 * @description An amount with two decimals
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
            /** @description Its version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A loan is active: taken at once, or granted after it was requested. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                loan_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals
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
                /** @description Whether a LoanRequested came before it, so that its amount is counted once */
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
            /** @description Its version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A loan waits to be granted or rejected. It uses credit and counts in the total_debt of a balance, but no payment pays it. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                loan_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals
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
            /** @description Its version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A loan that was requested is rejected, which frees its credit. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                loan_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals
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
            /** @description Its version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description Payments have covered all of a loan. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                loan_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals
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
            /** @description Its version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A payment was spread over loans. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                payment_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals
                 * @example 1200.50
                 */
                total_amount: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 * @example 2026-01-31T09:30:00.000Z
                 */
                paid_at: string;
                /** @description Which loan got how much; the amounts sum to total_amount */
                details: {
                    loan_id: components["schemas"]["Id"];
                    /**
                     * @description An amount with two decimals
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
            /** @description Its version, as `ce_sequence` in the topic */
            sequence: number;
            /** @description A payment was recorded and changes nothing: it is more than is owed. */
            data: {
                customer_id: components["schemas"]["Id"];
                customer_external_id: components["schemas"]["ExternalId"];
                payment_id: components["schemas"]["Id"];
                external_id: components["schemas"]["ExternalId"];
                /**
                 * @description An amount with two decimals
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
        /** @description Somebody with a credit line */
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
            /** @description A URI of the kind: `urn:mo:problem:` and the code */
            type: string;
            /** @description The kind in words; the same for each of a kind */
            title: string;
            /** @description The status of the answer */
            status: number;
            /**
             * @description What programs decide by; it stays the same. Others may be added
             * @enum {string}
             */
            code: "invalid_request" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "request_timeout" | "already_exists" | "loan_not_pending" | "key_not_active" | "too_many_webhooks" | "payload_too_large" | "unsupported_media_type" | "customer_not_found" | "customer_inactive" | "credit_limit_exceeded" | "idempotency_key_reused" | "bulk_failed" | "rate_limited" | "internal_error" | "unavailable";
            /** @description This one in words, for people */
            detail: string;
            /** @description A URI of this one: `urn:mo:request:` and the `X-Request-Id` */
            instance: string;
            /** @description Each field, or each line of a file, that breaks a rule */
            errors?: (components["schemas"]["FieldError"] | ({
                line: number;
            } & {
                [key: string]: unknown;
            }))[];
            /**
             * @description What the caller would need
             * @enum {string}
             */
            required_scope?: "customers:read" | "customers:write" | "loans:read" | "loans:write" | "payments:read" | "payments:write" | "webhooks:read" | "webhooks:write" | "admin";
            /**
             * @description What would fit into the credit line
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
            /** @description The rule, for programs */
            code: string;
            /** @description The rule, as a sentence that goes on from the field's name */
            detail: string;
        };
        CustomersPage: {
            results: components["schemas"]["Customer"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description What became of a bulk upload */
        BulkSummary: {
            /** @description Lines that hold a customer or should */
            received: number;
            created: number;
            failed: number;
            errors: components["schemas"]["BulkError"][];
            /** @description Whether there are more errors than are listed */
            errors_truncated: boolean;
        };
        /** @description A line that was not created, and why */
        BulkError: {
            /** @description Counted from 1, the header line included; in a JSON array, the place in it */
            line: number;
            /** @description Of the line, as far as it can be read */
            external_id: string | null;
            /** @description A problem code */
            code: string;
            detail: string;
        };
        /** @description A problem that tells what was wrong with which lines */
        BulkProblem: {
            /** @description A URI of the kind: `urn:mo:problem:` and the code */
            type: string;
            /** @description The kind in words; the same for each of a kind */
            title: string;
            /** @description The status of the answer */
            status: number;
            /**
             * @description What programs decide by; it stays the same. Others may be added
             * @enum {string}
             */
            code: "invalid_request" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "request_timeout" | "already_exists" | "loan_not_pending" | "key_not_active" | "too_many_webhooks" | "payload_too_large" | "unsupported_media_type" | "customer_not_found" | "customer_inactive" | "credit_limit_exceeded" | "idempotency_key_reused" | "bulk_failed" | "rate_limited" | "internal_error" | "unavailable";
            /** @description This one in words, for people */
            detail: string;
            /** @description A URI of this one: `urn:mo:request:` and the `X-Request-Id` */
            instance: string;
            errors: components["schemas"]["BulkError"][];
            /**
             * @description What the caller would need
             * @enum {string}
             */
            required_scope?: "customers:read" | "customers:write" | "loans:read" | "loans:write" | "payments:read" | "payments:write" | "webhooks:read" | "webhooks:write" | "admin";
            /**
             * @description What would fit into the credit line
             * @example 1200.50
             */
            available_amount?: string;
            /** @description Lines that hold a customer or should */
            received: number;
            created: number;
            failed: number;
            /** @description Whether there are more errors than are listed */
            errors_truncated: boolean;
        } & {
            [key: string]: unknown;
        };
        BalancesPage: {
            results: components["schemas"]["Balance"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description What a customer owes, and what is left of its credit line */
        Balance: {
            customer_id: components["schemas"]["Id"];
            external_id: components["schemas"]["ExternalId"];
            /**
             * @description An amount with two decimals
             * @example 1200.50
             */
            score: string;
            /**
             * @description What is outstanding of its active and pending loans. A payment pays active loans only, so it may be less
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
             * @description The running sum after this entry
             * @example 1200.50
             */
            total_debt: string;
        };
        LoansPage: {
            results: components["schemas"]["Loan"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description A loan, as it is now */
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
             * @description What is left to pay
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
            /** @description Null while it is only requested */
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
             * @description Where messages go: https, and no address of a private network
             */
            url: string;
            description: string;
            /** @description What it is told of */
            event_types: string[];
            /** @enum {string} */
            status: "active" | "disabled" | "removed";
            /** @description Why we disabled it; null where we did not */
            disabled_reason: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /** @description The caller that made it */
            created_by: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            updated_at: string;
            /**
             * @description What messages are signed with (Standard Webhooks); it is shown this once
             * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8vK2mXyTq0E=
             */
            secret: string;
        };
        WebhooksPage: {
            results: components["schemas"]["Webhook"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description Who is told of events by HTTP */
        Webhook: {
            id: components["schemas"]["Id"];
            /**
             * Format: uri
             * @description Where messages go: https, and no address of a private network
             */
            url: string;
            description: string;
            /** @description What it is told of */
            event_types: string[];
            /** @enum {string} */
            status: "active" | "disabled" | "removed";
            /** @description Why we disabled it; null where we did not */
            disabled_reason: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /** @description The caller that made it */
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
        /** @description A message, and what came of it */
        Delivery: {
            id: components["schemas"]["Id"];
            webhook_id: components["schemas"]["Id"];
            /**
             * @description As `webhook-id` in the message, and `ce_id` in the topic
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
            /** @description What the receiver answered last; null where it answered nothing */
            last_status: number | null;
            /** @description Why it was not delivered; null where it was */
            last_error: string | null;
        };
        /** @description What a replay came to */
        Replayed: {
            /** @description How many messages are sent once more */
            deliveries: number;
            /** @description Where a time holds more events than one replay takes: the `from` of the next one; else null */
            next_from: string | null;
        };
        /** @description A new API key, with the key itself */
        CreatedApiKey: {
            id: components["schemas"]["Id"];
            /**
             * @description Who calls with it; keys of the same name are one caller
             * @example billing
             */
            name: string;
            /**
             * @description How the key begins, to tell it from others
             * @example mo_4fXq
             */
            hint: string;
            scopes: components["schemas"]["Scope"][];
            /** @description Requests per second, or null for as many as it likes */
            rate: number | null;
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /** @description The caller that made it */
            created_by: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description To within some seconds */
            last_used_at: string | null;
            /** @description The key itself, which is shown this once and kept nowhere */
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
             * @description Who calls with it; keys of the same name are one caller
             * @example billing
             */
            name: string;
            /**
             * @description How the key begins, to tell it from others
             * @example mo_4fXq
             */
            hint: string;
            scopes: components["schemas"]["Scope"][];
            /** @description Requests per second, or null for as many as it likes */
            rate: number | null;
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-01-31T09:30:00.000Z
             */
            created_at: string;
            /** @description The caller that made it */
            created_by: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description To within some seconds */
            last_used_at: string | null;
        };
        AuditPage: {
            results: components["schemas"]["AuditEntry"][];
            /** @description Null on the last page */
            next_cursor: string | null;
        };
        /** @description Who did what, and what came of it */
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
            /** @description Null for a token, and for a key that stands in a file */
            key_id: components["schemas"]["Id"] | null;
            /** @example takeLoan */
            operation: string;
            method: string;
            path: string;
            /** @description What it was answered */
            status: number;
            /** @description Where the request came from */
            address: string;
            request_id: string;
        };
    };
    responses: {
        /** @description `unauthenticated`: No API key or token was sent, or not a valid one. */
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
        /** @description `forbidden`: The caller is known, but may not do this: it lacks the scope that `required_scope` names. */
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
        /** @description `unsupported_media_type`: The body is not in a media type that the operation lists, or it is encoded. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `rate_limited`: The key has used up its rate. Try again after `Retry-After` seconds. */
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
        /** @description `internal_error`: A bug of ours; `instance` finds it in the log. */
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
        /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
        IdempotencyKey: string;
        /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
        ConsistencyToken: string;
    };
    requestBodies: never;
    headers: {
        /** @description The request's own `X-Request-Id`, or a new one: with it the request is found in every log. */
        RequestId: string;
        /** @description Where the key has a rate: how many requests are left (`r`), and in how many seconds there are more (`t`). */
        RateLimit: string;
        /** @description Where the key has a rate: how many requests (`q`) in how many seconds (`w`), over all gateways. */
        RateLimitPolicy: string;
        /** @description What this answer has seen of its customer. Send it on as `Consistency-Token` to read at least this state. */
        ConsistencyToken: string;
        /** @description There where this answer was given before, for the same `Idempotency-Key`. */
        IdempotencyReplayed: "true";
        /** @description How to authenticate. */
        WwwAuthenticate: string;
        /** @description What this answer has seen of its customer, where there is one. */
        ConsistencyTokenOfRefusal: string;
        /** @description In how many seconds to try again. */
        RetryAfter: string;
        /** @description What this answer has seen of the customer that a filter names, where it names one that exists. */
        ConsistencyTokenOfFilter: string;
        /** @description Where there is a next page, its address (RFC 8288), with `rel="next"`. */
        Link: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listCustomers: {
        parameters: {
            query?: {
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description The one customer of this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Those of this status */
                status?: "active" | "inactive";
            };
            header?: {
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `already_exists`: The `external_id` is taken; what has it is untouched. A retry should send an `Idempotency-Key`. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description All or nothing */
                atomic?: boolean;
            };
            header?: {
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `unsupported_media_type`: The body is not in a media type that the operation lists, or it is encoded. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description The one customer of this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description The one customer of this id */
                customer_id?: number;
            };
            header?: {
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description Entries up to and including this instant */
                as_of?: string;
            };
            header?: {
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description The one loan of this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Those of this status */
                status?: "pending" | "active" | "rejected" | "paid";
                /** @description Taken at or after */
                taken_from?: string;
                /** @description Taken at or before */
                taken_to?: string;
            };
            header?: {
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description The one loan of this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Those of this status */
                status?: "pending" | "active" | "rejected" | "paid";
                /** @description Taken at or after */
                taken_from?: string;
                /** @description Taken at or before */
                taken_to?: string;
                /** @description Those of this customer */
                customer_id?: number;
                /** @description Those of the customer of this external_id */
                customer_external_id?: components["schemas"]["ExternalId"];
            };
            header?: {
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `already_exists`: The `external_id` is taken; what has it is untouched. A retry should send an `Idempotency-Key`. */
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
             * @description `customer_not_found`: The customer that the body or the loan names does not exist.
             *
             *     `customer_inactive`: An inactive customer gets no loan.
             *
             *     `credit_limit_exceeded`: The amount with the customer's debt exceeds its score; `available_amount` would fit.
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
             * @description `customer_not_found`: The customer that the body or the loan names does not exist.
             *
             *     `customer_inactive`: An inactive customer gets no loan.
             *
             *     `credit_limit_exceeded`: The amount with the customer's debt exceeds its score; `available_amount` would fit.
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description The one payment of this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Those of this status */
                status?: "completed" | "rejected";
                /** @description Paid at or after */
                paid_from?: string;
                /** @description Paid at or before */
                paid_to?: string;
            };
            header?: {
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description The one payment of this external_id */
                external_id?: components["schemas"]["ExternalId"];
                /** @description Those of this status */
                status?: "completed" | "rejected";
                /** @description Paid at or after */
                paid_from?: string;
                /** @description Paid at or before */
                paid_to?: string;
                /** @description Those of this customer */
                customer_id?: number;
                /** @description Those of the customer of this external_id */
                customer_external_id?: components["schemas"]["ExternalId"];
            };
            header?: {
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `already_exists`: The `external_id` is taken; what has it is untouched. A retry should send an `Idempotency-Key`. */
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
             * @description `customer_not_found`: The customer that the body or the loan names does not exist.
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description As an earlier answer carried it: this request sees at least that state of its customer. A malformed token is a 400; a token of versions that do not exist is a 503. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `too_many_webhooks`: There are as many webhooks as there may be. Remove one that nobody needs first. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description Those of this status */
                status?: "pending" | "delivered" | "failed";
                /** @description Those of this customer */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Makes a retry safe: the effect happens once, and the first answer is given again. Belongs to the caller, the method and the path; kept for 24 hours. A retry has the same body: the order of members and white space do not matter, but a string is compared as it is written, so `"10"` and `"10.00"` differ. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description Those of this caller */
                name?: string;
                /** @description Those of this status */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `key_not_active`: Only an active key can be replaced by another. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description How many rows at most */
                limit?: number;
                /** @description `next_cursor` of the page before, with the same filters */
                cursor?: string;
                /** @description What this caller did */
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
            /** @description `invalid_request`: Something in the request breaks a rule; `errors` names each. The same request will never do. */
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
            /** @description `not_found`: What the path names does not exist. */
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
            /** @description `unavailable`: It could not be done or confirmed now; nothing was refused. Try again after `Retry-After` seconds, a write with its `Idempotency-Key`. */
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
                /** @description Names the event: the same whenever it is sent */
                "webhook-id": string;
                /** @description When this attempt was made, in seconds since 1970 */
                "webhook-timestamp": string;
                /** @description HMAC-SHA256 of id, timestamp and body by each secret that counts, separated by spaces */
                "webhook-signature": string;
                /** @description W3C Trace Context of the attempt, where it is recorded */
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
            /** @description No more messages are wanted: the webhook is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The message is taken. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The message is not taken, and comes again, for three days. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
