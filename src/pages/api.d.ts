// What the REST API takes and answers with, for those who check the pages: no browser loads it.
// Made of the server's own document at /api/openapi.json by tests/browser/types.js. Do not edit it:
// after a change of the API build the server and run `npm run types` in tests/browser.

import type { EventData } from "./net/frames.d.ts";
export interface paths {
    "/api/v1/answers/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one message by its number
         * @description For systems that know an answer by a whole number alone. Other entries of a log are not found
         *     here.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    number: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Entry"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the API keys
         * @description Those that were not revoked; never the keys themselves.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiKey"][];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make an API key
         * @description For a machine: within its scopes it has the rights of an admin, and acts under its own name. It
         *     opens no socket. Who asks with a key himself can give none of the scopes that it lacks.
         */
        post: {
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
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeApiKey"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description The next request with it is refused. What was done with it stays, under its name.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file
         * @description As the part `file` of a form. It can then be sent once, by the same person, with a message in
         *     any conversation that he may write into; what is not sent in a day is deleted. Its type is told
         *     by its content.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": components["schemas"]["UploadForm"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AttachmentView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/attachments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a file
         * @description For those who may read the message that carries it. Takes one range of bytes at a time, and
         *     `If-None-Match`. Only images may be shown in place; everything else comes to be saved.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "*/*": number[];
                    };
                };
                /** @description The range that was asked for */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description It is what the client has */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/attachments/inline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a small file as text
         * @description For clients that speak JSON only. The limit is much lower than that of a form.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["InlineUpload"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AttachmentView"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit
         * @description What admins, keys and the server itself have done: who, to what, and what was so before and
         *     after. The newest first. Nothing changes an entry or deletes it.
         */
        get: {
            parameters: {
                query?: {
                    act?: components["schemas"]["Act"];
                    /** @description Who did it: the id of a person, or of an API key. */
                    actor?: string;
                    /** @description The `next` of a page: what comes behind it. */
                    before?: string;
                    /** @description At this moment or later. */
                    from?: components["schemas"]["i64"];
                    /** @description 1 to 200, else 50. */
                    limit?: number;
                    /** @description The id of the thing. */
                    object?: string;
                    /** @description What kind of thing it was done to. */
                    object_kind?: components["schemas"]["ObjectKind"];
                    /** @description At this moment or earlier. */
                    to?: components["schemas"]["i64"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AuditPage"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the audit
         * @description As JSON lines, the oldest entry first. The last line is `end` with their count: without it the
         *     export is not whole. Its own entry is one of them.
         */
        get: {
            parameters: {
                query?: {
                    act?: components["schemas"]["Act"];
                    /** @description Who did it: the id of a person, or of an API key. */
                    actor?: string;
                    /** @description At this moment or later. */
                    from?: components["schemas"]["i64"];
                    /** @description The id of the thing. */
                    object?: string;
                    /** @description What kind of thing it was done to. */
                    object_kind?: components["schemas"]["ObjectKind"];
                    /** @description At this moment or earlier. */
                    to?: components["schemas"]["i64"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/jsonl": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/canned-replies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List canned replies
         * @description The caller's own, then those that are shared: of a rep, with all and with the queues that he
         *     serves; of an admin, all of them.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CannedReply"][];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a canned reply
         * @description One's own; an admin also for all of staff, or for those who serve a queue. Its name is free
         *     among those of the same owner, or among those that are shared.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewCannedReply"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CannedReply"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/canned-replies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a canned reply
         * @description One's own; an admin also a shared one.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change a canned reply
         * @description One's own; an admin also a shared one. Whether it is shared stays as it is.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CannedReplyEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CannedReply"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List conversations
         * @description A customer's own; a rep's, and those waiting in his queues; all of them for an admin. What
         *     narrows the list may be combined. `order=activity` is paced as a search is.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The `previous` of a page in the same order: what comes ahead of it. */
                    after?: string;
                    /** @description The `next` of a page in the same order: what comes behind it. */
                    before?: string;
                    /** @description Closed at this moment or later. */
                    closed_from?: components["schemas"]["i64"];
                    /** @description Closed at this moment or earlier. */
                    closed_to?: components["schemas"]["i64"];
                    customer?: string;
                    /** @description The rep who serves it or served it last. */
                    last_rep?: string;
                    /** @description 1 to 200, else 50. */
                    limit?: number;
                    /** @description `true`: only those that are not closed; `false`: only those that are. */
                    open?: boolean;
                    /** @description Opened at this moment or later. */
                    opened_from?: components["schemas"]["i64"];
                    /** @description Opened at this moment or earlier. */
                    opened_to?: components["schemas"]["i64"];
                    /** @description In what order: `newest` (opened last), `activity` (something said last) or `waiting`
                     *     (only those who wait, the longest first). Else `newest`. */
                    order?: components["schemas"]["Order"];
                    priority?: components["schemas"]["Priority"];
                    queue?: string;
                    /** @description Rated by its customer with this score or a better one: 1 to 5. */
                    rating_from?: number;
                    /** @description Rated by its customer with this score or a worse one: 1 to 5. */
                    rating_to?: number;
                    /** @description The rep who serves it or is offered it now, or `none`. */
                    rep?: string;
                    /** @description How it ended. */
                    resolution?: components["schemas"]["Resolution"];
                    status?: components["schemas"]["Status"];
                    /** @description `true`: only those with messages of others that the caller has not read (for staff also
                     *     notes); `false`: only those without. */
                    unread?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ConversationPage"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Open a conversation
         * @description It waits in line until a rep has room. Repeating the request with the same `client_id`
         *     answers 200 with what the first one made.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Opening"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a conversation */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Listed"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an offer */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a waiting conversation
         * @description For oneself; an admin takes it for a `rep`. The body may be left out.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Claiming"] | null;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close a conversation
         * @description By its rep, its customer or an admin. The next in line gets the freed slot at once. The body may
         *     be left out.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Closing"] | null;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ClosedConversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decline an offer
         * @description The next rep is asked; this one is not for a while.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["GivenReason"] | null;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/delivered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say how much has arrived
         * @description For clients that show it before anybody has read it. Marks are absolute and only grow.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewMark"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Marked"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a conversation's log
         * @description With `after` from there on, with `before` the nearest ones before it, without either the
         *     newest ones; oldest first in any case.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Only events after this seq, from there on. */
                    after?: number;
                    /** @description Only events before this seq, the nearest ones. */
                    before?: number;
                    /** @description 1 to 200, else 50. */
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EventPage"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Join a conversation
         * @description Take part in what another serves, and be seen to: its customer is told who has joined. An admin
         *     may, and a rep of its queue where the settings say so (`reps_may_join`).
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leave a conversation that one has joined */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/leave-message": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave a message instead of waiting
         * @description Its customer does: it keeps its place, and is served whether he is there or not.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a message
         * @description Answers once it is on disk. Repeating the request with the same `client_id` answers 200
         *     with the same event.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewMessage"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SentMessage"];
                    };
                };
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SentMessage"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/messages/{seq}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Edit a message
         * @description One's own, for a while after it was written (`edit_window_s`). Answers with the event that tells
         *     the others.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    seq: number;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewText"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SentMessage"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Delete a message
         * @description One's own, for a while after it was written (`edit_window_s`); an admin any, at any time. Its
         *     text is gone; its place in the log stays.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    seq: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SentMessage"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a note
         * @description For staff: no customer hears of it. Also into what is parked or closed. Repeating the request
         *     with the same `client_id` answers 200 with the same event.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewNote"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SentMessage"];
                    };
                };
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SentMessage"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/park": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lay a conversation aside
         * @description It holds no slot, and wakes by itself.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Parking"] | null;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/priority": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Make a conversation more or less urgent
         * @description Its place moves by the difference of the head starts.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewPriority"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/rating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Rate a conversation
         * @description By its customer, once it is over for him. Said again, the newest counts; the same again changes
         *     nothing.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewRating"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say how far one has read
         * @description Marks are absolute and only grow: an older one changes nothing.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewMark"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Marked"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a closed conversation again
         * @description By its customer, whoever served it last or an admin, while its queue's policy allows.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/requeue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a conversation back in line
         * @description In its old place. Whoever hands it back is not given it again at once.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["GivenReason"] | null;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List where a conversation may be transferred to
         * @description For whoever may do it: reps, with whether they are there and how much each holds, and queues.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Targets"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/transcript": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a transcript
         * @description Everything said in a conversation, with names and times, and what became of it; notes of staff
         *     for staff only. It tells what was there when it was asked for. The page is for printing: it has
         *     no scripts and loads nothing.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `text`, `json` or `html`; else `text`. */
                    format?: components["schemas"]["Format"];
                    /** @description Minutes that the clock of times is ahead of UTC, -840 to 840; else 0. */
                    offset?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                        "text/html": string;
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a conversation to another rep or queue
         * @description Whoever had it is cut off at once. A rep without room gets it when he has some, before
         *     anybody else; or it goes to the `queue` that is named beside him.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Transfer"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/wake": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Wake a parked conversation
         * @description It goes to the rep who had it if he is there and has room, else it waits in its place.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Conversation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/conversations/{id}/why": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask why a conversation waits, or has its rep
         * @description While it waits: each rep with the reason that keeps him from it. While somebody has it: how he
         *     was chosen, among how many, after what wait.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Why"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register as a customer */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Registration"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a customer
         * @description Who he is, how sure that is, and how to reach him. An admin may read all; a rep those of whom he
         *     may read a conversation.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Customer"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/customers/{id}/personal-rep": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Give a customer a rep of his own
         * @description What he opens from now on is kept for that rep for a while, if he is there and the queue's
         *     `prefer_ms` says so.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PersonalRep"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Customer"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/email-confirmations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm an e-mail address by a link
         * @description It confirms the address that its owner had when he asked, and is good once.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EmailLink"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export conversations
         * @description As JSON lines: `conversation`, then each `event` of it, oldest first; then the next. The last
         *     line is `end` with both counts: without it the export is not whole. Each conversation is told as
         *     it is when it is read; `switchboard export` tells all as they are at one moment. That somebody
         *     exports them stands in the audit.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Closed at this moment or later. */
                    closed_from?: components["schemas"]["i64"];
                    /** @description Closed at this moment or earlier. */
                    closed_to?: components["schemas"]["i64"];
                    customer?: string;
                    /** @description The rep who serves it or served it last. */
                    last_rep?: string;
                    /** @description `true`: only those that are not closed; `false`: only those that are. */
                    open?: boolean;
                    /** @description Opened at this moment or later. */
                    opened_from?: components["schemas"]["i64"];
                    /** @description Opened at this moment or earlier. */
                    opened_to?: components["schemas"]["i64"];
                    priority?: components["schemas"]["Priority"];
                    queue?: string;
                    /** @description Rated by its customer with this score or a better one: 1 to 5. */
                    rating_from?: number;
                    /** @description Rated by its customer with this score or a worse one: 1 to 5. */
                    rating_to?: number;
                    /** @description The rep who serves it or is offered it now, or `none`. */
                    rep?: string;
                    /** @description How it ended. */
                    resolution?: components["schemas"]["Resolution"];
                    status?: components["schemas"]["Status"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/jsonl": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See how the house is
         * @description This node and the others, the database and the engine, how full it is, what was found when the
         *     database was last asked whether it is sound, and the newest warnings and errors of the log of
         *     this node. With `check` it is asked now, at most every 10 s: the questions that are answered
         *     soon, for about 3 s. If that takes longer, what was found before is told, and the new verdict to
         *     whoever asks after it.
         */
        get: {
            parameters: {
                query?: {
                    /** @description `true`: ask the database now whether it is sound; else tell what it said last. */
                    check?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Health"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in as a user of a widget's host
         * @description The host says who it is with a token of its own: see docs/visitors.md.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Identify"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign somebody in on one's own word
         * @description For a back end that knows who he is at Telegram, as that of a bot: with the scope `identities`.
         *     Each time is written into the audit.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Vouched"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the invitations
         * @description The newest 200, whatever became of them; never what their links carry.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Invitation"][];
                    };
                };
            };
        };
        put?: never;
        /**
         * Invite a rep or an admin
         * @description Whoever has the link makes his own username and password with it, once.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["InvitationAsked"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeInvitation"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an invitation
         * @description One that nobody has used. Who has come by it stays.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description It is used up. The answer signs in.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Acceptance"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/line": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch the line
         * @description For reps the queues they serve, for admins all.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LiveLine"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/line/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what happened in the queues
         * @description Minute by minute, for 30 days: how many waited, how much the reps held and might hold, how many
         *     came, were served, within what time, and how conversations ended.
         */
        get: {
            parameters: {
                query?: {
                    /** @description From when, in Unix ms; else the last hour. */
                    from?: components["schemas"]["i64"];
                    /** @description Of this queue only. */
                    queue?: components["schemas"]["QueueId"];
                    /** @description Until when; else now. */
                    to?: components["schemas"]["i64"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["History"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a link
         * @description The answer is the same whether anybody has this name or not. The link is good for an hour and
         *     once. This server sends no mail: whoever runs it finds the link in its log, and passes it on.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LinkAsked"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/links/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask whether a link is still good
         * @description Before a form is filled in for nothing. The question does not use it up.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LinkQuestion"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LinkState"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change one's own profile
         * @description Another e-mail address or phone number wants the password, too.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OwnProfile"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/me/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase oneself
         * @description For customers, where the settings let them. As an admin does it; all logins end at once.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EraseOwn"];
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Erasure"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export what is kept of oneself
         * @description As JSON lines: `person`, each `login`, each `conversation` with its `event`s, each `mark`, each
         *     `file` with its address, each `act` in the audit. The last line is `end` with the counts:
         *     without it the export is not whole. Of staff it is what they have written and done themselves.
         *     The login must be young.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/jsonl": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change one's own password
         * @description All other logins end.
         */
        put: {
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
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set one's own picture
         * @description The body is the picture itself: a PNG, JPEG, WebP or GIF by its content, of at most 1 MiB and
         *     4,096 pixels a side. Kept is a square of its middle, of at most 256 pixels a side.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "image/png": number[];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        post?: never;
        /** Take one's own picture away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List one's own logins
         * @description The newest 200.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenLogin"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** End all other logins of one's own */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one login of one's own */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/visitor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take over what one began as a visitor
         * @description His conversations become those of the account that asks, once. They keep their numbers, their
         *     logs and their places; the visitor's token is good no more. Said again, it changes nothing.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WasVisitor"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a password by a link
         * @description An admin makes the link. It is good once; all logins end.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordByLink"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List accounts */
        get: {
            parameters: {
                query?: {
                    /** @description The `next` of a page: what comes behind it. */
                    before?: string;
                    /** @description `true`: only those who may not sign in; `false`: only those who may. */
                    disabled?: boolean;
                    /** @description 1 to 200, else 50. */
                    limit?: number;
                    role?: components["schemas"]["Role"];
                    /** @description A part of a name, an e-mail address or a phone number. */
                    search?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AccountPage"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change an account
         * @description All of a profile, but no password: for that there is a link.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/people/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep somebody from signing in
         * @description His logins end everywhere, and what he serves goes back into its line. What he has said stays.
         *     The last admin cannot go, and nobody himself.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let somebody sign in again
         * @description A rep is offline until he says otherwise.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase a person
         * @description His name and all that is told of him, his password, his logins and his keys go at once. What he
         *     has open is closed, or goes back into its line, and then a customer's conversations lose their
         *     words and files, part by part. There is no way back. Said again, it answers how far that has
         *     come. The last admin cannot be erased, and nobody himself. The login must be young.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Erase"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Erasure"];
                    };
                };
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Erasure"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export what is kept of a person
         * @description As he gets it himself. That an admin exports it stands in the audit.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/jsonl": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List who somebody is elsewhere */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Identity"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/password-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link for a new password
         * @description For somebody who cannot sign in. The links before it are good no more.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["PasswordLink"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set somebody's picture
         * @description As one's own.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "image/png": number[];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        post?: never;
        /** Take somebody's picture away */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say what somebody is
         * @description All his logins end. What a rep served goes back into its line; who becomes one gets the capacity
         *     and the queues given here. The last admin stays one, and nobody changes his own role. A
         *     customer closes his open conversations first.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RoleOf"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List somebody's logins
         * @description The newest 200.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenLogin"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** End somebody's logins */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pictures/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a picture
         * @description At the address that an account tells. Staff see everybody; a customer sees himself, and whoever
         *     serves a conversation of his, served it last or has joined it.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/jpeg": number[];
                    };
                };
                /** @description It is what the client has */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the queues
         * @description Where a customer may wait, in the order to show them in, and their hours. One that is not `open`
         *     refuses an opening with `queue_closed` or `queue_full`, or takes it as a message.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ListedQueue"][];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a queue
         * @description It is the last in the order, and served by all reps unless `reps` says by whom.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["QueueEdit"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["QueueInFull"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queues/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a queue
         * @description With its whole policy, and who serves it.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["QueueInFull"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Delete a queue
         * @description Not the last one, not while another falls back to it, and not while a conversation is open in
         *     it: set it to draining first. What has ended in it keeps its name.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change a queue
         * @description What is left out stays. Those who wait go by a new `mode` at once, and by a new
         *     `fallback_after_ms`; the other durations count for what begins from now on.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["QueueEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["QueueInFull"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/queues/order": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Put the queues in order
         * @description All of them, each once. Whoever names no queue waits in the first.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Queues"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ListedQueue"][];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a report
         * @description Of what was opened in a span of time: how many, how long they waited, who served them and how
         *     that ended, as it stands now. In all, by hour (up to three days) or by day, by queue and by rep;
         *     and when customers come, by weekday and hour. More than 300,000 conversations are refused: give
         *     a shorter span, or a queue. A report counts as a search.
         */
        get: {
            parameters: {
                query?: {
                    /** @description From when, in Unix ms; else seven days before `to`. At most 92 days before it. */
                    from?: components["schemas"]["i64"];
                    /** @description Minutes that the reader's clock is ahead of UTC, -840 to 840; else 0. It says where days
                     *     and hours begin. */
                    offset?: number;
                    /** @description Of this queue only: of what is in it now. */
                    queue?: string;
                    /** @description Until when: the first moment that does not count; else now. */
                    to?: components["schemas"]["i64"];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Report"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the reps */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Rep"][];
                    };
                };
            };
        };
        put?: never;
        /** Make a rep */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewRep"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Rep"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reps/{id}/availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set a rep's availability
         * @description His own, or as an admin anybody's. Only `available` gets new conversations by itself.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewAvailability"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Rep"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reps/{id}/capacity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a rep's capacity */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Capacity"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Rep"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reps/{id}/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the queues that a rep serves
         * @description These and no others. What he has stays his; from a queue that is new to him he gets the next
         *     at once.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Queues"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Rep"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reps/{id}/rights": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set what a rep is trusted with
         * @description It counts at once, at his open sockets, too.
         */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Rights"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Rep"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reps/{id}/why-idle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ask why a rep gets nothing */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WhyIdle"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the schedules
         * @description Each with the queues that go by it, and whether it is open now.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Schedule"][];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a schedule
         * @description Hours in a time zone; a queue goes by it that names it as its `schedule_id`. Hours that do not
         *     end later than they begin end on the next day.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ScheduleEdit"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Schedule"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a schedule */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Schedule"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Delete a schedule
         * @description Not while a queue goes by it.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change a schedule
         * @description What is left out stays. It counts at once, for all queues that go by it.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ScheduleEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Schedule"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search subjects and messages
         * @description In what one may read: a customer his own, a rep what he may read now, an admin all. Case,
         *     accents and the Arabic forms of Persian letters make no difference. Of what matches, the newest
         *     1,000 are weighed against each other. What was stored before the request is found, unless very
         *     much is still to be indexed.
         */
        get: {
            parameters: {
                query: {
                    /** @description 1 to 200, else 50. */
                    limit?: number;
                    /** @description Words, of which all must stand in one subject or message: whole, or as the beginning of a
                     *     longer word. At most 200 characters and 16 words; any text will do. */
                    q: string;
                    /** @description The `next` of the page before. */
                    skip?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingPage"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description After too many wrong passwords the answer is 429, for a name that is nobody's as for any other;
         *     `Retry-After` says how long to wait. Who is signed in already is not concerned.
         *
         *     With `cookie` the tokens come as cookies that no script can read, and not in the body. Only a
         *     page of this server may ask for that, as the browser says in `Origin`.
         */
        post: {
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
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign out */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get the next pair of tokens
         * @description A refresh token is good once. Used again, it ends the whole login; only within ten seconds
         *     the current pair is given again, because the answer may have been lost. Who has it in a cookie
         *     leaves it out, and has the next pair in cookies.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Refresh"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Tokens"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the settings
         * @description What is in force at the node that answers, where it comes from, and what may change while the
         *     server runs. Secrets are listed without their values.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Setting"][];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change settings
         * @description By name; null is what the file and the environment say. All of them are changed, or none. In
         *     force at the node that answers at once, on all within `position_check_ms`.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Changes"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Setting"][];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is there no admin yet
         * @description The link that makes the first one is in the server's log, and nowhere else.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The token of the link that brought somebody here. */
                    token?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SetupState"];
                    };
                };
            };
        };
        put?: never;
        /** Make the first admin */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Setup"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/socket-tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a pass for a socket
         * @description Browsers cannot send a header with a WebSocket. They open it with the subprotocols
         *     `switchboard.v1` and `ticket.` followed by this ticket, which is good once.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Ticket"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telegram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in by Telegram
         * @description With what its Login Widget, or a Mini App, was given for the bot of this server.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ByTelegram"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SignedIn"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/texts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what customers are greeted with
         * @description One text for who opens a chat, one for who does so while nobody is there. Empty: there is none.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Texts"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count what is unread
         * @description Of what is open: a customer's own; what a rep serves; what staff have joined. Sockets are told
         *     the same sum.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Unread"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visitors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Come as a visitor
         * @description A customer without a name and a password. His token opens what is his, and nothing else.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewVisitor"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeVisitor"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/welcome": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Come to the door
         * @description What the chat shows before somebody has written: by a widget, or by none.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The widget by which he comes, if he does. */
                    widget?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Welcome"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/widgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the widgets
         * @description Never their secrets.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Widget"][];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a widget
         * @description A part of somebody's own pages by which customers come.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewWidget"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeWidget"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/widgets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a widget
         * @description Who has come by it stays signed in.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /**
         * Change a widget
         * @description Disabled, it lets nobody new in, with a proof or without. Who has come by it stays signed in.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WidgetEdit"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Widget"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/widgets/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew a widget's secret
         * @description The one before is good for a day more. Renewed once again, that is over at once.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WidgetSecret"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description For admins and keys with the scope `metrics`: they tell how busy the house is.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is it ready for customers
         * @description `ready`, or `degraded` while Redis is away and each node keeps the line alone. 503 while the
         *     line is being filled, while the database does not answer, its file is gone or nothing can be
         *     stored in it, and while the server goes down.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Coming by an invitation. */
        Acceptance: {
            /** @description Whether the tokens are to be kept in cookies: for a browser, by a page of this server. */
            cookie?: boolean | null;
            /** @description What others see; as the inviter has said, or the username. */
            display_name?: string | null;
            /** @description As the inviter has said, if it is not given. */
            email?: string | null;
            /** @description At least 8 characters, and none of the passwords that everybody guesses first. */
            password: string;
            phone?: string | null;
            /** @description What the link carries. */
            token: string;
            /** @description Letters, digits and . _ + - without spaces. */
            username: string;
        };
        /** @description An account as its owner and admins see it. */
        Account: {
            city: string;
            created_at: components["schemas"]["i64"];
            disabled_at?: components["schemas"]["i64"] | null;
            display_name: string;
            email?: string | null;
            email_confirmed_at: components["schemas"]["i64"] | null;
            erased_at?: components["schemas"]["i64"] | null;
            first_name: string;
            id: components["schemas"]["UserId"];
            /** @description A tag as `fa-IR`. */
            language: string;
            last_name: string;
            /** Format: int64 */
            number: number;
            phone?: string | null;
            /** @description Where his picture can be got, with an access token; another address with each change. */
            picture?: string | null;
            province: string;
            role: components["schemas"]["Role"];
            /** @description A name as `Asia/Tehran`. */
            time_zone: string;
            username?: string | null;
        };
        /** @description A page of accounts, the newest first. */
        AccountPage: {
            items: components["schemas"]["Account"][];
            /**
             * Format: uuid
             * @description Give it as `before` for the next page; none on the last one.
             */
            next?: string | null;
        };
        /** @enum {string} */
        Act: "user_created" | "user_updated" | "role_changed" | "rights_changed" | "user_disabled" | "user_enabled" | "sessions_ended" | "password_link_made" | "capacity_changed" | "availability_changed" | "rep_queues_changed" | "personal_rep_changed" | "queue_created" | "queue_updated" | "queues_ordered" | "queue_deleted" | "capacity_overridden" | "conversations_exported" | "conversations_deleted" | "audit_exported" | "authn_token_created" | "authn_token_revoked" | "schedule_created" | "schedule_updated" | "schedule_deleted" | "settings_changed" | "widget_created" | "widget_updated" | "widget_secret_renewed" | "widget_deleted" | "identity_vouched" | "invitation_created" | "invitation_revoked" | "canned_reply_created" | "canned_reply_updated" | "canned_reply_deleted" | "user_exported" | "user_erased";
        /** @description A key as admins see it. */
        ApiKey: {
            created_at: components["schemas"]["i64"];
            /** @description Who made it. */
            created_by: components["schemas"]["UserId"];
            expires_at: components["schemas"]["i64"] | null;
            /** @description How it begins. */
            hint: string;
            id: components["schemas"]["ApiKeyId"];
            last_used_at: components["schemas"]["i64"] | null;
            name: string;
            /** @description What it may be used for. */
            scopes: components["schemas"]["Scope"][];
        };
        /**
         * Format: uuid
         * @description A key of a machine, and the person as whom it acts.
         */
        ApiKeyId: string;
        /**
         * Format: uuid
         * @description One uploaded file, and the name that its bytes lie under.
         */
        AttachmentId: string;
        /** @description An attachment as people see it. */
        AttachmentView: {
            /** Format: int64 */
            bytes: number;
            /** Format: int32 */
            height?: number | null;
            id: components["schemas"]["AttachmentId"];
            name: string;
            /** @description Its media type, by its content. */
            type: string;
            /** @description Where it can be got, with an access token. */
            url?: string;
            /**
             * Format: int32
             * @description Of an image, in pixels.
             */
            width?: number | null;
        };
        /** @description One act of somebody with power. */
        AuditEntry: {
            act: components["schemas"]["Act"];
            actor: components["schemas"]["PersonView"] | null;
            /** @description What is so since then; null: nothing. */
            after: unknown;
            api_key: components["schemas"]["ApiKeyId"] | null;
            at: components["schemas"]["i64"];
            /** @description What was so before; null: nothing. */
            before: unknown;
            id: components["schemas"]["AuditId"];
            object: components["schemas"]["ObjectView"];
        };
        /**
         * Format: uuid
         * @description One entry of the audit.
         */
        AuditId: string;
        /** @description A page of the audit, the newest entry first. */
        AuditPage: {
            items: components["schemas"]["AuditEntry"][];
            next: components["schemas"]["AuditId"] | null;
        };
        /** @enum {string} */
        Availability: "available" | "busy" | "away" | "offline";
        /**
         * @description How long a bucket is.
         * @enum {string}
         */
        BucketStep: "hour" | "day";
        /** @description Whom Telegram names: either of both. */
        ByTelegram: {
            /** @description What a Mini App has as `initData`, as it is. */
            init_data?: string | null;
            /** @description What the Login Widget hands to the page, all of it. */
            login?: {
                [key: string]: components["schemas"]["Field"];
            } | null;
        };
        /** @description One rep, and what keeps him from it. */
        Candidate: components["schemas"]["Reason"] & {
            rep: components["schemas"]["PersonView"];
        };
        /** @description A text that staff have ready, as staff see it. */
        CannedReply: {
            id: components["schemas"]["CannedReplyId"];
            /** @description The short word by which it is found. */
            name: string;
            queue: components["schemas"]["QueueView"] | null;
            /** @description Whether it is for others, too; else it is the caller's own. */
            shared: boolean;
            /** @description May have variables in it, which whoever fills it in replaces. */
            text: string;
            updated_at: components["schemas"]["i64"];
        };
        /** @description What to change of one: what is left out stays as it is. */
        CannedReplyEdit: {
            name?: string;
            /**
             * Format: uuid
             * @description Of a shared one; null: for all.
             */
            queue?: string | null;
            text?: string;
        };
        /**
         * Format: uuid
         * @description A text that staff have ready.
         */
        CannedReplyId: string;
        /** @description How much a rep may hold. */
        Capacity: {
            /**
             * Format: int32
             * @description 0 to 100. Below his load nothing is taken away; above it he gets more at once.
             */
            capacity: number;
        };
        /** @description Settings by name, each once. */
        Changes: {
            [key: string]: unknown;
        };
        /** @description What a check found. */
        CheckFinding: {
            /**
             * Format: int64
             * @description Rows that break it: 0 when all is well.
             */
            broken: number;
            name: string;
            says: string;
            /** @description Which they are, the first of them; or why it could not be asked. */
            told: string[];
            /** @description It could not be asked, so nobody knows. */
            unasked: boolean;
        };
        /** @description How its rep was chosen, or is being asked. */
        Chosen: {
            at: components["schemas"]["i64"];
            by?: components["schemas"]["PersonView"] | null;
            /**
             * Format: int64
             * @description Free reps of the line at that moment.
             */
            candidates?: number | null;
            /** Format: int64 */
            capacity?: number | null;
            /** @description `line`, `offer` (he accepted), `claim`, `hand` (a transfer, or waking). */
            how: string;
            /**
             * Format: int64
             * @description What he held then, this one included, and might hold.
             */
            load?: number | null;
            over_capacity: boolean;
            /** @description It was kept for him: he knows its customer, or somebody had sent it to him. */
            preferred: boolean;
            rep?: components["schemas"]["PersonView"] | null;
            /** Format: int64 */
            waited_ms?: number | null;
        };
        /** @description How to claim. */
        Claiming: {
            /** @description Even if he has no room; only an admin may say so, and the log tells who did. */
            over_capacity?: boolean;
            rep?: components["schemas"]["UserId"] | null;
        };
        /**
         * Format: uuid
         * @description Made by the client for each command, so that a retry is harmless.
         */
        ClientId: string;
        /** @description A closed conversation. */
        ClosedConversation: {
            /** @description It was closed before; nothing has changed. */
            already_closed: boolean;
            conversation: components["schemas"]["Conversation"];
        };
        /** @description How to close. */
        Closing: {
            client_id?: components["schemas"]["ClientId"] | null;
            resolution?: components["schemas"]["Resolution"] | null;
            /** @description Last words, stored as a message before the end. */
            text?: string | null;
        };
        /** @description A conversation as its participants see it. */
        Conversation: {
            assigned_at?: components["schemas"]["i64"] | null;
            closed_at?: components["schemas"]["i64"] | null;
            created_at: components["schemas"]["i64"];
            customer: components["schemas"]["PersonView"];
            due_at?: components["schemas"]["i64"] | null;
            /**
             * Format: int64
             * @description Grows by one per assignment.
             */
            epoch: number;
            first_reply_at?: components["schemas"]["i64"] | null;
            /** @description It waits, but its customer has gone: its place is kept until he is back, or `due_at`. */
            held?: boolean;
            id: components["schemas"]["ConversationId"];
            last_rep?: components["schemas"]["PersonView"] | null;
            /**
             * Format: int64
             * @description The number of its newest event.
             */
            last_seq: number;
            /** @description Its customer has left it as a message: he does not wait to be served. */
            left_message?: boolean;
            /**
             * Format: int64
             * @description For people: "number 42".
             */
            number: number;
            offered_to?: components["schemas"]["PersonView"] | null;
            priority: components["schemas"]["Priority"];
            queue: components["schemas"]["QueueView"];
            rating: components["schemas"]["Rating"] | null;
            rep?: components["schemas"]["PersonView"] | null;
            resolution?: components["schemas"]["Resolution"] | null;
            status: components["schemas"]["Status"];
            subject: string;
            updated_at: components["schemas"]["i64"];
            waits_since?: components["schemas"]["i64"] | null;
        };
        /** Format: uuid */
        ConversationId: string;
        /** @description A page of conversations, in the order that was asked for. */
        ConversationPage: {
            items: components["schemas"]["Listed"][];
            /** @description Give it as `before` for the next page; none on the last one. With `unread` a page may have
             *     few items or none before the last one. */
            next?: string | null;
            /** @description Give it as `after` for what comes ahead of this page, now or later; none where the list is
             *     empty. */
            previous?: string | null;
        };
        /** @description A customer as staff see him. */
        Customer: {
            /** @description Whether he has an account or is known elsewhere; a visitor may be anybody. */
            account: boolean;
            city: string;
            created_at: components["schemas"]["i64"];
            email?: string | null;
            email_confirmed_at: components["schemas"]["i64"] | null;
            id: components["schemas"]["UserId"];
            /** @description Who he is elsewhere, as was proved. */
            known_as: components["schemas"]["KnownAs"][];
            /** @description A tag as `fa-IR`; empty if he has not said so. */
            language: string;
            name: string;
            /** @description Whether he has said his name, or is only called something as "Visitor 5". */
            named: boolean;
            personal_rep?: components["schemas"]["PersonView"] | null;
            phone?: string | null;
            /** @description Where his picture can be got, with an access token; another address with each change. */
            picture?: string | null;
            province: string;
            /** @description A name as `Asia/Tehran`; empty if he has not said so. */
            time_zone: string;
            /** @description The name of the widget by which he came, if it was one. */
            widget?: string | null;
        };
        /** @description The database, as this node sees it. */
        DatabaseNow: {
            /** Format: int64 */
            ahead_ms: number;
            /**
             * Format: int64
             * @description How long it took to answer the simplest question, in ms.
             */
            answered_ms: number;
            kind: components["schemas"]["EngineKind"];
            /** @description Whether the newest try to store something went well. */
            stores: boolean;
            /** @description Its clock, and by how many ms it is ahead of this machine's. */
            time: components["schemas"]["i64"];
        };
        /** @description A day that has other hours than its weekday: a holiday has none. */
        Day: {
            /** @description As `2026-12-25`. */
            date: string;
            /** @description What begins on it; nothing: closed. */
            hours?: components["schemas"]["Hours"][];
            /** @description What it is called. */
            name?: string;
        };
        /** @description What a link carries. */
        EmailLink: {
            token: string;
        };
        /**
         * @description Which database or engine.
         * @enum {string}
         */
        EngineKind: "sqlite" | "postgresql" | "memory" | "redis";
        /** @description What says who serves whom. */
        EngineNow: {
            /** @description The one in use: `memory` while Redis is away. */
            in_use: components["schemas"]["EngineKind"];
            /** @description The one of the settings. */
            set: components["schemas"]["EngineKind"];
            /** @description Since when. */
            since: components["schemas"]["i64"];
        };
        /** @description An entry of a log, with its number. */
        Entry: components["schemas"]["Event"] & {
            /**
             * Format: int64
             * @description What `/api/v1/answers/{number}` takes: the number of the conversation times 1,048,576, plus
             *     the seq. None for the 1,048,576th entry of a conversation and those behind it.
             */
            answer?: number | null;
        };
        /** @description Whom an admin erases. */
        Erase: {
            /** @description His username, or his number. */
            confirm: string;
        };
        /** @description That it is he himself who wants to be erased. */
        EraseOwn: {
            /** @description His password. Who has none leaves it out: his login must be young then. */
            password?: string | null;
        };
        /** @description How far the erasing of somebody has come. */
        Erasure: {
            begun_at: components["schemas"]["i64"];
            ended_at: components["schemas"]["i64"] | null;
            /**
             * Format: int64
             * @description Entries of conversations that were seen to.
             */
            entries: number;
            person: components["schemas"]["UserId"];
            step: components["schemas"]["ErasureStep"];
        };
        /** @enum {string} */
        ErasureStep: "hands" | "words" | "names" | "files" | "index" | "done";
        /** @description An entry of a conversation's log as its participants see it. */
        Event: {
            /** @description What a message carries; its text may then be empty. */
            attachments?: components["schemas"]["AttachmentView"][];
            client_id?: components["schemas"]["ClientId"] | null;
            conversation: components["schemas"]["ConversationId"];
            created_at: components["schemas"]["i64"];
            /** @description What else there is to say, by kind: for `assigned` the rep, for `closed` the resolution. */
            data?: EventData | null;
            kind: components["schemas"]["EventKind"];
            sender_id?: components["schemas"]["UserId"] | null;
            /**
             * Format: int64
             * @description 1, 2, 3, ... without holes.
             */
            seq: number;
            /** @description Of a message, a note, an edit. None: it was deleted, or edited again since. */
            text?: string | null;
        };
        /** @enum {string} */
        EventKind: "opened" | "message" | "note" | "assigned" | "requeued" | "closed" | "offered" | "declined" | "missed" | "withdrawn" | "transferred" | "moved" | "prioritized" | "parked" | "woken" | "held" | "returned" | "suspect" | "wrapup" | "reopened" | "edited" | "deleted" | "joined" | "left" | "rated" | "renamed" | "tagged";
        /** @description A page of a conversation's log, oldest first. */
        EventPage: {
            items: components["schemas"]["Entry"][];
            /**
             * Format: int64
             * @description The newest event of the conversation, on this page or not.
             */
            last_seq: number;
            /** @description How far both sides have read: a message up to there has been viewed. */
            marks: components["schemas"]["Marks"];
            /**
             * Format: int64
             * @description Give it as `after` for what is newer than this page; none if nothing is.
             */
            next?: number | null;
            /** @description How those are called who wrote these entries or are named by them. */
            people: components["schemas"]["PersonView"][];
            /**
             * Format: int64
             * @description Give it as `before` for what is older than this page; none if nothing is.
             */
            previous?: number | null;
        };
        /** @description A text or a whole number, as browsers have it from Telegram. */
        Field: string | number;
        /** @description One wrong field of a request. */
        FieldError: {
            /** @description What was wrong and what is allowed. */
            detail: string;
            /** @description The field's name in the request. */
            field: string;
        };
        /** @description What became of conversations: `opened` is all of them, and every one of them is `open`,
         *     `resolved`, `unresolved` or `abandoned`. */
        Figures: {
            /** Format: int64 */
            abandoned: number;
            /**
             * Format: int64
             * @description How many were assigned, and how many of them for the first time within the wait target of
             *     their queue: the service level is `in_target / assigned`. What was left outside of the
             *     hours is not among them: no customer waited for that.
             */
            assigned: number;
            first_reply: components["schemas"]["Spread"] | null;
            handling: components["schemas"]["Spread"] | null;
            /** Format: int64 */
            in_target: number;
            /**
             * Format: int64
             * @description How many have not ended yet.
             */
            open: number;
            /** Format: int64 */
            opened: number;
            /** Format: int64 */
            resolved: number;
            /** Format: int64 */
            unresolved: number;
            wait: components["schemas"]["Spread"] | null;
        };
        /** @description What files may be. */
        FilesMay: {
            /**
             * Format: int64
             * @description Bytes of one file.
             */
            bytes_max: number;
            /** @description Files of one message. */
            per_message_max: number;
        };
        /** @description Where something was found. */
        Finding: {
            /**
             * Format: int64
             * @description See `/api/v1/answers/{number}`.
             */
            answer?: number | null;
            conversation: components["schemas"]["Conversation"];
            /** @description Whether it is a note of staff, which no customer reads. */
            note: boolean;
            /** @description When it was written. */
            said_at: components["schemas"]["i64"];
            sender?: components["schemas"]["PersonView"] | null;
            /**
             * Format: int64
             * @description The entry of its log; none if it is the subject.
             */
            seq?: number | null;
            /** @description What stands around the first match, in parts; it is plain text. */
            snippet: components["schemas"]["Part"][];
        };
        /** @description A page of what was found: the best first, and among equals the newest. */
        FindingPage: {
            items: components["schemas"]["Finding"][];
            /**
             * Format: int64
             * @description Give it as `skip` for the next page; none on the last one.
             */
            next?: number | null;
        };
        /** @description The first of a line, and why a rep has not got it. */
        FirstInLine: components["schemas"]["Reason"] & {
            conversation: components["schemas"]["ConversationId"];
            line: components["schemas"]["InLine"];
        };
        /**
         * @description As what.
         * @enum {string}
         */
        Format: "text" | "json" | "html";
        /** @description How full this node is. */
        Fullness: {
            /**
             * Format: int64
             * @description Writes that wait for the disk.
             */
            backlog: number;
            /** Format: int64 */
            backlog_max: number;
            /** Format: int64 */
            sockets: number;
            /** Format: int64 */
            sockets_max: number;
            /**
             * Format: int64
             * @description Conversations that wait, in all queues.
             */
            waiting: number;
        };
        /** @description Why something is handed back or not wanted. */
        GivenReason: {
            reason?: string | null;
        };
        /** @description How the house is. */
        Health: {
            database: components["schemas"]["DatabaseNow"];
            engine: components["schemas"]["EngineNow"];
            full: components["schemas"]["Fullness"];
            /** @description The last 50 warnings and the last 50 errors of this node since it began, the newest first. */
            log: components["schemas"]["LogLine"][];
            /** @description All nodes, this one too, in the order in which they began. */
            nodes: components["schemas"]["NodeNow"][];
            /** @description Whether this node takes customers, as `GET /readyz` tells it. */
            ready: boolean;
            started_at: components["schemas"]["i64"];
            /** @description Of this machine's clock. */
            time: components["schemas"]["i64"];
            /** Format: int64 */
            uptime_ms: number;
            verdict: components["schemas"]["Verdict"] | null;
            /** @description Of this program. */
            version: string;
        };
        /** @description What happened, minute by minute. */
        History: {
            /** @description At most 10,000, oldest first. If there are more, ask again from the last one on. */
            minutes: components["schemas"]["Minute"][];
        };
        /** @description From when to when, by the clock on the wall. */
        Hours: {
            /** @description As `09:00`. */
            from: string;
            /** @description As `17:30`; `24:00` is the end of the day. Not later than `from`: on the next day. */
            to: string;
        };
        /** @description Whether somebody is expected now, and when that changes. */
        HoursNow: {
            closes_at: components["schemas"]["i64"] | null;
            open: boolean;
            opens_at: components["schemas"]["i64"] | null;
        };
        /** Format: int64 */
        i64: number;
        /** @description Whom the host of a widget names. */
        Identify: {
            /** @description Signed by the host with the widget's secret; good once, for ten minutes at most. */
            token: string;
            /** Format: uuid */
            widget: string;
        };
        /** @description Who somebody is elsewhere, as admins see it. */
        Identity: {
            created_at: components["schemas"]["i64"];
            /** @description As it was said there last. Nobody here is found by it, and nobody has confirmed it. */
            email: string | null;
            /** @description `telegram`, or `widget:` and the id of one. */
            provider: string;
            /** @description What he is called there. */
            subject: string;
        };
        /** @description Whose line one stands in: a queue's, or that of the only rep who may have it. */
        InLine: {
            queue: components["schemas"]["QueueId"];
        } | {
            rep: components["schemas"]["UserId"];
        };
        /** @description A small file as text. */
        InlineUpload: {
            /** @description Its bytes in base64, with padding. */
            content: string;
            /** @description What it is called. */
            name: string;
        };
        /** @description An invitation as admins see it. */
        Invitation: {
            /**
             * Format: int32
             * @description How much the rep may hold.
             */
            capacity: number;
            created_at: components["schemas"]["i64"];
            created_by: components["schemas"]["UserId"];
            display_name: string | null;
            email: string | null;
            expires_at: components["schemas"]["i64"];
            id: components["schemas"]["InvitationId"];
            /** @description The queues that the rep serves; null: all there are when he comes. */
            queues: components["schemas"]["QueueId"][] | null;
            revoked_at: components["schemas"]["i64"] | null;
            role: components["schemas"]["Role"];
            used_at: components["schemas"]["i64"] | null;
            used_by: components["schemas"]["UserId"] | null;
        };
        /** @description Whom to invite. */
        InvitationAsked: {
            /**
             * Format: int32
             * @description How many conversations the rep may hold: 0 to 100, else 5.
             */
            capacity?: number | null;
            /**
             * Format: int64
             * @description For how many days it is good: 1 to 30, else 7.
             */
            days?: number | null;
            /** @description His name and address, unless he gives others. */
            display_name?: string | null;
            email?: string | null;
            /** @description The queues the rep serves; all there are when he comes, if it is not given. */
            queues?: components["schemas"]["QueueId"][] | null;
            role?: components["schemas"]["Role"] | null;
        };
        /**
         * Format: uuid
         * @description A link with which somebody makes his own account.
         */
        InvitationId: string;
        /** @description Who a customer is elsewhere. */
        KnownAs: {
            /** @description The same; nobody here has confirmed it. */
            email?: string | null;
            /** @description As it was said there last. */
            name?: string | null;
            /** @description `telegram`, or `widget:` and the id of one. */
            provider: string;
        };
        /** @description Asking for a link. */
        LinkAsked: {
            /** @description What it is for: a new `password`, or to confirm an `email` address. */
            kind: components["schemas"]["LinkKind"];
            /** @description Username, e-mail address or phone number. */
            login: string;
        };
        /** @enum {string} */
        LinkKind: "password" | "email";
        /** @description Which link is asked about. */
        LinkQuestion: {
            /** @description What it is for: a new `password`, to confirm an `email` address, or an `invitation`. */
            kind: components["schemas"]["LinkUse"];
            /** @description What it carries. */
            token: string;
        };
        /** @description What is to be known of a link. */
        LinkState: {
            /** @description Whether it would still do what it is for; not: used up, taken back, too old or nobody's. */
            valid: boolean;
        };
        /** @enum {string} */
        LinkUse: "password" | "email" | "invitation";
        /** @description A conversation with what stands beside it. */
        Listed: components["schemas"]["MarkedConversation"] & {
            first_message: components["schemas"]["Entry"] | null;
            latest_message?: components["schemas"]["Entry"] | null;
            /**
             * Format: int64
             * @description How many messages there are.
             */
            messages: number;
            /** @description How far the answer has come: `new`, `seen`, `answered`, `closed` for staff; `pending`,
             *     `answered`, `closed` for customers. */
            standing: components["schemas"]["Standing"];
        };
        /** @description A queue as everybody sees it. */
        ListedQueue: {
            description: string;
            hours: components["schemas"]["HoursNow"] | null;
            id: components["schemas"]["QueueId"];
            name: string;
            /** @description Whether it lets one more in now. */
            open: boolean;
            /**
             * Format: int32
             * @description Where it stands among the queues; the first has the smallest.
             */
            position: number;
            /** @description Whether somebody serves it at this moment. */
            staffed: boolean;
            /** @description Whether a message can be left in it now, while it is not open. */
            takes_messages: boolean;
        };
        /** @description Everything that is live. */
        LiveLine: {
            queues: components["schemas"]["QueueLine"][];
            /** @description All reps for an admin, oneself for a rep. */
            reps: components["schemas"]["Rep"][];
        };
        /** @description Signing in. */
        Login: {
            /** @description Whether the tokens are to be kept in cookies: for a browser, by a page of this server. */
            cookie?: boolean | null;
            /** @description Username, e-mail address or phone number. */
            login: string;
            password: string;
        };
        /**
         * @description How bad it is.
         * @enum {string}
         */
        LogLevel: "warn" | "error";
        /** @description A line of the log. */
        LogLine: {
            at: components["schemas"]["i64"];
            level: components["schemas"]["LogLevel"];
            /** @description Which part of the program says so. */
            part: string;
            /** @description What, with its details behind it. */
            text: string;
        };
        /** @description A key that was just made. */
        MadeApiKey: components["schemas"]["ApiKey"] & {
            /** @description Goes into `Authorization: Bearer ...`. It is shown this once. */
            key: string;
        };
        /** @description An invitation that was just made. */
        MadeInvitation: components["schemas"]["Invitation"] & {
            link: string;
            /** @description Shown this once, alone and as the address to go to. */
            token: string;
        };
        /** @description A visitor and his token. */
        MadeVisitor: {
            /**
             * Format: int64
             * @description How long it is good without being used, in seconds.
             */
            expires_in: number;
            /** @description Goes into `Authorization: Bearer ...`. It is shown this once; whoever has it is he. */
            token: string;
            user: components["schemas"]["Account"];
        };
        /** @description A widget that was just made. */
        MadeWidget: components["schemas"]["Widget"] & {
            /** @description With this its host says who somebody is. It is shown this once. */
            secret: string;
        };
        /** @description How far both sides have read. */
        Marked: {
            /** @description The mark stood there before, or further; nothing has changed. */
            duplicate: boolean;
            marks: components["schemas"]["Marks"];
            /**
             * Format: int64
             * @description Messages of others that the caller has not read.
             */
            unread: number;
        };
        /** @description A conversation as one person sees it, with what is read of it. */
        MarkedConversation: components["schemas"]["Conversation"] & {
            marks: components["schemas"]["Marks"];
            /**
             * Format: int64
             * @description Messages of others that he has not read; 1000 means that many or more.
             */
            unread: number;
        };
        /** @description How far both sides are. Of staff, whoever has read furthest counts. */
        Marks: {
            customer: components["schemas"]["Reached"];
            staff: components["schemas"]["Reached"];
        };
        /** @description A minute of a queue. The levels are those of its end; null when nobody looked then. */
        Minute: {
            /** Format: int32 */
            abandoned: number;
            /**
             * Format: int32
             * @description How many were assigned for the first time, and how many of them within the wait target. What
             *     was left as a message is not among them: nobody waited for it to the end.
             */
            assigned: number;
            /** Format: int32 */
            capacity?: number | null;
            /** Format: int32 */
            in_target: number;
            /**
             * Format: int32
             * @description Slots taken, and slots there were, of the present and available reps of the queue.
             */
            load?: number | null;
            /** @description When it began, in Unix ms. */
            minute: components["schemas"]["i64"];
            /** Format: int32 */
            opened: number;
            queue_id: components["schemas"]["QueueId"];
            /**
             * Format: int32
             * @description How many ended, and how.
             */
            resolved: number;
            /** Format: int32 */
            unresolved: number;
            /**
             * Format: int64
             * @description How long those had waited: the median, and what nine of ten stayed below.
             */
            wait_p50_ms?: number | null;
            /** Format: int64 */
            wait_p90_ms?: number | null;
            /** Format: int32 */
            waiting?: number | null;
        };
        /** @enum {string} */
        Mode: "auto" | "offer" | "manual";
        /** @description A key for a machine. */
        NewApiKey: {
            expires_at?: components["schemas"]["i64"] | null;
            /** @description For people to know it by, and for others as the name of who asks: 1 to 100 characters. */
            name: string;
            /** @description What it may be used for; at least one. */
            scopes: components["schemas"]["Scope"][];
        };
        /** @description What a rep wants. */
        NewAvailability: {
            availability: components["schemas"]["Availability"];
        };
        /** @description A text to have ready. */
        NewCannedReply: {
            /** @description The short word by which it is found: 1 to 40 letters and digits, of any script, `-`, `_` and
             *     `.`, without spaces. */
            name: string;
            /**
             * Format: uuid
             * @description Of a shared one: only for those who serve this queue.
             */
            queue?: string | null;
            /** @description For others, too: only by an admin. Else it is one's own. */
            shared?: boolean;
            /** @description At most 4,000 characters. */
            text: string;
        };
        /** @description How far somebody has read. */
        NewMark: {
            /**
             * Format: int64
             * @description The seq of the newest entry that he has read.
             */
            seq: number;
        };
        /** @description A message to send. */
        NewMessage: {
            /** @description Uploads of yours that were not sent yet. */
            attachments?: components["schemas"]["AttachmentId"][];
            /** @description A UUID made by the client, so that a retry stores nothing twice. */
            client_id: components["schemas"]["ClientId"];
            /** @description May be left out if something is attached. */
            text?: string | null;
        };
        /** @description A note to write. */
        NewNote: {
            /** @description A UUID made by the client, so that a retry stores nothing twice. */
            client_id: components["schemas"]["ClientId"];
            text: string;
        };
        /** @description How urgent it is. */
        NewPriority: {
            priority: components["schemas"]["Priority"];
        };
        /** @description What he thought of it. */
        NewRating: {
            /**
             * Format: int32
             * @description 1 (bad) to 5 (good).
             */
            score: number;
            /** @description What he says to that: at most 1,000 characters. Left out, null or empty: nothing. */
            text?: string | null;
        };
        /** @description A new rep. */
        NewRep: {
            /**
             * Format: int32
             * @description How many conversations he may hold: 0 to 100, else 5.
             */
            capacity?: number | null;
            display_name?: string | null;
            email?: string | null;
            password: string;
            phone?: string | null;
            /** @description The queues he serves; all there are if it is not given. */
            queues?: components["schemas"]["QueueId"][] | null;
            username: string;
        };
        /** @description Another text for a message. */
        NewText: {
            text: string;
        };
        /** @description Somebody who does not say who he is. */
        NewVisitor: {
            /** @description What others see; `Visitor` and a number if it is not given. */
            display_name?: string | null;
            /**
             * Format: uuid
             * @description The widget by which he comes, if he does.
             */
            widget?: string | null;
        };
        /** @description A widget that is to be. */
        NewWidget: {
            /** @description For people to know it by: 1 to 100 characters. */
            name: string;
            /**
             * Format: uuid
             * @description Where conversations go of who names no queue; the first one there is if it is not given.
             */
            queue?: string | null;
            /** @description The origins of the pages that it may be part of, as `https://shop.example`; at most 20. */
            sites?: string[];
            /** @description Whether people are let in who show no proof of who they are; yes if it is not given. */
            visitors?: boolean | null;
        };
        /**
         * Format: uuid
         * @description One server process; a new one at every start.
         */
        NodeId: string;
        /** @description A node, whether it is this one or another. */
        NodeNow: {
            /** @description Whether that is still to come: what has run out is struck out by whoever sees it first. */
            alive: boolean;
            id: components["schemas"]["NodeId"];
            /** @description When its lease runs out, by the database's clock: each node renews its own long before. */
            lease_until: components["schemas"]["i64"];
            /** @description Where it listens. */
            name: string;
            started_at: components["schemas"]["i64"];
            /** @description Whether it is the node that answers. */
            this: boolean;
        };
        /** @enum {string} */
        ObjectKind: "user" | "queue" | "conversation" | "api_key" | "audit" | "schedule" | "settings" | "widget" | "invitation" | "canned_reply";
        /** @description What an act was done to. */
        ObjectView: {
            /**
             * Format: uuid
             * @description Null: all of that kind, or some.
             */
            id: string | null;
            kind: components["schemas"]["ObjectKind"];
        };
        /** @description What to open. */
        Opening: {
            /** @description What it carries: uploads of yours that were not sent yet. */
            attachments?: components["schemas"]["AttachmentId"][];
            /** @description A UUID (version 7 is best) made by the client, so that a retry opens nothing twice. */
            client_id: components["schemas"]["ClientId"];
            /** @description Leave a message instead of waiting: it stands in line later, by itself. */
            leave_message?: boolean;
            priority?: components["schemas"]["Priority"] | null;
            queue?: components["schemas"]["QueueId"] | null;
            subject?: string | null;
            /** @description The first message. */
            text?: string | null;
        };
        /** @description One login. */
        OpenLogin: {
            /** @description From where it came; empty if that is not known. */
            address: string;
            /** @description What its client called itself when it signed in; empty if it did not. */
            agent: string;
            created_at: components["schemas"]["i64"];
            /** @description Whether it is the one that asks. */
            current: boolean;
            expires_at: components["schemas"]["i64"];
            id: components["schemas"]["SessionId"];
            /** @description When it last asked for a new pair of tokens. */
            refreshed_at: components["schemas"]["i64"];
        };
        /**
         * @description In what order. Each ends with the id, so that it is one order and a cursor stands still.
         * @enum {string}
         */
        Order: "newest" | "activity" | "waiting";
        /**
         * @description Where the value of a setting comes from.
         * @enum {string}
         */
        Origin: "default" | "program" | "file" | "environment" | "database";
        /** @enum {string} */
        OutsideHours: "leave_message" | "refuse";
        /** @description What is to be another in one's own profile. What is not given stays. */
        OwnProfile: {
            city?: string | null;
            /** @description What others see. */
            display_name?: string | null;
            /** @description Null: none any more. */
            email?: string | null;
            first_name?: string | null;
            /** @description A tag as `fa-IR`; empty: none. */
            language?: string | null;
            last_name?: string | null;
            /** @description One's own, as it is now: with a new `email` or `phone`. */
            password?: string | null;
            /** @description Null: none any more. */
            phone?: string | null;
            province?: string | null;
            /** @description A name as `Asia/Tehran`; empty: none. */
            time_zone?: string | null;
        };
        /** @description Until when it is laid aside. */
        Parking: {
            wake_at?: components["schemas"]["i64"] | null;
        };
        /** @description A part of a snippet. */
        Part: {
            /** @description Whether it is what was searched for. */
            match: boolean;
            text: string;
        };
        /** @description A new password for whoever has a link. */
        PasswordByLink: {
            /** @description At least 8 characters. */
            password: string;
            /** @description What the link carries. */
            token: string;
        };
        /** @description Another password. */
        PasswordChange: {
            /** @description At least 8 characters. */
            new_password: string;
            /** @description As it is now. */
            password: string;
        };
        /** @description A link with which somebody gives himself a new password. */
        PasswordLink: {
            /** @description How long it is good, in ms. */
            expires_in_ms: components["schemas"]["i64"];
            /** @description The address to go to with it. */
            link: string;
            /** @description Shown this once. It is given to `POST /api/v1/password` with the new password. */
            token: string;
        };
        /** @description Whom a customer is given first. */
        PersonalRep: {
            /**
             * Format: uuid
             * @description Null: nobody.
             */
            rep: string | null;
        };
        /** @description A person as others see him. */
        PersonView: {
            id: components["schemas"]["UserId"];
            name: string;
            /** @description Where his picture can be got, with an access token, if he has one. */
            picture?: string | null;
        };
        /** @description How a queue treats those who wait in it. Durations are in ms. */
        Policy: {
            /**
             * Format: int64
             * @description How long the place of a lost customer is held, then it is abandoned. None: for ever.
             */
            abandon_after_ms?: number | null;
            /**
             * Format: int64
             * @description How long a rep who declined or missed a conversation is not given it again.
             */
            cooldown_ms: number;
            /** @description Lets nobody new in. */
            draining: boolean;
            /**
             * Format: int64
             * @description How long is too long. Without a fallback queue it ends as abandoned, but in a manual queue.
             */
            fallback_after_ms: number;
            fallback_queue_id?: components["schemas"]["QueueId"] | null;
            /**
             * Format: int64
             * @description How soon a rep must answer, or the conversation goes back in line. None: whenever.
             */
            first_reply_ms?: number | null;
            /**
             * Format: int32
             * @description How often a conversation may go to a fallback queue.
             */
            hops_max: number;
            /**
             * Format: int64
             * @description How long nobody may say anything before it is closed as unresolved.
             */
            idle_after_ms: number;
            /**
             * Format: int32
             * @description After so many misses in a row a rep is set away.
             */
            misses_max: number;
            /**
             * Format: int64
             * @description How long an offer lasts.
             */
            offer_ms: number;
            /** @description What becomes of who comes while it is not. */
            outside_hours: components["schemas"]["OutsideHours"];
            /**
             * Format: int64
             * @description How long the preferred rep comes first; 0: he does not.
             */
            prefer_ms: number;
            /**
             * Format: int64
             * @description How long after its end a conversation may be opened again.
             */
            reopen_ms: number;
            schedule_id?: components["schemas"]["ScheduleId"] | null;
            /**
             * Format: int64
             * @description How long a customer should wait at most: what the service level is measured against.
             */
            wait_target_ms: number;
            /**
             * Format: int64
             * @description How long the slot stays taken after a close; 0: no wrap-up.
             */
            wrap_ms: number;
        };
        /** @enum {string} */
        Priority: "low" | "normal" | "high" | "urgent";
        /** @description What a client reads of an error. */
        Problem: {
            /** @description Stable; for programs. */
            code: string;
            /** @description A sentence for people that says what to do. */
            detail: string;
            /** @description The wrong fields, if it is about fields. */
            errors?: components["schemas"]["FieldError"][];
            /** @description To find it in the log. */
            request_id?: string | null;
            /** Format: int32 */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description Always `about:blank`: `code` says which problem it is. */
            type: string;
        };
        /** @description What is to be another in somebody's profile. What is not given stays. */
        Profile: {
            city?: string | null;
            /** @description What others see. */
            display_name?: string | null;
            /** @description Null: none any more. */
            email?: string | null;
            first_name?: string | null;
            /** @description A tag as `fa-IR`; empty: none. */
            language?: string | null;
            last_name?: string | null;
            /** @description Null: none any more. */
            phone?: string | null;
            province?: string | null;
            /** @description A name as `Asia/Tehran`; empty: none. */
            time_zone?: string | null;
        };
        /**
         * @description The one provider for which a machine can vouch.
         * @enum {string}
         */
        Provider: "telegram";
        /** @description A queue, or what to change of one: what is left out stays as it is, in a new queue as
         *     `docs/queues.md` says. Durations are in ms. */
        QueueEdit: {
            /**
             * Format: int64
             * @description How long the place of a lost customer is held; null: for ever.
             */
            abandon_after_ms?: number | null;
            /**
             * Format: int64
             * @description How long a rep who declined or missed a conversation is not given it again.
             */
            cooldown_ms?: number;
            /** @description At most 1000 characters. */
            description?: string;
            /** @description Lets nobody new in. */
            draining?: boolean;
            /**
             * Format: int64
             * @description How long is too long.
             */
            fallback_after_ms?: number;
            fallback_queue_id?: components["schemas"]["QueueId"] | null;
            /**
             * Format: int64
             * @description How soon a rep must answer; null: whenever.
             */
            first_reply_ms?: number | null;
            /**
             * Format: int32
             * @description How often a conversation may go to a fallback queue.
             */
            hops_max?: number;
            /**
             * Format: int64
             * @description How long nobody may say anything.
             */
            idle_after_ms?: number;
            /**
             * Format: int32
             * @description After so many misses in a row a rep is set away.
             */
            misses_max?: number;
            mode?: components["schemas"]["Mode"];
            /** @description 1 to 100 characters. A new queue needs one. */
            name?: string;
            /**
             * Format: int64
             * @description How long an offer lasts.
             */
            offer_ms?: number;
            /** @description Whether who comes while it is closed leaves a message or is refused. */
            outside_hours?: components["schemas"]["OutsideHours"];
            /**
             * Format: int64
             * @description How long the preferred rep comes first; 0: he does not.
             */
            prefer_ms?: number;
            /**
             * Format: int64
             * @description How long after its end a conversation may be opened again.
             */
            reopen_ms?: number;
            /** @description The reps who serve it, and no others. A new queue is served by all if it is not said. */
            reps?: components["schemas"]["UserId"][];
            schedule_id?: components["schemas"]["ScheduleId"] | null;
            /**
             * Format: int64
             * @description How long a customer should wait at most.
             */
            wait_target_ms?: number;
            /**
             * Format: int32
             * @description How many may wait in it.
             */
            waiting_max?: number;
            /**
             * Format: int64
             * @description How long the slot stays taken after a close; 0: no wrap-up.
             */
            wrap_ms?: number;
        };
        /** Format: uuid */
        QueueId: string;
        /** @description A queue as staff see it, with its whole policy. */
        QueueInFull: components["schemas"]["ListedQueue"] & components["schemas"]["Policy"] & {
            created_at: components["schemas"]["i64"];
            /** @description How it finds its rep: assigned, offered, or taken by hand. */
            mode: components["schemas"]["Mode"];
            /** @description Those who serve it. */
            reps: components["schemas"]["PersonView"][];
            /**
             * Format: int64
             * @description How many wait.
             */
            waiting: number;
            /**
             * Format: int32
             * @description How many may wait in it.
             */
            waiting_max: number;
        };
        /** @description The first who wait in a queue. */
        QueueLine: components["schemas"]["QueueNow"] & {
            /** @description The first 100 of them, in the order in which they are served. */
            first: components["schemas"]["Conversation"][];
        };
        /** @description One queue. */
        QueueNow: {
            /** @description Whether it lets nobody new in. */
            draining: boolean;
            /**
             * Format: int64
             * @description How many of those wait only in name: their customers have gone.
             */
            held: number;
            hours: components["schemas"]["HoursNow"] | null;
            mode: components["schemas"]["Mode"];
            oldest_at?: components["schemas"]["i64"] | null;
            queue: components["schemas"]["QueueView"];
            /**
             * Format: double
             * @description Which share of the last hour's was: from 0 to 1. None: nobody was served.
             */
            service_level?: number | null;
            /**
             * Format: int64
             * @description Within what time a customer should be served, in ms.
             */
            wait_target_ms: number;
            /** Format: int64 */
            waiting: number;
        };
        /** @description What came to one queue, or went on to it. */
        QueueReport: components["schemas"]["Figures"] & {
            queue: components["schemas"]["QueueView"];
            /**
             * Format: int64
             * @description Within what time a customer should be served there now, in ms.
             */
            wait_target_ms: number;
        };
        /** @description Queues, by their ids. */
        Queues: {
            queues: components["schemas"]["QueueId"][];
        };
        /** @description A queue that it may go to. */
        QueueTarget: {
            id: components["schemas"]["QueueId"];
            name: string;
            /** @description Whether it lets one more in now. */
            open: boolean;
            /** Format: int64 */
            waiting: number;
        };
        /** @description A queue as others see it. */
        QueueView: {
            id: components["schemas"]["QueueId"];
            name: string;
        };
        /** @description What a customer thought of his conversation. */
        Rating: {
            /** @description When he said so last. */
            rated_at: components["schemas"]["i64"];
            /**
             * Format: int32
             * @description 1 (bad) to 5 (good).
             */
            score: number;
            /** @description What he said to that. */
            text: string | null;
        };
        /** @description Up to which seq a side has read, and got. */
        Reached: {
            /** Format: int64 */
            delivered: number;
            /** Format: int64 */
            read: number;
        };
        /** @description What keeps a rep from a conversation, or from any. */
        Reason: {
            behind?: components["schemas"]["ConversationId"] | null;
            /** Format: int32 */
            capacity?: number | null;
            /** Format: int32 */
            load?: number | null;
            /** @description `free` (the next step gives it to him, or to a better one), `ahead` (another one goes
             *     before it), `absent`, `busy`, `away`, `offline`, `full`, `not_serving`, `reserved`,
             *     `cooling_down`, `refused`. */
            reason: string;
            until?: components["schemas"]["i64"] | null;
        };
        /** @description Asking for the next pair of tokens. */
        Refresh: {
            /** @description Left out by whoever has it in a cookie. */
            refresh_token?: string | null;
        };
        /** @description A new account. */
        Registration: {
            /** @description Whether the tokens are to be kept in cookies: for a browser, by a page of this server. */
            cookie?: boolean | null;
            /** @description What others see; the username if it is not given. */
            display_name?: string | null;
            email?: string | null;
            /** @description At least 8 characters, and none of the passwords that everybody guesses first. */
            password: string;
            /** @description With + and the code of its country, unless the server is set to take others. */
            phone?: string | null;
            /** @description Letters, digits and . _ + - without spaces. */
            username: string;
        };
        /** @description A rep as staff see him. */
        Rep: {
            /** @description What he wants. */
            availability: components["schemas"]["Availability"];
            /**
             * Format: int32
             * @description How many conversations he may hold.
             */
            capacity: number;
            id: components["schemas"]["UserId"];
            /**
             * Format: int32
             * @description How many he holds.
             */
            load: number;
            name: string;
            /** @description Whether he is connected. */
            present: boolean;
            /** @description Those he serves, in the order people see. */
            queues: components["schemas"]["QueueView"][];
            /** @description What he is trusted with. */
            rights: components["schemas"]["Rights"];
            username?: string | null;
        };
        /** @description What came in a span of time, and what became of it. */
        Report: {
            /** @description How many were opened, by the reader's clock: a row for each day of the week from Monday on,
             *     in it 24 hours from midnight on. */
            arrivals: components["schemas"]["Vec"];
            /** @description Every hour or day of the span, the oldest first, also those without anything. */
            buckets: components["schemas"]["ReportBucket"][];
            from: components["schemas"]["i64"];
            /**
             * Format: int32
             * @description Minutes by which the reader's clock is ahead of UTC.
             */
            offset: number;
            /** @description Where anything is now that was opened in the span, in the order of queues. */
            queues: components["schemas"]["QueueReport"][];
            ratings: components["schemas"]["Scores"];
            /** @description Who served any of it, or was available in the span; who served most comes first. */
            reps: components["schemas"]["RepReport"][];
            /** @description An hour, if the span is no longer than three days. */
            step: components["schemas"]["BucketStep"];
            /** @description The first moment that is not in it any more. */
            to: components["schemas"]["i64"];
            totals: components["schemas"]["Figures"];
        };
        /** @description What was opened in an hour or on a day of the reader's clock. The first and the last one are cut
         *     where the span begins and ends. */
        ReportBucket: components["schemas"]["Figures"] & {
            from: components["schemas"]["i64"];
            /** @description The first moment that is not in it any more. */
            to: components["schemas"]["i64"];
        };
        /** @description What one rep did. A conversation is his who served it last. */
        RepReport: {
            /** Format: int64 */
            abandoned: number;
            /**
             * Format: int64
             * @description How long he was there and available, in ms, in whole minutes. Of the last 92 days, in all
             *     queues whatever is asked for.
             */
            available_ms: number;
            first_reply: components["schemas"]["Spread"] | null;
            handling: components["schemas"]["Spread"] | null;
            ratings: components["schemas"]["Scores"];
            rep: components["schemas"]["PersonView"];
            /** Format: int64 */
            resolved: number;
            /** Format: int64 */
            served: number;
            /** Format: int64 */
            unresolved: number;
            /**
             * Format: double
             * @description Which share of his slots was taken then, from 0 to 1; more, if he was given more than he
             *     may hold. Null: he was not there, or had no slots.
             */
            utilisation: number | null;
        };
        /** @description A rep who may get it. */
        RepTarget: {
            availability: components["schemas"]["Availability"];
            /** Format: int32 */
            capacity: number;
            id: components["schemas"]["UserId"];
            /** Format: int32 */
            load: number;
            name: string;
            /** @description Whether he is connected. Who is not, or does not want any, is not given it. */
            present: boolean;
            /** @description Whether he serves the queue that it is in. */
            serves: boolean;
        };
        /** @enum {string} */
        Resolution: "resolved" | "unresolved" | "abandoned";
        /** @description What one rep is trusted with, as admins say it. An admin may all of it, a customer nothing. */
        Rights: {
            /** @description Taking what waits by himself. */
            claim: boolean;
            /** @description Taking out what he may read. */
            export: boolean;
            /** @description Taking more than his capacity. */
            over_capacity: boolean;
            /** @description Which conversations he may read beside his own. */
            sees: components["schemas"]["Sees"];
        };
        /** @enum {string} */
        Role: "customer" | "rep" | "admin";
        /** @description What somebody is to be. */
        RoleOf: {
            /**
             * Format: int32
             * @description How many conversations he may hold as a rep: 0 to 100, else 5.
             */
            capacity?: number | null;
            /** @description The queues he serves as a rep; all there are if it is not given. */
            queues?: components["schemas"]["QueueId"][] | null;
            role: components["schemas"]["Role"];
        };
        /** @description A schedule as admins see it. */
        Schedule: {
            created_at: components["schemas"]["i64"];
            /** @description Days that have other hours than their weekday. */
            days: components["schemas"]["Day"][];
            /** @description Whether it is open now, and when that changes. */
            hours: components["schemas"]["HoursNow"];
            id: components["schemas"]["ScheduleId"];
            name: string;
            /** @description The queues that go by it. */
            queues: components["schemas"]["QueueView"][];
            time_zone: string;
            week: components["schemas"]["Week"];
        };
        /** @description A schedule, or what to change of one: what is left out stays as it is. A new one needs a name
         *     and a time zone. */
        ScheduleEdit: {
            /** @description All days that have other hours than their weekday, holidays among them. */
            days?: components["schemas"]["Day"][];
            /** @description 1 to 100 characters. */
            name?: string;
            /** @description Its IANA name, as `Europe/Berlin`. */
            time_zone?: string;
            /** @description The hours of each weekday, all of them; one that is not named has none. */
            week?: components["schemas"]["Week"];
        };
        /**
         * Format: uuid
         * @description When queues are open.
         */
        ScheduleId: string;
        /** @enum {string} */
        Scope: "read" | "write" | "people" | "queues" | "export" | "audit" | "keys" | "metrics" | "widgets" | "identities";
        /** @description How often customers have given each score. */
        Scores: {
            /** Format: int64 */
            count: number;
            /** @description How many times 1, 2, 3, 4 and 5. */
            scores: number[];
        };
        /** @enum {string} */
        Sees: "own" | "waiting" | "queues" | "all";
        /** @description A stored message. */
        SentMessage: {
            /** @description It was stored before, by an earlier try of the same command. */
            duplicate: boolean;
            event: components["schemas"]["Entry"];
        };
        /**
         * Format: uuid
         * @description One login: a family of refresh tokens.
         */
        SessionId: string;
        /** @description A setting as admins see it. */
        Setting: {
            /** @description Whether it may change while the server runs. */
            changeable: boolean;
            /** @description Of a text that may change: so many characters at most. */
            chars_max?: number | null;
            /** @description What it is if nobody says anything; null: it is secret. */
            default: unknown;
            /**
             * Format: int64
             * @description Of a number that may change: from what to what.
             */
            least?: number | null;
            /** Format: int64 */
            most?: number | null;
            name: string;
            /** @description Where the value comes from. */
            origin: components["schemas"]["Origin"];
            /** @description Its value is told to nobody. */
            secret: boolean;
            /** @description What is in force at the node that answers; null: it is secret. */
            value: unknown;
        };
        /** @description The first admin. */
        Setup: {
            /** @description Whether the tokens are to be kept in cookies: for a browser, by a page of this server. */
            cookie?: boolean | null;
            display_name?: string | null;
            password: string;
            /** @description From the link that the server prints at its start. */
            token: string;
            username: string;
        };
        /** @description Whether somebody must make the first admin. */
        SetupState: {
            needed: boolean;
            /** @description Whether the token that was given makes him. Null: none was given. */
            valid: boolean | null;
        };
        /** @description Tokens, and whose they are. */
        SignedIn: components["schemas"]["Tokens"] & {
            user: components["schemas"]["Account"];
        };
        /** @description How long something took: of how many, the median, and what nine of ten stayed below. */
        Spread: {
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            p50_ms: number;
            /** Format: int64 */
            p90_ms: number;
        };
        /**
         * @description How far an answer has come.
         * @enum {string}
         */
        Standing: "new" | "seen" | "pending" | "answered" | "closed";
        /** @enum {string} */
        Status: "waiting" | "offered" | "active" | "parked" | "wrapup" | "closed";
        /** @description All of them. */
        Targets: {
            /** @description In the order people see. The one that it is in is among them: there it goes back in line. */
            queues: components["schemas"]["QueueTarget"][];
            /** @description Without who has it. First who is there and has room, then who is there, who is away, and
             *     who is not connected; by name among equals. */
            reps: components["schemas"]["RepTarget"][];
        };
        /** @description What customers are greeted with; empty: nothing. */
        Texts: {
            /** @description For who does so while nobody is there. */
            away: string;
            /** @description For who opens a chat. */
            welcome: string;
        };
        /** @description A pass for a browser's socket. */
        Ticket: {
            /** @description How long it is good, in ms. */
            expires_in_ms: components["schemas"]["i64"];
            /** @description Goes into the socket's second subprotocol, as `ticket.` and this. */
            ticket: string;
        };
        /** @description What somebody gets who signs in. */
        Tokens: {
            /** @description Goes into `Authorization: Bearer ...`. Left out if it is in a cookie. */
            access_token?: string | null;
            /**
             * Format: int64
             * @description How long the access token is good, in seconds.
             */
            expires_in: number;
            /** @description Gets the next pair; good once. Left out if it is in a cookie. */
            refresh_token?: string | null;
        };
        /** @description Where a conversation is to go: give `rep` or `queue`. */
        Transfer: {
            /** @description For whoever gets it. */
            note?: string | null;
            queue?: components["schemas"]["QueueId"] | null;
            rep?: components["schemas"]["UserId"] | null;
        };
        /** @description What the caller has not read. */
        Unread: {
            /** @description Those of them in which anything is unread, newest first. */
            conversations: components["schemas"]["UnreadOne"][];
            /**
             * Format: int64
             * @description The sum over what is open and the caller's.
             */
            unread_total: number;
        };
        /** @description What the caller has not read of one conversation. */
        UnreadOne: {
            id: components["schemas"]["ConversationId"];
            /**
             * Format: int64
             * @description Messages of others; 1000 means that many or more.
             */
            unread: number;
        };
        /** @description A file, as the only part of a form. */
        UploadForm: {
            /** Format: binary */
            file: string;
        };
        /**
         * Format: uuid
         * @description A person: customer, rep or admin.
         */
        UserId: string;
        Vec: number[][];
        /** @description What was found of a database that is in use, and when. */
        Verdict: {
            /** @description When it was asked, and how long that took in ms. */
            at: components["schemas"]["i64"];
            /** @description The quick ones of its questions. `switchboard doctor` asks all. */
            findings: components["schemas"]["CheckFinding"][];
            /** Format: int64 */
            took_ms: number;
            /** @description Whether all is well: nothing is broken, and everything could be asked. */
            well: boolean;
        };
        /** @description Who somebody is elsewhere, on the word of who asks. */
        Vouched: {
            /** @description What others see, if that is known. */
            display_name?: string | null;
            provider: components["schemas"]["Provider"];
            /** @description His number there. */
            subject: string;
        };
        /** @description What shows which visitor somebody was. */
        WasVisitor: {
            /** @description The visitor's token. */
            token: string;
        };
        /** @description The hours of each weekday; one that is not named has none. */
        Week: {
            /** @default [] */
            fri: components["schemas"]["Hours"][];
            /** @default [] */
            mon: components["schemas"]["Hours"][];
            /** @default [] */
            sat: components["schemas"]["Hours"][];
            /** @default [] */
            sun: components["schemas"]["Hours"][];
            /** @default [] */
            thu: components["schemas"]["Hours"][];
            /** @default [] */
            tue: components["schemas"]["Hours"][];
            /** @default [] */
            wed: components["schemas"]["Hours"][];
        };
        /** @description What a newcomer finds. */
        Welcome: {
            /**
             * Format: int64
             * @description For so many seconds whoever has written a message may change or delete it.
             */
            edit_window_s: number;
            files: components["schemas"]["FilesMay"];
            /**
             * Format: uuid
             * @description Where he waits if he does not choose; null: in the first one.
             */
            queue: string | null;
            /** @description Where he may wait. */
            queues: components["schemas"]["ListedQueue"][];
            texts: components["schemas"]["Texts"];
            /** @description Whether he is let in without saying who he is. */
            visitors: boolean;
        };
        /** @description Why a conversation stands where it stands. */
        Why: {
            /** @description How many wait before it in that line. */
            ahead?: number | null;
            chosen?: components["schemas"]["Chosen"] | null;
            /** @description Why the line gives it to nobody: `held` (its customer has gone), `manual` (people take it
             *     by hand), `settling` (it is being given to a rep right now). */
            kept?: string | null;
            line?: components["schemas"]["InLine"] | null;
            /** @description Every rep, while it waits. */
            reps: components["schemas"]["Candidate"][];
            status: components["schemas"]["Status"];
        };
        /** @description Why a rep gets nothing, if he gets nothing. */
        WhyIdle: components["schemas"]["Reason"] & {
            /** @description The first of each of his lines where somebody waits. Empty: nobody waits for him. */
            first: components["schemas"]["FirstInLine"][];
        };
        /** @description A widget as admins see it. */
        Widget: {
            created_at: components["schemas"]["i64"];
            disabled_at: components["schemas"]["i64"] | null;
            id: components["schemas"]["WidgetId"];
            name: string;
            /**
             * Format: uuid
             * @description Where conversations go of who names no queue; null: the first one there is.
             */
            queue: string | null;
            /** @description Since when its secret is this one. */
            renewed_at: components["schemas"]["i64"];
            /** @description The origins of the pages that it may be part of. */
            sites: string[];
            /** @description Whether people are let in who show no proof of who they are. */
            visitors: boolean;
        };
        /** @description What is to be another in a widget. What is not given stays. */
        WidgetEdit: {
            /** @description `true`: nobody new is let in by it. */
            disabled?: boolean | null;
            name?: string | null;
            /**
             * Format: uuid
             * @description Null: the first one there is.
             */
            queue?: string | null;
            sites?: string[] | null;
            visitors?: boolean | null;
        };
        /**
         * Format: uuid
         * @description A part of somebody's own pages by which people come.
         */
        WidgetId: string;
        /** @description A widget's new secret. */
        WidgetSecret: {
            /** @description Until when the one before is good, too. */
            previous_until: components["schemas"]["i64"];
            /** @description It is shown this once. */
            secret: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
