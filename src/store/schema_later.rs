//! More tables for diesel, as `schema.rs` has them: what admins set while it runs, and the erasing
//! of people.

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    schedules (id) {
        id -> SqlId,
        name -> Text,
        name_key -> Text,
        time_zone -> Text,
        plan -> Json,
        version -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    settings (name) {
        name -> Text,
        value -> Json,
        changed_at -> BigInt,
        changed_by -> SqlId,
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
