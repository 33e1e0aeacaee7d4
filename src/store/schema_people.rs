//! More of `schema.rs`: people, how they come in, and what is kept of that.

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    users (id) {
        id -> SqlId,
        number -> BigInt,
        role -> Text,
        username -> Nullable<Text>,
        username_key -> Nullable<Text>,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        phone -> Nullable<Text>,
        first_name -> Text,
        last_name -> Text,
        display_name -> Text,
        password_hash -> Nullable<Text>,
        token_version -> Integer,
        disabled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        personal_rep_id -> Nullable<SqlId>,
        city -> Text,
        province -> Text,
        language -> Text,
        time_zone -> Text,
        erased_at -> Nullable<BigInt>,
        picture_id -> Nullable<SqlId>,
        email_confirmed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    sessions (id) {
        id -> SqlId,
        user_id -> SqlId,
        rotates -> Bool,
        generation -> Integer,
        rotated_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        agent -> Text,
        address -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    socket_tickets (id) {
        id -> SqlId,
        user_id -> SqlId,
        session_id -> SqlId,
        expires_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    password_links (id) {
        id -> SqlId,
        user_id -> SqlId,
        expires_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    identities (provider, subject) {
        provider -> Text,
        subject -> Text,
        user_id -> SqlId,
        name -> Nullable<Text>,
        email -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    used_proofs (id) {
        id -> SqlId,
        session_id -> SqlId,
        expires_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    widgets (id) {
        id -> SqlId,
        name -> Text,
        sites -> Text,
        queue_id -> Nullable<SqlId>,
        visitors -> Bool,
        generation -> Integer,
        renewed_at -> BigInt,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use crate::words::SqlId;
    arrivals (user_id) {
        user_id -> SqlId,
        widget_id -> SqlId,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    visitors (user_id) {
        user_id -> SqlId,
        session_id -> SqlId,
        hash -> Text,
        merged_into -> Nullable<SqlId>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    api_keys (id) {
        id -> SqlId,
        hash -> Text,
        hint -> Text,
        scopes -> Text,
        created_by -> SqlId,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    erasures (user_id) {
        user_id -> SqlId,
        step -> Text,
        conversation_id -> SqlId,
        seq -> BigInt,
        entries -> BigInt,
        picture_id -> Nullable<SqlId>,
        begun_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    audit (id) {
        id -> SqlId,
        at -> BigInt,
        actor_id -> Nullable<SqlId>,
        api_key_id -> Nullable<SqlId>,
        act -> Text,
        object_kind -> Text,
        object_id -> Nullable<SqlId>,
        before -> Nullable<Json>,
        after -> Nullable<Json>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    email_links (id) {
        id -> SqlId,
        user_id -> SqlId,
        email_key -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    invitations (id) {
        id -> SqlId,
        token_id -> SqlId,
        role -> Text,
        capacity -> Integer,
        queues -> Nullable<Text>,
        display_name -> Nullable<Text>,
        email -> Nullable<Text>,
        created_by -> SqlId,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_by -> Nullable<SqlId>,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}
