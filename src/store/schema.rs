//! The tables, as the migrations make them, for diesel. Kept by hand: ids are a type of our own.

pub use super::schema_people::{
    api_keys, arrivals, audit, email_links, erasures, identities, invitations, password_links,
    sessions, socket_tickets, used_proofs, users, visitors, widgets,
};

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    queues (id) {
        id -> SqlId,
        name -> Text,
        name_key -> Text,
        description -> Text,
        position -> Integer,
        mode -> Text,
        waiting_max -> Integer,
        created_at -> BigInt,
        offer_ms -> BigInt,
        cooldown_ms -> BigInt,
        misses_max -> Integer,
        prefer_ms -> BigInt,
        abandon_after_ms -> Nullable<BigInt>,
        first_reply_ms -> Nullable<BigInt>,
        idle_after_ms -> BigInt,
        wrap_ms -> BigInt,
        reopen_ms -> BigInt,
        wait_target_ms -> BigInt,
        fallback_queue_id -> Nullable<SqlId>,
        fallback_after_ms -> BigInt,
        hops_max -> Integer,
        draining -> Bool,
        version -> BigInt,
        deleted_at -> Nullable<BigInt>,
        schedule_id -> Nullable<SqlId>,
        outside_hours -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    reps (user_id) {
        user_id -> SqlId,
        capacity -> Integer,
        active -> Integer,
        version -> BigInt,
        availability -> Text,
        last_assigned_at -> BigInt,
        misses -> Integer,
        lost_at -> Nullable<BigInt>,
        suspected -> Bool,
        may_claim -> Bool,
        sees -> Text,
        may_override -> Bool,
        may_export -> Bool,
    }
}

diesel::table! {
    use crate::words::SqlId;
    rep_queues (rep_id, queue_id) {
        rep_id -> SqlId,
        queue_id -> SqlId,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    conversations (id) {
        id -> SqlId,
        number -> BigInt,
        customer_id -> SqlId,
        open_client_id -> SqlId,
        queue_id -> SqlId,
        subject -> Text,
        priority -> Text,
        status -> Text,
        resolution -> Nullable<Text>,
        rep_id -> Nullable<SqlId>,
        last_rep_id -> Nullable<SqlId>,
        epoch -> BigInt,
        place -> BigInt,
        held -> Bool,
        created_at -> BigInt,
        updated_at -> BigInt,
        assigned_at -> Nullable<BigInt>,
        first_reply_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        changed_by -> Nullable<SqlId>,
        preferred_rep_id -> Nullable<SqlId>,
        preferred_until -> Nullable<BigInt>,
        hops -> Integer,
        due_at -> Nullable<BigInt>,
        ending -> Nullable<Text>,
        queued_at -> BigInt,
        forgotten_at -> Nullable<BigInt>,
        #[sql_name = "left_outside_hours"]
        left_message -> Bool,
        rating -> Nullable<Integer>,
        rating_text -> Nullable<Text>,
        rated_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    heads (conversation_id) {
        conversation_id -> SqlId,
        last_seq -> BigInt,
        messages -> BigInt,
        others -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    events (conversation_id, seq) {
        conversation_id -> SqlId,
        seq -> BigInt,
        kind -> Text,
        sender_id -> Nullable<SqlId>,
        client_id -> Nullable<SqlId>,
        body -> Nullable<Text>,
        data -> Nullable<Json>,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    nodes (id) {
        id -> SqlId,
        name -> Text,
        started_at -> BigInt,
        expires_at -> BigInt,
        secret_mark -> Nullable<Text>,
        line_mark -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    rep_sessions (id) {
        id -> SqlId,
        rep_id -> SqlId,
        node_id -> SqlId,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    cooldowns (conversation_id, rep_id) {
        conversation_id -> SqlId,
        rep_id -> SqlId,
        ends_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    customer_sessions (id) {
        id -> SqlId,
        customer_id -> SqlId,
        node_id -> SqlId,
        left_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    minutes (queue_id, minute) {
        queue_id -> SqlId,
        minute -> BigInt,
        waiting -> Nullable<Integer>,
        load -> Nullable<Integer>,
        capacity -> Nullable<Integer>,
        opened -> Integer,
        assigned -> Integer,
        in_target -> Integer,
        wait_p50_ms -> Nullable<BigInt>,
        wait_p90_ms -> Nullable<BigInt>,
        resolved -> Integer,
        unresolved -> Integer,
        abandoned -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    rep_hours (hour, rep_id) {
        hour -> BigInt,
        rep_id -> SqlId,
        minutes -> Integer,
        load -> Integer,
        capacity -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    attachments (id) {
        id -> SqlId,
        uploader_id -> SqlId,
        conversation_id -> Nullable<SqlId>,
        seq -> Nullable<BigInt>,
        name -> Text,
        media_type -> Text,
        bytes -> BigInt,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        created_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    marks (conversation_id, user_id) {
        conversation_id -> SqlId,
        user_id -> SqlId,
        staff -> Bool,
        read_seq -> BigInt,
        told_seq -> BigInt,
        delivered_seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    joined (conversation_id, user_id) {
        conversation_id -> SqlId,
        user_id -> SqlId,
        joined_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::words::SqlId;
    activity (conversation_id) {
        conversation_id -> SqlId,
        said_at -> BigInt,
    }
}

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
    canned_replies (id) {
        id -> SqlId,
        owner_id -> Nullable<SqlId>,
        queue_id -> Nullable<SqlId>,
        name -> Text,
        name_key -> Text,
        text -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::joinable!(activity -> conversations (conversation_id));
diesel::joinable!(reps -> users (user_id));
diesel::joinable!(rep_queues -> reps (rep_id));
diesel::joinable!(conversations -> queues (queue_id));
diesel::joinable!(queues -> schedules (schedule_id));
diesel::joinable!(canned_replies -> queues (queue_id));
diesel::joinable!(heads -> conversations (conversation_id));
diesel::joinable!(events -> conversations (conversation_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(api_keys -> users (id));
diesel::joinable!(identities -> users (user_id));
diesel::joinable!(arrivals -> widgets (widget_id));
diesel::joinable!(rep_sessions -> nodes (node_id));
diesel::allow_tables_to_appear_in_same_query!(
    users,
    queues,
    canned_replies,
    schedules,
    reps,
    rep_queues,
    conversations,
    heads,
    events,
    sessions,
    socket_tickets,
    nodes,
    rep_sessions,
    cooldowns,
    customer_sessions,
    minutes,
    attachments,
    marks,
    joined,
    activity,
    audit,
    api_keys,
    erasures,
    identities,
    widgets,
    arrivals,
    visitors,
);
