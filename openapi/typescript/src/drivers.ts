// Made by openapi-typescript from drivers.json.

export interface paths {
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Log in */
        post: operations["auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Log out */
        post: operations["auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell who is asking */
        get: operations["auth_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the password */
        post: operations["auth_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a link that resets the password */
        post: operations["auth_password_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password/reset/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Choose another password by a link */
        post: operations["auth_password_reset_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register */
        post: operations["auth_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/register/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm the address of a new account */
        post: operations["auth_register_confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Obtain a token */
        post: operations["auth_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List one's tokens */
        get: operations["auth_tokens"];
        put?: never;
        /** Make a token */
        post: operations["auth_tokens_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a token */
        delete: operations["auth_tokens_destroy"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every car the caller may see */
        get: operations["cars_list"];
        put?: never;
        /** Create a car */
        post: operations["cars_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cars/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export every car the caller may see */
        get: operations["cars_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cars/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a car */
        get: operations["cars_retrieve"];
        /** Replace a car */
        put: operations["cars_update"];
        post?: never;
        /** Delete a car */
        delete: operations["cars_destroy"];
        options?: never;
        head?: never;
        /** Change a car in part */
        patch: operations["cars_partial_update"];
        trace?: never;
    };
    "/cars/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish a car */
        post: operations["cars_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/trips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every trip the caller may see */
        get: operations["trips_list"];
        put?: never;
        /** Create a trip */
        post: operations["trips_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/trips/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a trip */
        get: operations["trips_retrieve"];
        /** Replace a trip */
        put: operations["trips_update"];
        post?: never;
        /** Delete a trip */
        delete: operations["trips_destroy"];
        options?: never;
        head?: never;
        /** Change a trip in part */
        patch: operations["trips_partial_update"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Car
         * @description A car. A new one is not published; only the action below publishes one.
         */
        Car: {
            /**
             * Format: int64
             * @description Its key.
             */
            readonly id: number;
            /** @description What it is called. */
            name: string;
            /**
             * Format: int32
             * @description Whose it is; the caller's, when a new one leaves it out.
             */
            owner_id: number | null;
            /** @description Is it shown to buyers? */
            readonly published: boolean;
        };
        /**
         * CarInput
         * @description A car. A new one is not published; only the action below publishes one.
         */
        CarInput: {
            /** @description What it is called. */
            name: string;
            /**
             * Format: int32
             * @description Whose it is; the caller's, when a new one leaves it out.
             */
            owner_id?: number | null;
        };
        /** CarsPage */
        CarsPage: {
            /**
             * Format: uint64
             * @description How many rows the caller may see in all.
             */
            count: number;
            /**
             * Format: uri-reference
             * @description The next page, as a reference relative to this one's address.
             */
            next: string | null;
            /**
             * Format: uri-reference
             * @description The page before, likewise.
             */
            previous: string | null;
            results: components["schemas"]["CarsRow"][];
        };
        /**
         * CarsRow
         * @description A car. A new one is not published; only the action below publishes one.
         */
        CarsRow: {
            /**
             * Format: int64
             * @description Its key.
             */
            readonly id: number;
            /** @description What it is called. */
            name: string;
            /**
             * Format: int32
             * @description Whose it is; the caller's, when a new one leaves it out.
             */
            owner_id: number | null;
            /** @description What the caller may do with this row. */
            permissions: ("view" | "change" | "delete" | "publish")[];
            /** @description Is it shown to buyers? */
            readonly published: boolean;
        };
        /**
         * Login
         * @description Who logs in.
         */
        Login: {
            /** @description The password. */
            password: string;
            /** @description The unique name. */
            username: string;
        };
        /**
         * MadeToken
         * @description A token that was just made.
         */
        MadeToken: {
            /** @description The permissions it allows; all that its user has where it is null. */
            ceiling?: string[] | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created: string;
            /**
             * Format: date-time
             * @description From when on it is nobody's; never where it is null.
             */
            expires_at?: string | null;
            /**
             * Format: int64
             * @description By which it is revoked.
             */
            id: number;
            /** @description What its user calls it. */
            name: string;
            /** @description To send as `Authorization: Token …`. It is told now, and never again. */
            token: string;
        };
        /**
         * NamedToken
         * @description A token, as its user sees it.
         */
        NamedToken: {
            /** @description The permissions it allows; all that its user has where it is null. */
            ceiling?: string[] | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created: string;
            /**
             * Format: date-time
             * @description From when on it is nobody's; never where it is null.
             */
            expires_at?: string | null;
            /**
             * Format: int64
             * @description By which it is revoked.
             */
            id: number;
            /**
             * Format: date-time
             * @description When it was last used, to ten minutes; never where it is null.
             */
            last_used?: string | null;
            /** @description What its user calls it. */
            name: string;
        };
        /**
         * NewNamedToken
         * @description A token to be made.
         */
        NewNamedToken: {
            /** @description The permissions it allows, as in `drivers.view_car`; all that its user has where nothing is said. */
            ceiling?: string[] | null;
            /**
             * Format: date-time
             * @description From when on it is nobody's; never where nothing is said.
             */
            expires_at?: string | null;
            /** @description What to call it. */
            name: string;
        };
        /**
         * PasswordChange
         * @description The password somebody has, and the one they want.
         */
        PasswordChange: {
            /** @description The password they want. */
            new_password: string;
            /** @description The password they have. */
            old_password: string;
        };
        /**
         * PatchedCarInput
         * @description A car. A new one is not published; only the action below publishes one.
         */
        PatchedCarInput: {
            /** @description What it is called. */
            name?: string;
            /**
             * Format: int32
             * @description Whose it is; the caller's, when a new one leaves it out.
             */
            owner_id?: number | null;
        };
        /**
         * PatchedTripInput
         * @description A trip.
         */
        PatchedTripInput: {
            /**
             * Format: int32
             * @description Whose it is; the caller's, when a new one leaves it out.
             */
            owner_id?: number | null;
            /** @description Where it went. */
            title?: string;
        };
        /**
         * Problem
         * @description The body of every error.
         */
        Problem: {
            /** @description A stable word for programs. */
            code: string;
            /** @description A sentence for people. */
            detail: string;
            /** @description What is wrong with each field, where the body is at fault. */
            errors?: {
                [key: string]: string[];
            } | null;
            /** @description The permission class that refused; only where the site says so, which is for development. */
            refused_by?: string | null;
            /** @description What the request is called, in `X-Request-Id` and in the log; where the site names requests. */
            request_id?: string | null;
            /**
             * Format: uint16
             * @description The status as a number.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description Always `about:blank`: `code` says which problem it is. */
            type: string;
        };
        /**
         * Profile
         * @description A user as they see themselves.
         */
        Profile: {
            /** @description The names of their groups, in order. */
            groups: string[];
            /**
             * Format: int64
             * @description The key.
             */
            id: number;
            /** @description An inactive user cannot log in. */
            is_active: boolean;
            /** @description May they be in where staff is? */
            is_staff: boolean;
            /** @description Do they hold every permission? */
            is_superuser: boolean;
            /** @description The permissions they hold, directly and through groups, in order. */
            permissions: string[];
            /** @description The unique name. */
            username: string;
        };
        /**
         * RegistrationByMail
         * @description Who registers by a mail.
         */
        RegistrationByMail: {
            /** @description The address, to which the link goes. */
            email: string;
            /** @description The password they want. */
            password: string;
            /** @description The unique name they want: letters, numbers and `@ . + - _`. */
            username: string;
        };
        /**
         * RegistrationConfirmation
         * @description What a link holds.
         */
        RegistrationConfirmation: {
            /** @description Shows that the link was sent. */
            token: string;
            /** @description Names the user. */
            uid: string;
        };
        /**
         * ResetConfirmation
         * @description What a link holds, and the password somebody wants.
         */
        ResetConfirmation: {
            /** @description The password they want. */
            new_password: string;
            /** @description Shows that the link was sent. */
            token: string;
            /** @description Names the user. */
            uid: string;
        };
        /**
         * ResetRequest
         * @description Who wants another password.
         */
        ResetRequest: {
            /** @description The address of the account. */
            email: string;
        };
        /**
         * Token
         * @description The token to send as `Authorization: Token …`.
         */
        Token: {
            /** @description 40 hexadecimal digits. */
            token: string;
        };
        /**
         * Trip
         * @description A trip.
         */
        Trip: {
            /**
             * Format: int64
             * @description Its key.
             */
            readonly id: number;
            /**
             * Format: int32
             * @description Whose it is; the caller's, when a new one leaves it out.
             */
            owner_id: number | null;
            /** @description Where it went. */
            title: string;
        };
        /**
         * TripInput
         * @description A trip.
         */
        TripInput: {
            /**
             * Format: int32
             * @description Whose it is; the caller's, when a new one leaves it out.
             */
            owner_id?: number | null;
            /** @description Where it went. */
            title: string;
        };
        /** TripsPage */
        TripsPage: {
            /**
             * Format: uint64
             * @description How many rows the caller may see in all.
             */
            count: number;
            /**
             * Format: uri-reference
             * @description The next page, as a reference relative to this one's address.
             */
            next: string | null;
            /**
             * Format: uri-reference
             * @description The page before, likewise.
             */
            previous: string | null;
            results: components["schemas"]["Trip"][];
        };
    };
    responses: {
        /** @description The write is allowed, and meets what is stored already. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The caller may not do this. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request is malformed, or a value in it is refused. */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The caller does not accept JSON. */
        NotAcceptable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such row or page, or the caller may not know of it. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The row is not, or no longer, as the request says by `If-Match`. */
        PreconditionFailed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The caller asked too often, or was wrong about a password too often. */
        Throttled: {
            headers: {
                /** @description In how many seconds to ask again. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Nobody said who they are, or a credential is wrong. */
        Unauthenticated: {
            headers: {
                /** @description How to say who one is. */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The answer could not be found out; ask again later. */
        Unavailable: {
            headers: {
                /** @description In how many seconds to ask again. */
                "Retry-After"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not JSON. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session is over. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_password_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetRequest"];
            };
        };
        responses: {
            /** @description A mail is sent to whom it concerns; whether there is anybody is not told. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_password_reset_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetConfirmation"];
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegistrationByMail"];
            };
        };
        responses: {
            /** @description A mail is sent to whom it concerns; whether there is anybody is not told. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_register_confirm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegistrationConfirmation"];
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NamedToken"][];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_tokens_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewNamedToken"];
            };
        };
        responses: {
            /** @description The token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeToken"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_tokens_destroy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It lets nobody in any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    cars_list: {
        parameters: {
            query?: {
                /** @description How many rows at most; more than 500 are not given. */
                limit?: number;
                /** @description How many rows to pass over. */
                offset?: number;
                /** @description Fields in order, `-` before a descending one: name, id. */
                ordering?: string;
                /** @description Only rows with this value. */
                name?: string;
                /** @description Only rows with this value. */
                owner_id?: number;
                /** @description Only rows with this value. */
                published?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of rows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CarsPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    cars_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CarInput"];
            };
        };
        responses: {
            /** @description The row as it was made. */
            201: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CarsRow"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    cars_export: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The columns' names, and then the rows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    cars_retrieve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tags of what the caller has of the row already. */
                "If-None-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row. */
            200: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CarsRow"];
                };
            };
            /** @description The caller has the row as it is. */
            304: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    cars_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CarInput"];
            };
        };
        responses: {
            /** @description The row as it is now. */
            200: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CarsRow"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    cars_destroy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    cars_partial_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchedCarInput"];
            };
        };
        responses: {
            /** @description The row as it is now. */
            200: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CarsRow"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    cars_publish: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Car"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    trips_list: {
        parameters: {
            query?: {
                /** @description How many rows at most; more than 500 are not given. */
                limit?: number;
                /** @description How many rows to pass over. */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of rows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TripsPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    trips_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TripInput"];
            };
        };
        responses: {
            /** @description The row as it was made. */
            201: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trip"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    trips_retrieve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tags of what the caller has of the row already. */
                "If-None-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row. */
            200: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trip"];
                };
            };
            /** @description The caller has the row as it is. */
            304: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    trips_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TripInput"];
            };
        };
        responses: {
            /** @description The row as it is now. */
            200: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trip"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    trips_destroy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The row is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
    trips_partial_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchedTripInput"];
            };
        };
        responses: {
            /** @description The row as it is now. */
            200: {
                headers: {
                    /** @description The tag of the row as it is shown here. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trip"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["Throttled"];
            503: components["responses"]["Unavailable"];
        };
    };
}
