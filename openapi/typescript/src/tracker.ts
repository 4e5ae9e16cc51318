// Made by openapi-typescript from tracker.json.

export interface paths {
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
    "/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every comment the caller may see */
        get: operations["comments_list"];
        put?: never;
        /** Create a comment */
        post: operations["comments_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/comments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a comment */
        get: operations["comments_retrieve"];
        /** Replace a comment */
        put: operations["comments_update"];
        post?: never;
        /** Delete a comment */
        delete: operations["comments_destroy"];
        options?: never;
        head?: never;
        /** Change a comment in part */
        patch: operations["comments_partial_update"];
        trace?: never;
    };
    "/memberships": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every membership the caller may see */
        get: operations["memberships_list"];
        put?: never;
        /** Create a membership */
        post: operations["memberships_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/memberships/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a membership */
        get: operations["memberships_retrieve"];
        /** Replace a membership */
        put: operations["memberships_update"];
        post?: never;
        /** Delete a membership */
        delete: operations["memberships_destroy"];
        options?: never;
        head?: never;
        /** Change a membership in part */
        patch: operations["memberships_partial_update"];
        trace?: never;
    };
    "/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every organization the caller may see */
        get: operations["organizations_list"];
        put?: never;
        /** Create a organization */
        post: operations["organizations_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/organizations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a organization */
        get: operations["organizations_retrieve"];
        /** Replace a organization */
        put: operations["organizations_update"];
        post?: never;
        /** Delete a organization */
        delete: operations["organizations_destroy"];
        options?: never;
        head?: never;
        /** Change a organization in part */
        patch: operations["organizations_partial_update"];
        trace?: never;
    };
    "/organizations/{organization_id}/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every project the caller may see */
        get: operations["organizations_projects_list"];
        put?: never;
        /** Create a project */
        post: operations["organizations_projects_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/organizations/{organization_id}/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a project */
        get: operations["organizations_projects_retrieve"];
        /** Replace a project */
        put: operations["organizations_projects_update"];
        post?: never;
        /** Delete a project */
        delete: operations["organizations_projects_destroy"];
        options?: never;
        head?: never;
        /** Change a project in part */
        patch: operations["organizations_projects_partial_update"];
        trace?: never;
    };
    "/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every project the caller may see */
        get: operations["projects_list"];
        put?: never;
        /** Create a project */
        post: operations["projects_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a project */
        get: operations["projects_retrieve"];
        /** Replace a project */
        put: operations["projects_update"];
        post?: never;
        /** Delete a project */
        delete: operations["projects_destroy"];
        options?: never;
        head?: never;
        /** Change a project in part */
        patch: operations["projects_partial_update"];
        trace?: never;
    };
    "/projects/{id}/share": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Share a project with somebody outside its organization */
        post: operations["projects_share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every task the caller may see */
        get: operations["projects_tasks_list"];
        put?: never;
        /** Create a task */
        post: operations["projects_tasks_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/tasks/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create many rows, each a task
         * @description All rows are written, or none. What is wrong with one is told under its place in the list.
         */
        post: operations["projects_tasks_bulk_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projects/{project_id}/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a task */
        get: operations["projects_tasks_retrieve"];
        /** Replace a task */
        put: operations["projects_tasks_update"];
        post?: never;
        /** Delete a task */
        delete: operations["projects_tasks_destroy"];
        options?: never;
        head?: never;
        /** Change a task in part */
        patch: operations["projects_tasks_partial_update"];
        trace?: never;
    };
    "/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every task the caller may see */
        get: operations["tasks_list"];
        put?: never;
        /** Create a task */
        post: operations["tasks_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create many rows, each a task
         * @description All rows are written, or none. What is wrong with one is told under its place in the list.
         */
        post: operations["tasks_bulk_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Close many tasks at once */
        post: operations["tasks_close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export every task that the caller sees */
        get: operations["tasks_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a task */
        get: operations["tasks_retrieve"];
        /** Replace a task */
        put: operations["tasks_update"];
        post?: never;
        /** Delete a task */
        delete: operations["tasks_destroy"];
        options?: never;
        head?: never;
        /** Change a task in part */
        patch: operations["tasks_partial_update"];
        trace?: never;
    };
    "/tasks/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a task to a member of its organization */
        post: operations["tasks_assign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List every comment the caller may see */
        get: operations["tasks_comments_list"];
        put?: never;
        /** Create a comment */
        post: operations["tasks_comments_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/comments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Retrieve a comment */
        get: operations["tasks_comments_retrieve"];
        /** Replace a comment */
        put: operations["tasks_comments_update"];
        post?: never;
        /** Delete a comment */
        delete: operations["tasks_comments_destroy"];
        options?: never;
        head?: never;
        /** Change a comment in part */
        patch: operations["tasks_comments_partial_update"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Assignment
         * @description Whom a task is given to.
         */
        Assignment: {
            /**
             * Format: int32
             * @description Their key; `null` for nobody.
             */
            user_id?: number | null;
        };
        /**
         * Closing
         * @description Which tasks are closed.
         */
        Closing: {
            /** @description Their keys. */
            ids: number[];
        };
        /**
         * Comment
         * @description What somebody said of a task.
         */
        Comment: {
            /**
             * Format: int32
             * @description Who said it.
             */
            readonly author_id: number | null;
            /** @description What they said. */
            body: string;
            /**
             * Format: date-time
             * @description When.
             */
            readonly created_at: string;
            /**
             * Format: int32
             * @description Its key.
             */
            readonly id: number;
            /**
             * Format: int32
             * @description The task.
             */
            task_id: number;
        };
        /**
         * CommentInput
         * @description What somebody said of a task.
         */
        CommentInput: {
            /** @description What they said. */
            body: string;
            /**
             * Format: int32
             * @description The task.
             */
            task_id: number;
        };
        /**
         * CommentPutInput
         * @description What somebody said of a task.
         */
        CommentPutInput: {
            /** @description What they said. */
            body: string;
        };
        /** CommentsPage */
        CommentsPage: {
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
            results: components["schemas"]["Comment"][];
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
         * Membership
         * @description Somebody who belongs to an organization.
         */
        Membership: {
            /**
             * Format: int32
             * @description Its key.
             */
            readonly id: number;
            /**
             * Format: int32
             * @description The organization.
             */
            organization_id: number;
            /** @description As what. */
            role: components["schemas"]["Role"];
            /**
             * Format: int32
             * @description Who belongs to it.
             */
            user_id: number;
        };
        /**
         * MembershipInput
         * @description Somebody who belongs to an organization.
         */
        MembershipInput: {
            /**
             * Format: int32
             * @description The organization.
             */
            organization_id: number;
            /** @description As what. */
            role: components["schemas"]["Role"];
            /**
             * Format: int32
             * @description Who belongs to it.
             */
            user_id: number;
        };
        /**
         * MembershipPutInput
         * @description Somebody who belongs to an organization.
         */
        MembershipPutInput: {
            /** @description As what. */
            role: components["schemas"]["Role"];
        };
        /** MembershipsPage */
        MembershipsPage: {
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
            results: components["schemas"]["Membership"][];
        };
        /**
         * Organization
         * @description An organization. Whoever makes one is its first admin.
         */
        Organization: {
            /**
             * Format: int32
             * @description Its key.
             */
            readonly id: number;
            /** @description What it is called. */
            name: string;
            /** @description Its name in addresses; no two have the same. */
            slug: string;
        };
        /**
         * OrganizationInput
         * @description An organization. Whoever makes one is its first admin.
         */
        OrganizationInput: {
            /** @description What it is called. */
            name: string;
            /** @description Its name in addresses; no two have the same. */
            slug: string;
        };
        /** OrganizationsPage */
        OrganizationsPage: {
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
            results: components["schemas"]["Organization"][];
        };
        /**
         * OrganizationsProjectsInput
         * @description A project of an organization.
         */
        OrganizationsProjectsInput: {
            /**
             * @description Is it over?
             * @default false
             */
            archived?: boolean;
            /**
             * Format: decimal
             * @description What it may cost. Shown where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds. Written where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds.
             */
            budget?: string | null;
            /** @description What it is called. */
            name: string;
            /**
             * Format: int32
             * @description The organization.
             */
            organization_id?: number;
        };
        /**
         * PatchedCommentInput
         * @description What somebody said of a task.
         */
        PatchedCommentInput: {
            /** @description What they said. */
            body?: string;
        };
        /**
         * PatchedMembershipInput
         * @description Somebody who belongs to an organization.
         */
        PatchedMembershipInput: {
            /** @description As what. */
            role?: components["schemas"]["Role"];
        };
        /**
         * PatchedOrganizationInput
         * @description An organization. Whoever makes one is its first admin.
         */
        PatchedOrganizationInput: {
            /** @description What it is called. */
            name?: string;
            /** @description Its name in addresses; no two have the same. */
            slug?: string;
        };
        /**
         * PatchedProjectInput
         * @description A project of an organization.
         */
        PatchedProjectInput: {
            /** @description Is it over? */
            archived?: boolean;
            /**
             * Format: decimal
             * @description What it may cost. Shown where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds. Written where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds.
             */
            budget?: string | null;
            /** @description What it is called. */
            name?: string;
        };
        /**
         * PatchedTaskInput
         * @description A task of a project.
         */
        PatchedTaskInput: {
            /**
             * Format: int32
             * @description Who does it; of a new private task that leaves it out, the caller.
             */
            assignee_id?: number | null;
            /**
             * Format: date
             * @description When it has to be done.
             */
            due?: string | null;
            /**
             * Format: decimal
             * @description How many days it takes.
             */
            estimate?: string | null;
            /** @description Whatever it is sorted by. */
            labels?: unknown;
            /** @description Is it seen by its assignee and the admins only? */
            private?: boolean;
            /** @description How far it is. */
            status?: components["schemas"]["Status"];
            /** @description What is to be done. */
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
         * Project
         * @description A project of an organization.
         */
        Project: {
            /** @description Is it over? */
            archived: boolean;
            /**
             * Format: decimal
             * @description What it may cost. Shown where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds. Written where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds.
             */
            budget?: string | null;
            /**
             * Format: int32
             * @description Its key.
             */
            readonly id: number;
            /** @description What it is called. */
            name: string;
            /**
             * Format: int32
             * @description The organization.
             */
            organization_id: number;
        };
        /**
         * ProjectInput
         * @description A project of an organization.
         */
        ProjectInput: {
            /**
             * @description Is it over?
             * @default false
             */
            archived?: boolean;
            /**
             * Format: decimal
             * @description What it may cost. Shown where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds. Written where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds.
             */
            budget?: string | null;
            /** @description What it is called. */
            name: string;
            /**
             * Format: int32
             * @description The organization.
             */
            organization_id: number;
        };
        /**
         * ProjectPutInput
         * @description A project of an organization.
         */
        ProjectPutInput: {
            /** @description Is it over? */
            archived?: boolean;
            /**
             * Format: decimal
             * @description What it may cost. Shown where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds. Written where `Through<Organizations>(organization_id).for_action(update) | HasPerm("tracker.view_budget")` holds.
             */
            budget?: string | null;
            /** @description What it is called. */
            name: string;
        };
        /** ProjectsPage */
        ProjectsPage: {
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
            results: components["schemas"]["Project"][];
        };
        /**
         * ProjectsTasksInput
         * @description A task of a project.
         */
        ProjectsTasksInput: {
            /**
             * Format: int32
             * @description Who does it; of a new private task that leaves it out, the caller.
             */
            assignee_id?: number | null;
            /**
             * Format: date
             * @description When it has to be done.
             */
            due?: string | null;
            /**
             * Format: decimal
             * @description How many days it takes.
             */
            estimate?: string | null;
            /**
             * @description Whatever it is sorted by.
             * @default []
             */
            labels?: unknown;
            /**
             * @description Is it seen by its assignee and the admins only?
             * @default false
             */
            private?: boolean;
            /**
             * Format: int32
             * @description The project.
             */
            project_id?: number;
            /**
             * @description How far it is.
             * @default open
             */
            status?: components["schemas"]["Status"];
            /** @description What is to be done. */
            title: string;
        };
        /**
         * Role
         * @description As what somebody belongs to an organization.
         * @enum {string}
         */
        Role: "member" | "admin";
        /**
         * Sharing
         * @description With whom a project is shared.
         */
        Sharing: {
            /** @description Their name. */
            username: string;
        };
        /**
         * Status
         * @description How far a task is.
         * @enum {string}
         */
        Status: "open" | "doing" | "closed";
        /**
         * Task
         * @description A task of a project.
         */
        Task: {
            /**
             * Format: int32
             * @description Who does it; of a new private task that leaves it out, the caller.
             */
            assignee_id: number | null;
            /**
             * Format: date
             * @description When it has to be done.
             */
            due: string | null;
            /**
             * Format: decimal
             * @description How many days it takes.
             */
            estimate: string | null;
            /**
             * Format: int32
             * @description Its key.
             */
            readonly id: number;
            /** @description Whatever it is sorted by. */
            labels: unknown;
            /** @description Is it seen by its assignee and the admins only? */
            private: boolean;
            /**
             * Format: int32
             * @description The project.
             */
            project_id: number;
            /** @description How far it is. */
            status: components["schemas"]["Status"];
            /** @description What is to be done. */
            title: string;
            /**
             * Format: int32
             * @description How often it was written, which `If-Match` compares.
             */
            readonly version: number;
        };
        /**
         * TaskInput
         * @description A task of a project.
         */
        TaskInput: {
            /**
             * Format: int32
             * @description Who does it; of a new private task that leaves it out, the caller.
             */
            assignee_id?: number | null;
            /**
             * Format: date
             * @description When it has to be done.
             */
            due?: string | null;
            /**
             * Format: decimal
             * @description How many days it takes.
             */
            estimate?: string | null;
            /**
             * @description Whatever it is sorted by.
             * @default []
             */
            labels?: unknown;
            /**
             * @description Is it seen by its assignee and the admins only?
             * @default false
             */
            private?: boolean;
            /**
             * Format: int32
             * @description The project.
             */
            project_id: number;
            /**
             * @description How far it is.
             * @default open
             */
            status?: components["schemas"]["Status"];
            /** @description What is to be done. */
            title: string;
        };
        /**
         * TaskPutInput
         * @description A task of a project.
         */
        TaskPutInput: {
            /**
             * Format: int32
             * @description Who does it; of a new private task that leaves it out, the caller.
             */
            assignee_id?: number | null;
            /**
             * Format: date
             * @description When it has to be done.
             */
            due?: string | null;
            /**
             * Format: decimal
             * @description How many days it takes.
             */
            estimate?: string | null;
            /** @description Whatever it is sorted by. */
            labels?: unknown;
            /** @description Is it seen by its assignee and the admins only? */
            private?: boolean;
            /** @description How far it is. */
            status?: components["schemas"]["Status"];
            /** @description What is to be done. */
            title: string;
        };
        /**
         * TasksCommentsInput
         * @description What somebody said of a task.
         */
        TasksCommentsInput: {
            /** @description What they said. */
            body: string;
            /**
             * Format: int32
             * @description The task.
             */
            task_id?: number;
        };
        /** TasksPage */
        TasksPage: {
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
            results: components["schemas"]["Task"][];
        };
        /**
         * Token
         * @description The token to send as `Authorization: Token …`.
         */
        Token: {
            /** @description 40 hexadecimal digits. */
            token: string;
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
    comments_list: {
        parameters: {
            query?: {
                /** @description A place in the list, from a link to another page. */
                cursor?: string;
                /** @description How many rows at most; more than 500 are not given. */
                page_size?: number;
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
                    "application/json": components["schemas"]["CommentsPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            503: components["responses"]["Unavailable"];
        };
    };
    comments_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentInput"];
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
                    "application/json": components["schemas"]["Comment"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    comments_retrieve: {
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
                    "application/json": components["schemas"]["Comment"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    comments_update: {
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
                "application/json": components["schemas"]["CommentPutInput"];
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
                    "application/json": components["schemas"]["Comment"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    comments_destroy: {
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
            503: components["responses"]["Unavailable"];
        };
    };
    comments_partial_update: {
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
                "application/json": components["schemas"]["PatchedCommentInput"];
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
                    "application/json": components["schemas"]["Comment"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    memberships_list: {
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
                    "application/json": components["schemas"]["MembershipsPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            503: components["responses"]["Unavailable"];
        };
    };
    memberships_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MembershipInput"];
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
                    "application/json": components["schemas"]["Membership"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    memberships_retrieve: {
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
                    "application/json": components["schemas"]["Membership"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    memberships_update: {
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
                "application/json": components["schemas"]["MembershipPutInput"];
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
                    "application/json": components["schemas"]["Membership"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    memberships_destroy: {
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
            503: components["responses"]["Unavailable"];
        };
    };
    memberships_partial_update: {
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
                "application/json": components["schemas"]["PatchedMembershipInput"];
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
                    "application/json": components["schemas"]["Membership"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_list: {
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
                    "application/json": components["schemas"]["OrganizationsPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationInput"];
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
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_retrieve: {
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
                    "application/json": components["schemas"]["Organization"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_update: {
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
                "application/json": components["schemas"]["OrganizationInput"];
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
                    "application/json": components["schemas"]["Organization"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_destroy: {
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
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_partial_update: {
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
                "application/json": components["schemas"]["PatchedOrganizationInput"];
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
                    "application/json": components["schemas"]["Organization"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_projects_list: {
        parameters: {
            query?: {
                /** @description Which page, the first of which is 1. */
                page?: number;
                /** @description How many rows at most; more than 500 are not given. */
                page_size?: number;
            };
            header?: never;
            path: {
                organization_id: number;
            };
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
                    "application/json": components["schemas"]["ProjectsPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_projects_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganizationsProjectsInput"];
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
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_projects_retrieve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tags of what the caller has of the row already. */
                "If-None-Match"?: string;
            };
            path: {
                organization_id: number;
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
                    "application/json": components["schemas"]["Project"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_projects_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                organization_id: number;
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectPutInput"];
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
                    "application/json": components["schemas"]["Project"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_projects_destroy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                organization_id: number;
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
            503: components["responses"]["Unavailable"];
        };
    };
    organizations_projects_partial_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                organization_id: number;
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchedProjectInput"];
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
                    "application/json": components["schemas"]["Project"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    projects_list: {
        parameters: {
            query?: {
                /** @description Which page, the first of which is 1. */
                page?: number;
                /** @description How many rows at most; more than 500 are not given. */
                page_size?: number;
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
                    "application/json": components["schemas"]["ProjectsPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            503: components["responses"]["Unavailable"];
        };
    };
    projects_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectInput"];
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
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    projects_retrieve: {
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
                    "application/json": components["schemas"]["Project"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    projects_update: {
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
                "application/json": components["schemas"]["ProjectPutInput"];
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
                    "application/json": components["schemas"]["Project"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    projects_destroy: {
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
            503: components["responses"]["Unavailable"];
        };
    };
    projects_partial_update: {
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
                "application/json": components["schemas"]["PatchedProjectInput"];
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
                    "application/json": components["schemas"]["Project"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    projects_share: {
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
                "application/json": components["schemas"]["Sharing"];
            };
        };
        responses: {
            /** @description The row as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    projects_tasks_list: {
        parameters: {
            query?: {
                /** @description Which page, the first of which is 1. */
                page?: number;
                /** @description How many rows at most; more than 500 are not given. */
                page_size?: number;
                /** @description Fields in order, `-` before a descending one: id, title, due, status. */
                ordering?: string;
                /** @description Only rows of which each of these words, or phrases in quotes, is in one of: title. In capitals or not. */
                search?: string;
                /** @description Only rows with this value. */
                status?: components["schemas"]["Status"];
                /** @description Only rows with one of these values. */
                status__in?: components["schemas"]["Status"][];
                /** @description Only rows with this value. */
                assignee_id?: number;
                /** @description Only rows without a value (`true`), or with one (`false`). */
                assignee_id__isnull?: boolean;
                /** @description Only rows with this value or a greater one. */
                due__gte?: string;
                /** @description Only rows with this value or a smaller one. */
                due__lte?: string;
            };
            header?: never;
            path: {
                project_id: number;
            };
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
                    "application/json": components["schemas"]["TasksPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            503: components["responses"]["Unavailable"];
        };
    };
    projects_tasks_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectsTasksInput"];
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
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    projects_tasks_bulk_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectsTasksInput"][];
            };
        };
        responses: {
            /** @description The rows as they were made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    projects_tasks_retrieve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tags of what the caller has of the row already. */
                "If-None-Match"?: string;
            };
            path: {
                project_id: number;
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
                    "application/json": components["schemas"]["Task"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    projects_tasks_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                project_id: number;
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskPutInput"];
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
                    "application/json": components["schemas"]["Task"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    projects_tasks_destroy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                project_id: number;
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
            503: components["responses"]["Unavailable"];
        };
    };
    projects_tasks_partial_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                project_id: number;
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchedTaskInput"];
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
                    "application/json": components["schemas"]["Task"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_list: {
        parameters: {
            query?: {
                /** @description Which page, the first of which is 1. */
                page?: number;
                /** @description How many rows at most; more than 500 are not given. */
                page_size?: number;
                /** @description Fields in order, `-` before a descending one: id, title, due, status. */
                ordering?: string;
                /** @description Only rows of which each of these words, or phrases in quotes, is in one of: title. In capitals or not. */
                search?: string;
                /** @description Only rows with this value. */
                status?: components["schemas"]["Status"];
                /** @description Only rows with one of these values. */
                status__in?: components["schemas"]["Status"][];
                /** @description Only rows with this value. */
                assignee_id?: number;
                /** @description Only rows without a value (`true`), or with one (`false`). */
                assignee_id__isnull?: boolean;
                /** @description Only rows with this value or a greater one. */
                due__gte?: string;
                /** @description Only rows with this value or a smaller one. */
                due__lte?: string;
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
                    "application/json": components["schemas"]["TasksPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskInput"];
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
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_bulk_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskInput"][];
            };
        };
        responses: {
            /** @description The rows as they were made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_close: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Closing"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"][];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_export: {
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_retrieve: {
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
                    "application/json": components["schemas"]["Task"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_update: {
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
                "application/json": components["schemas"]["TaskPutInput"];
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
                    "application/json": components["schemas"]["Task"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_destroy: {
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_partial_update: {
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
                "application/json": components["schemas"]["PatchedTaskInput"];
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
                    "application/json": components["schemas"]["Task"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_assign: {
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
                "application/json": components["schemas"]["Assignment"];
            };
        };
        responses: {
            /** @description The row as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_comments_list: {
        parameters: {
            query?: {
                /** @description A place in the list, from a link to another page. */
                cursor?: string;
                /** @description How many rows at most; more than 500 are not given. */
                page_size?: number;
            };
            header?: never;
            path: {
                task_id: number;
            };
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
                    "application/json": components["schemas"]["CommentsPage"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_comments_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TasksCommentsInput"];
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
                    "application/json": components["schemas"]["Comment"];
                };
            };
            400: components["responses"]["Invalid"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_comments_retrieve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tags of what the caller has of the row already. */
                "If-None-Match"?: string;
            };
            path: {
                task_id: number;
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
                    "application/json": components["schemas"]["Comment"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_comments_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                task_id: number;
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentPutInput"];
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
                    "application/json": components["schemas"]["Comment"];
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_comments_destroy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                task_id: number;
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
            503: components["responses"]["Unavailable"];
        };
    };
    tasks_comments_partial_update: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag of the row as it was read: it is written only if it is still that. */
                "If-Match"?: string;
            };
            path: {
                task_id: number;
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PatchedCommentInput"];
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
                    "application/json": components["schemas"]["Comment"];
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
            503: components["responses"]["Unavailable"];
        };
    };
}
