//! The invariants as questions to the database: each answers with what breaks it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::conn::{Conn, Dialect, queries};
use super::finding::Finding;
use crate::error::{Error, Result};
use crate::words::{ConversationId, Moment, SqlId, now};

/// One invariant.
struct Check {
    /// Stable name, for alerts.
    name: &'static str,
    /// What is true when all is well.
    says: &'static str,
    /// Selects a row for each that breaks it, with its `what`: the id of a conversation, or of a
    /// person.
    sql: &'static str,
    of: Of,
}

/// Whose ids a check answers with.
#[derive(Clone, Copy)]
enum Of {
    Conversation,
    Person,
}

/// Every check, cheap ones first.
const CHECKS: &[Check] = &[
    Check {
        name: "slot_has_rep",
        says: "an offered, active or wrap-up conversation has a rep, any other has none",
        sql: "SELECT id AS what FROM conversations
              WHERE (status IN ('offered', 'active', 'wrapup')) <> (rep_id IS NOT NULL)",
        of: Of::Conversation,
    },
    Check {
        name: "active_counts_slots",
        says: "reps.active is the number of conversations that hold a slot of the rep",
        sql: "SELECT r.user_id AS what FROM reps r WHERE r.active <> (
                  SELECT count(*) FROM conversations c WHERE c.rep_id = r.user_id
                  AND c.status IN ('offered', 'active', 'wrapup'))",
        of: Of::Person,
    },
    Check {
        name: "rep_is_a_rep",
        says: "nobody but a rep is available or serves a queue",
        sql: "SELECT r.user_id AS what FROM reps r JOIN users u ON u.id = r.user_id
              WHERE u.role <> 'rep' AND (r.availability <> 'offline'
                  OR EXISTS (SELECT 1 FROM rep_queues q WHERE q.rep_id = r.user_id))",
        of: Of::Person,
    },
    Check {
        name: "customer_exists",
        says: "every conversation has a customer",
        sql: "SELECT c.id AS what FROM conversations c
              WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = c.customer_id)",
        of: Of::Conversation,
    },
    Check {
        name: "head_exists",
        says: "every conversation has a head, and every head a conversation",
        sql: "SELECT c.id AS what FROM conversations c
              WHERE NOT EXISTS (SELECT 1 FROM heads h WHERE h.conversation_id = c.id)
              UNION ALL SELECT h.conversation_id FROM heads h
              WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = h.conversation_id)",
        of: Of::Conversation,
    },
    Check {
        name: "seq_is_dense",
        says: "the events of a conversation are numbered 1 to last_seq without holes",
        sql: "SELECT h.conversation_id AS what FROM heads h WHERE
                  h.last_seq <> (SELECT count(*) FROM events e
                                 WHERE e.conversation_id = h.conversation_id)
               OR h.last_seq <> (SELECT coalesce(max(e.seq), 0) FROM events e
                                 WHERE e.conversation_id = h.conversation_id)",
        of: Of::Conversation,
    },
    Check {
        name: "messages_are_counted",
        says: "beside its head a conversation has as many messages as in its log, once counted",
        sql:
            "SELECT h.conversation_id AS what FROM heads h WHERE h.messages + h.others > h.last_seq
              OR h.messages + h.others = h.last_seq AND h.messages <> (
                  SELECT count(*) FROM events e
                  WHERE e.conversation_id = h.conversation_id AND e.kind = 'message')",
        of: Of::Conversation,
    },
    Check {
        name: "log_begins_with_opened",
        says: "the first event of every conversation is `opened`, and it is the only one",
        sql: "SELECT c.id AS what FROM conversations c WHERE 1 <> (
                  SELECT count(*) FROM events e
                  WHERE e.conversation_id = c.id AND e.kind = 'opened')
               OR NOT EXISTS (SELECT 1 FROM events e
                  WHERE e.conversation_id = c.id AND e.seq = 1 AND e.kind = 'opened')",
        of: Of::Conversation,
    },
    Check {
        name: "epoch_counts_assignments",
        says: "epoch is the number of `assigned` events of the conversation",
        sql: "SELECT c.id AS what FROM conversations c WHERE c.epoch <> (
                  SELECT count(*) FROM events e
                  WHERE e.conversation_id = c.id AND e.kind = 'assigned')",
        of: Of::Conversation,
    },
    Check {
        name: "closed_has_its_end",
        says: "a closed conversation has a resolution and a moment, and no other has",
        sql: "SELECT id AS what FROM conversations
              WHERE (status = 'closed') <> (resolution IS NOT NULL)
              OR (status = 'closed') <> (closed_at IS NOT NULL)",
        of: Of::Conversation,
    },
    Check {
        name: "closed_is_logged",
        says: "a conversation is closed if and only if its log says so",
        sql: "SELECT c.id AS what FROM conversations c WHERE (c.status = 'closed') <> (
                  (SELECT count(*) FROM events e
                   WHERE e.conversation_id = c.id AND e.kind = 'closed')
                > (SELECT count(*) FROM events e
                   WHERE e.conversation_id = c.id AND e.kind = 'reopened'))",
        of: Of::Conversation,
    },
    Check {
        name: "nobody_writes_after_close",
        says: "no message stands behind the end of a closed conversation",
        sql: "SELECT c.id AS what FROM conversations c WHERE c.status = 'closed'
              AND EXISTS (SELECT 1 FROM events e WHERE e.conversation_id = c.id
                  AND e.kind = 'message' AND e.seq > (SELECT max(x.seq) FROM events x
                      WHERE x.conversation_id = c.id AND x.kind = 'closed'))",
        of: Of::Conversation,
    },
    Check {
        name: "every_state_ends",
        says: "what is offered, active, parked or in wrap-up has a moment at which time ends it",
        sql: "SELECT id AS what FROM conversations
              WHERE status IN ('offered', 'active', 'parked', 'wrapup') AND due_at IS NULL",
        of: Of::Conversation,
    },
    Check {
        name: "sender_took_part",
        says: "every message is the customer's, an admin's, or of a rep who had or joined it",
        sql: "SELECT c.id AS what FROM events e
              JOIN conversations c ON c.id = e.conversation_id
              JOIN users u ON u.id = e.sender_id
              WHERE e.kind = 'message' AND e.sender_id <> c.customer_id AND u.role = 'rep'
              AND NOT EXISTS (SELECT 1 FROM audit WHERE object_id = u.id AND act = 'role_changed')
              AND NOT EXISTS (SELECT 1 FROM events a WHERE a.conversation_id = c.id
                  AND a.kind = 'assigned' AND a.seq < e.seq
                  AND replace(CAST(a.data AS TEXT), '-', '') LIKE '%' || SENDER || '%')
              AND NOT EXISTS (SELECT 1 FROM events j WHERE j.conversation_id = c.id
                  AND j.kind = 'joined' AND j.seq < e.seq AND j.sender_id = e.sender_id)",
        of: Of::Conversation,
    },
    Check {
        name: "deleted_is_gone",
        says: "a conversation has as many messages without a text as were deleted from it",
        sql: "SELECT conversation_id AS what FROM events
              WHERE (kind = 'deleted' OR kind = 'message' AND body = ''
                AND CAST(data AS TEXT) LIKE '{\"deleted\"%')
                AND CAST(data AS TEXT) NOT LIKE '%\"erased\":true%'
              GROUP BY conversation_id
              HAVING sum(CASE kind WHEN 'deleted' THEN 1 ELSE -1 END) <> 0",
        of: Of::Conversation,
    },
    Check {
        name: "erased_is_nameless",
        says: "who is erased has no name, no password and no login",
        sql: "SELECT u.id AS what FROM users u WHERE u.erased_at IS NOT NULL AND (
                  coalesce(u.username, u.email, u.phone, u.password_hash) IS NOT NULL
                  OR u.display_name <> 'erased' OR u.disabled_at IS NULL
                  OR EXISTS (SELECT 1 FROM sessions s
                      WHERE s.user_id = u.id AND s.revoked_at IS NULL))",
        of: Of::Person,
    },
    Check {
        name: "erased_is_wordless",
        says: "of a customer who is erased no conversation has a word or his name",
        sql: "SELECT c.id AS what FROM erasures x JOIN conversations c ON c.customer_id = x.user_id
              WHERE x.step NOT IN ('hands', 'words') AND (c.status <> 'closed' OR c.subject <> ''
                  OR coalesce(CAST(c.rating AS TEXT), c.rating_text) IS NOT NULL
                  OR EXISTS (SELECT 1 FROM events e WHERE e.conversation_id = c.id AND (e.body <> ''
                      OR e.kind = 'renamed' AND CAST(e.data AS TEXT) NOT LIKE '%\"erased\"%')))",
        of: Of::Conversation,
    },
    Check {
        name: "notes_are_of_staff",
        says: "no note was written by a conversation's own customer",
        sql: "SELECT c.id AS what FROM events e JOIN conversations c ON c.id = e.conversation_id
              WHERE e.kind = 'note' AND e.sender_id = c.customer_id",
        of: Of::Conversation,
    },
    Check {
        name: "joined_is_logged",
        says: "whoever has joined a conversation is the one whose log says so and not that he left",
        sql: "SELECT conversation_id AS what FROM (
                  SELECT e.conversation_id, e.sender_id,
                      sum(CASE e.kind WHEN 'joined' THEN 1 ELSE -1 END) AS told,
                      max((SELECT count(*) FROM joined j WHERE j.user_id = e.sender_id
                           AND j.conversation_id = e.conversation_id)) AS stored
                  FROM events e WHERE e.kind IN ('joined', 'left')
                  GROUP BY e.conversation_id, e.sender_id) found WHERE told <> stored",
        of: Of::Conversation,
    },
    Check {
        name: "marks_are_within",
        says: "nobody has read or got more than there is",
        sql: "SELECT m.conversation_id AS what FROM marks m JOIN heads h
              ON h.conversation_id = m.conversation_id
              WHERE m.read_seq > h.last_seq OR m.delivered_seq > h.last_seq",
        of: Of::Conversation,
    },
    Check {
        name: "attachment_has_its_message",
        says: "what was sent belongs to a message of who uploaded it",
        sql:
            "SELECT a.conversation_id AS what FROM attachments a WHERE a.conversation_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM events e
                  WHERE e.conversation_id = a.conversation_id AND e.seq = a.seq
                  AND e.kind IN ('message', 'note') AND e.sender_id = a.uploader_id
                  AND CAST(e.data AS TEXT) LIKE '%\"attachments\"%')",
        of: Of::Conversation,
    },
    Check {
        name: "message_has_its_attachments",
        says: "what a message says it carries was sent with it",
        sql: "SELECT e.conversation_id AS what FROM events e WHERE e.kind IN ('message', 'note')
              AND e.data IS NOT NULL AND CAST(e.data AS TEXT) LIKE '%\"attachments\"%'
              AND NOT EXISTS (SELECT 1 FROM attachments a
                  WHERE a.conversation_id = e.conversation_id AND a.seq = e.seq)",
        of: Of::Conversation,
    },
    Check {
        name: "deleted_is_not_found",
        says: "nothing is in the index of the search that is not there, or has no text any more",
        // One after the other: what is pending is gone through from end to end.
        sql: "SELECT t.conversation_id AS what FROM search_texts t
              WHERE CASE
                  WHEN t.seq = 0 AND EXISTS (SELECT 1 FROM conversations c
                      WHERE c.id = t.conversation_id AND c.subject <> '') THEN FALSE
                  WHEN t.seq > 0 AND EXISTS (SELECT 1 FROM events e
                      WHERE e.conversation_id = t.conversation_id AND e.seq = t.seq
                      AND e.kind IN ('message', 'note') AND e.body <> '') THEN FALSE
                  ELSE NOT EXISTS (SELECT 1 FROM search_pending p
                      WHERE p.conversation_id = t.conversation_id AND p.seq = t.seq)
              END",
        of: Of::Conversation,
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

/// Somebody or something, and how people call it.
#[derive(QueryableByName)]
struct Named {
    /// Any id: in the database all are of one kind.
    #[diesel(sql_type = SqlId)]
    what: ConversationId,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
}

queries! {
    fn count(conn, sql: &str) -> QueryResult<i64> {
        let sql = format!("SELECT count(*) AS broken FROM ({sql}) found")
            .replace("SENDER", hex_of_sender(conn));
        Ok(diesel::sql_query(sql).get_result::<Broken>(conn)?.broken)
    }

    fn first(conn, sql: &str, name: &str) -> QueryResult<Vec<Named>> {
        let sql = format!(
            "SELECT found.what AS what, {name} AS name
             FROM (SELECT DISTINCT listed.what AS what FROM ({sql}) listed) found
             LEFT JOIN conversations named ON named.id = found.what
             LEFT JOIN users person ON person.id = found.what
             ORDER BY found.what LIMIT {FIRST}"
        );
        diesel::sql_query(sql.replace("SENDER", hex_of_sender(conn))).load(conn)
    }
}

/// How many of those that break something are named.
pub(super) const FIRST: usize = 5;

impl Of {
    /// What people call it by, as an expression of SQL.
    fn name(self) -> &'static str {
        match self {
            Of::Conversation => "CAST(named.number AS TEXT)",
            Of::Person => "person.username",
        }
    }

    fn tell(self, one: Named) -> String {
        let Named { what, name } = one;
        match (self, name) {
            (Of::Conversation, Some(number)) => format!("conversation {number} ({what})"),
            (Of::Conversation, None) => format!("conversation {what}, which does not exist"),
            (Of::Person, Some(name)) => format!("{name} ({what})"),
            (Of::Person, None) => format!("the person {what}"),
        }
    }
}

