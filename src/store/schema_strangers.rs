//! More of `schema.rs`: the tables of people who come without a password.

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
