//! The invariants as questions to the database: each answers with what breaks it.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::conn::{Conn, Dialect, queries};
use crate::error::Result;

/// One invariant.
struct Check {
    /// Stable name, for alerts.
    name: &'static str,
    /// What is true when all is well.
    says: &'static str,
    /// Selects one row, `broken`: how many rows break it.
    sql: &'static str,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    pub name: &'static str,
    pub says: &'static str,
    /// Rows that break it: 0 when all is well.
    pub broken: i64,
}

/// Every check, cheap ones first.
const CHECKS: &[Check] = &[
    Check {
        name: "slot_has_rep",
        says: "an offered, active or wrap-up conversation has a rep, any other has none",
        sql: "SELECT count(*) AS broken FROM conversations
              WHERE (status IN ('offered', 'active', 'wrapup')) <> (rep_id IS NOT NULL)",
    },
    Check {
        name: "active_counts_slots",
        says: "reps.active is the number of conversations that hold a slot of the rep",
        sql: "SELECT count(*) AS broken FROM reps r WHERE r.active <> (
                  SELECT count(*) FROM conversations c WHERE c.rep_id = r.user_id
                  AND c.status IN ('offered', 'active', 'wrapup'))",
    },
    Check {
        name: "rep_is_a_rep",
        says: "every rep's row belongs to a person who is a rep or an admin",
        sql: "SELECT count(*) AS broken FROM reps r JOIN users u ON u.id = r.user_id
              WHERE u.role = 'customer'",
    },
    Check {
        name: "customer_exists",
        says: "every conversation has a customer",
        sql: "SELECT count(*) AS broken FROM conversations c
              WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.customer_id)",
    },
    Check {
        name: "head_exists",
        says: "every conversation has a head, and every head a conversation",
        sql: "SELECT (SELECT count(*) FROM conversations c
                      WHERE NOT EXISTS (SELECT 1 FROM heads h WHERE h.conversation_id = c.id))
                   + (SELECT count(*) FROM heads h
                      WHERE NOT EXISTS (SELECT 1 FROM conversations c
                                        WHERE c.id = h.conversation_id))
                   AS broken",
    },
    Check {
        name: "seq_is_dense",
        says: "the events of a conversation are numbered 1 to last_seq without holes",
        sql: "SELECT count(*) AS broken FROM heads h WHERE
                  h.last_seq <> (SELECT count(*) FROM events e
                                 WHERE e.conversation_id = h.conversation_id)
               OR h.last_seq <> (SELECT coalesce(max(e.seq), 0) FROM events e
                                 WHERE e.conversation_id = h.conversation_id)",
    },
    Check {
        name: "log_begins_with_opened",
        says: "the first event of every conversation is `opened`, and it is the only one",
        sql: "SELECT count(*) AS broken FROM conversations c WHERE 1 <> (
                  SELECT count(*) FROM events e
                  WHERE e.conversation_id = c.id AND e.kind = 'opened')
               OR NOT EXISTS (SELECT 1 FROM events e
                  WHERE e.conversation_id = c.id AND e.seq = 1 AND e.kind = 'opened')",
    },
    Check {
        name: "epoch_counts_assignments",
        says: "epoch is the number of `assigned` events of the conversation",
        sql: "SELECT count(*) AS broken FROM conversations c WHERE c.epoch <> (
                  SELECT count(*) FROM events e
                  WHERE e.conversation_id = c.id AND e.kind = 'assigned')",
    },
    Check {
        name: "closed_is_logged",
        says: "a conversation is closed if and only if its log says so",
        sql: "SELECT count(*) AS broken FROM conversations c WHERE (c.status = 'closed') <> (
                  (SELECT count(*) FROM events e
                   WHERE e.conversation_id = c.id AND e.kind = 'closed')
                > (SELECT count(*) FROM events e
                   WHERE e.conversation_id = c.id AND e.kind = 'reopened'))",
    },
    Check {
        name: "nobody_writes_after_close",
        says: "no message stands behind the end of a closed conversation",
        sql: "SELECT count(*) AS broken FROM conversations c WHERE c.status = 'closed'
              AND EXISTS (SELECT 1 FROM events e WHERE e.conversation_id = c.id
                  AND e.kind = 'message' AND e.seq > (SELECT max(x.seq) FROM events x
                      WHERE x.conversation_id = c.id AND x.kind = 'closed'))",
    },
    Check {
        name: "every_state_ends",
        says: "what is offered, active, parked or in wrap-up has a moment at which time ends it",
        sql: "SELECT count(*) AS broken FROM conversations
              WHERE status IN ('offered', 'active', 'parked', 'wrapup') AND due_at IS NULL",
    },
    Check {
        name: "sender_took_part",
        says: "every message is the customer's, an admin's, or of a rep who had or joined it",
        sql: "SELECT count(*) AS broken FROM events e
              JOIN conversations c ON c.id = e.conversation_id
              JOIN users u ON u.id = e.sender_id
              WHERE e.kind = 'message' AND e.sender_id <> c.customer_id AND u.role = 'rep'
              AND NOT EXISTS (SELECT 1 FROM events a WHERE a.conversation_id = c.id
                  AND a.kind = 'assigned' AND a.seq < e.seq
                  AND replace(CAST(a.data AS TEXT), '-', '') LIKE '%' || SENDER || '%')
              AND NOT EXISTS (SELECT 1 FROM events j WHERE j.conversation_id = c.id
                  AND j.kind = 'joined' AND j.seq < e.seq AND j.sender_id = e.sender_id)",
    },
    Check {
        name: "deleted_is_gone",
        says: "a conversation has as many messages without a text as were deleted from it",
        sql: "SELECT count(*) AS broken FROM (SELECT conversation_id FROM events
              WHERE kind = 'deleted' OR kind = 'message' AND body = ''
                AND CAST(data AS TEXT) LIKE '{\"deleted\"%'
              GROUP BY conversation_id
              HAVING sum(CASE kind WHEN 'deleted' THEN 1 ELSE -1 END) <> 0) uneven",
    },
    Check {
        name: "notes_are_of_staff",
        says: "no note was written by a customer",
        sql: "SELECT count(*) AS broken FROM events e JOIN users u ON u.id = e.sender_id
              WHERE e.kind = 'note' AND u.role = 'customer'",
    },
    Check {
        name: "joined_is_logged",
        says: "whoever has joined a conversation is the one whose log says so and not that he left",
        sql: "SELECT count(*) AS broken FROM (
                  SELECT e.conversation_id, e.sender_id,
                      sum(CASE e.kind WHEN 'joined' THEN 1 ELSE -1 END) AS told,
                      max((SELECT count(*) FROM joined j WHERE j.user_id = e.sender_id
                           AND j.conversation_id = e.conversation_id)) AS stored
                  FROM events e WHERE e.kind IN ('joined', 'left')
                  GROUP BY e.conversation_id, e.sender_id) found WHERE told <> stored",
    },
    Check {
        name: "marks_are_within",
        says: "nobody has read or got more than there is",
        sql: "SELECT count(*) AS broken FROM marks m JOIN heads h
              ON h.conversation_id = m.conversation_id
              WHERE m.read_seq > h.last_seq OR m.delivered_seq > h.last_seq",
    },
    Check {
        name: "attachment_has_its_message",
        says: "what was sent belongs to a message of who uploaded it",
        sql: "SELECT count(*) AS broken FROM attachments a WHERE a.conversation_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM events e
                  WHERE e.conversation_id = a.conversation_id AND e.seq = a.seq
                  AND e.kind IN ('message', 'note') AND e.sender_id = a.uploader_id
                  AND CAST(e.data AS TEXT) LIKE '%\"attachments\"%')",
    },
    Check {
        name: "message_has_its_attachments",
        says: "what a message says it carries was sent with it",
        sql: "SELECT count(*) AS broken FROM events e WHERE e.kind IN ('message', 'note')
              AND e.data IS NOT NULL AND CAST(e.data AS TEXT) LIKE '%\"attachments\"%'
              AND NOT EXISTS (SELECT 1 FROM attachments a
                  WHERE a.conversation_id = e.conversation_id AND a.seq = e.seq)",
    },
];

#[derive(QueryableByName)]
struct Broken {
    #[diesel(sql_type = BigInt)]
    broken: i64,
}

/// `e.sender_id` as plain hexadecimal text.
fn hex_of_sender<C: Dialect>(_: &C) -> &'static str {
    C::HEX_OF_SENDER
}

queries! {
    fn count(conn, sql: &'static str) -> QueryResult<i64> {
        let sql = sql.replace("SENDER", hex_of_sender(conn));
        Ok(diesel::sql_query(sql).get_result::<Broken>(conn)?.broken)
    }
}

/// Asks each of them.
pub fn ask(conn: &mut Conn) -> Result<Vec<Finding>> {
    let mut findings = Vec::with_capacity(CHECKS.len());
    for check in CHECKS {
        let broken = count(conn, check.sql)?;
        findings.push(Finding {
            name: check.name,
            says: check.says,
            broken,
        });
    }
    Ok(findings)
}