/// Leaves out what is deleted and lies there still, in part.
fn without_leaving(sql: &str) -> String {
    format!(
        "SELECT staying.what AS what FROM ({sql}) staying WHERE NOT EXISTS (
             SELECT 1 FROM conversations gone
             WHERE gone.id = staying.what AND gone.forgotten_at IS NOT NULL)"
    )
}

/// Asks each of them. `some_leave`: there are conversations of which nothing is true any more.
pub fn ask(conn: &mut Conn, some_leave: bool) -> Vec<Finding> {
    let one = |check: &Check| check.ask(conn, some_leave);
    CHECKS.iter().map(one).collect()
}

/// Those that look at no log, so that they are answered soon.
const QUICK: &[&str] = &[
    "slot_has_rep",
    "active_counts_slots",
    "rep_is_a_rep",
    "customer_exists",
    "head_exists",
    "closed_has_its_end",
    "every_state_ends",
    "erased_is_nameless",
];

/// Asks these. What is not begun until then is not asked any more, and says so.
pub fn ask_quick(conn: &mut Conn, some_leave: bool, until: Moment) -> Vec<Finding> {
    let one = |check: &Check| match now() < until {
        true => check.ask(conn, some_leave),
        false => {
            let late = Error::unavailable(anyhow::anyhow!("there was no time left for it"));
            Finding::unasked(check.name, check.says, &late)
        }
    };
    let quick = CHECKS.iter().filter(|check| QUICK.contains(&check.name));
    quick.map(one).collect()
}

impl Check {
    fn ask(&self, conn: &mut Conn, some_leave: bool) -> Finding {
        asked(conn, self.name, self.says, |conn| {
            let sql = match some_leave {
                true => &without_leaving(self.sql),
                false => self.sql,
            };
            let broken = count(conn, sql)?;
            if broken == 0 {
                return Ok((0, Vec::new()));
            }
            // If they have no names because more is broken, they are still counted.
            let first = conn.savepoint(|conn| Ok(first(conn, sql, self.of.name())?));
            let first = first.unwrap_or_default().into_iter();
            Ok((broken, first.map(|one| self.of.tell(one)).collect()))
        })
    }
}

/// Asks one thing: how many break it, and which. What cannot be asked says so, and the next can.
pub(super) fn asked(
    conn: &mut Conn,
    name: &'static str,
    says: &'static str,
    ask: impl FnOnce(&mut Conn) -> Result<(i64, Vec<String>)>,
) -> Finding {
    match conn.savepoint(ask) {
        Ok((broken, told)) => Finding::of(name, says, broken, told),
        Err(error) => Finding::unasked(name, says, &error),
    }
}
