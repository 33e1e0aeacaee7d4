//! The search in what was said: its index, and what somebody finds in it.
//!
//! Who writes a message only leaves a row in `search_pending`, by a trigger and in the same
//! transaction, so nothing is ever missed. [`index`] takes such rows and writes the index in one
//! transaction: after a crash they are there still. Text that is changed or deleted leaves the
//! index by a trigger, with its own transaction. Words are folded here ([`super::terms`]), so both
//! databases find the same; each has its own index: FTS5, or `tsvector` with GIN.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::conn::INDEXING;
use super::prepared::prepared;
use super::terms::Term;
use super::{Conn, search_lite, search_postgres};
use crate::access::Actor;
use crate::error::Result;
use crate::words::{ConversationId, Moment, Role, Sees, SqlId, UserId};

/// How many of the newest texts that match are weighed against each other, and so found at all.
pub const HITS_MAX: i64 = 1_000;
/// Texts that are indexed in one transaction, and their bytes, unless one alone has more: few,
/// because others wait for it in SQLite.
pub const BATCH: usize = 200;
pub const BATCH_BYTES: i64 = 65_536;

/// A text that was found.
#[derive(Debug, Clone, QueryableByName)]
pub struct Hit {
    #[diesel(sql_type = SqlId)]
    pub conversation_id: ConversationId,
    /// 0: its subject.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = BigInt)]
    pub said_at: Moment,
    /// Whether it is a note of staff.
    #[diesel(sql_type = Bool)]
    pub for_staff: bool,
    #[diesel(sql_type = Nullable<SqlId>)]
    pub sender_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub text: Option<String>,
}

/// A text on its way into the index; without one, out of it.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Pending {
    #[diesel(sql_type = SqlId)]
    pub conversation_id: ConversationId,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub text: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub said_at: Option<Moment>,
    #[diesel(sql_type = Bool)]
    pub for_staff: bool,
    /// Where it stands in SQLite's queue. In PostgreSQL's there are no places: how many were looked
    /// at, of which a batch was made.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// What is pending, with what stands there now. `$at` is as [`Pending`] has it.
macro_rules! taken {
    ($from:literal, $at:literal) => {
        concat!(
            "SELECT p.conversation_id, p.seq,
                CASE WHEN p.seq = 0 THEN c.subject ELSE e.body END AS text,
                CASE WHEN p.seq = 0 THEN c.created_at ELSE e.created_at END AS said_at,
                coalesce(e.kind = 'note', FALSE) AS for_staff, ",
            $at,
            " AS at FROM ",
            $from,
            " p LEFT JOIN events e ON e.conversation_id = p.conversation_id AND e.seq = p.seq
              LEFT JOIN conversations c ON p.seq = 0 AND c.id = p.conversation_id"
        )
    };
}
pub(super) use taken;

/// The newest that match and may be read, then the best of them first.
macro_rules! found {
    ($from:literal, $rank:literal, $newest:literal, $may:expr) => {
        concat!(
            "SELECT f.conversation_id, f.seq, f.said_at, f.for_staff, e.sender_id,
                CASE WHEN f.seq = 0 THEN f.subject ELSE e.body END AS text
             FROM (SELECT t.conversation_id, t.seq, t.said_at, t.for_staff, c.subject, ",
            $rank,
            " AS weight FROM ",
            $from,
            " AND c.forgotten_at IS NULL AND ",
            $may,
            " ORDER BY ",
            $newest,
            " LIMIT 1000) f
             LEFT JOIN events e ON e.conversation_id = f.conversation_id AND e.seq = f.seq
             ORDER BY f.weight, f.said_at DESC, f.conversation_id DESC, f.seq DESC
             LIMIT $3 OFFSET $4"
        )
    };
}

/// SQLite looks at one match after the other, and nothing else would end that: a number that is
/// too large fails. Each 64th looks at the clock, which takes longer than all else. What others
/// have said is left out by its number alone for who may read but his own, before its text and its
/// conversation are looked up.
macro_rules! found_lite {
    ($may:expr) => {
        found!(
            "search_words
                CROSS JOIN search_texts t ON t.id = search_words.rowid
                CROSS JOIN conversations c ON c.id = t.conversation_id
             WHERE search_words MATCH $1
                AND CASE WHEN search_words.rowid % 64 OR in_time(UNTIL) THEN TRUE
                    ELSE abs(-9223372036854775808) END",
            "bm25(search_words)",
            "search_words.rowid DESC",
            $may
        )
    };
    (own: $may:literal) => {
        found_lite!(concat!(
            "+search_words.rowid IN (SELECT o.id FROM conversations h
                CROSS JOIN search_texts o ON o.conversation_id = h.id
                WHERE h.customer_id = $2) AND ",
            $may
        ))
    };
}

macro_rules! found_pg {
    ($may:expr) => {
        found!(
            "search_texts t JOIN conversations c ON c.id = t.conversation_id
             WHERE t.words @@ CAST($1 AS tsquery)",
            "-ts_rank(t.words, CAST($1 AS tsquery), 1)",
            "t.said_at DESC, t.conversation_id DESC, t.seq DESC",
            $may
        )
    };
    (own: $may:literal) => {
        found_pg!($may)
    };
}

/// What a rep reads because it is his, or of a queue of his.
macro_rules! his {
    ($found:ident, $more:literal) => {
        $found!(concat!(
            "(c.last_rep_id = $2 OR c.rep_id = $2
              OR c.status = 'waiting' AND c.preferred_rep_id = $2
              OR c.id IN (SELECT conversation_id FROM joined WHERE user_id = $2)
              OR c.queue_id IN (SELECT queue_id FROM rep_queues WHERE rep_id = $2) AND (",
            $more,
            "))"
        ))
    };
}

/// The same rules as `access::Tie::is_read_by`; a customer reads no notes.
macro_rules! by_role {
    ($found:ident, $actor:expr) => {
        match ($actor.role, $actor.rights.sees) {
            (Role::Admin, _) | (Role::Rep, Sees::All) => $found!("$2 IS NOT NULL"),
            (Role::Customer, _) => $found!(own: "c.customer_id = $2 AND NOT t.for_staff"),
            (Role::Rep, Sees::Own) => his!($found, "FALSE"),
            (Role::Rep, Sees::Queues) => his!($found, "TRUE"),
            (Role::Rep, Sees::Waiting) => his!(
                $found,
                "c.status = 'waiting' OR c.status = 'parked' AND c.last_rep_id IS NULL"
            ),
        }
    };
}

/// Makes the index if this database has none yet, and lets all that was said before wait for it.
pub fn prepare(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Lite(lite) => {
            let there = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'search_words')
                AS found";
            if sql_query(there).get_result::<Found>(lite)?.found {
                return Ok(());
            }
            run_whole(conn, "BEGIN IMMEDIATE", include_str!("search_lite.sql"))
        }
        Conn::Pg(pg) => {
            let there = "SELECT to_regclass('search_texts_by_word') IS NOT NULL AS found";
            if sql_query(there).get_result::<Found>(&mut **pg)?.found {
                return Ok(());
            }
            run_whole(conn, "BEGIN", include_str!("search_postgres.sql"))?;
            // Without the lock of the triggers: nodes of the release before write on meanwhile.
            let fill = "INSERT INTO search_pending SELECT id, 0 FROM conversations;
                INSERT INTO search_pending SELECT conversation_id, seq FROM events
                    WHERE kind IN ('message', 'note');
                CREATE INDEX search_texts_by_word ON search_texts USING gin (words)";
            run_whole(conn, "BEGIN", fill)
        }
    }
}

fn run_whole(conn: &mut Conn, begin: &str, script: &str) -> QueryResult<()> {
    conn.execute(begin)?;
    let done = conn.execute(script).and_then(|()| conn.execute("COMMIT"));
    if done.is_err() {
        // The first error says more.
        let _ = conn.execute("ROLLBACK");
    }
    done
}

/// Whether anything waits to be indexed.
pub fn is_behind(conn: &mut Conn) -> QueryResult<bool> {
    let ask = sql_query("SELECT EXISTS (SELECT 1 FROM search_pending) AS found");
    let found: Found = match conn {
        Conn::Lite(conn) => ask.get_result(conn)?,
        Conn::Pg(conn) => ask.get_result(&mut **conn)?,
    };
    Ok(found.found)
}

/// What one step of indexing has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Indexed {
    pub texts: usize,
    /// It did as much as one step may: more waits, probably.
    pub full: bool,
}

/// Indexes some of what is pending, in a transaction; answers how much. No texts: another has it.
///
/// One at a time: of two who index what was said and then changed, the one who has read it before
/// the change could write it last, and nothing would be pending any more that takes it out again.
pub fn index(conn: &mut Conn) -> Result<Indexed> {
    if !conn.alone_at(INDEXING)? {
        return Ok(Indexed::default());
    }
    let (pending, full) = match conn {
        Conn::Lite(conn) => search_lite::take(conn)?,
        Conn::Pg(conn) => search_postgres::take(conn)?,
    };
    let done = Indexed {
        texts: pending.len(),
        full,
    };
    let last = pending.last().map(|one| one.at);
    // Each once, and in one order: nodes of a release before do not wait for each other.
    let texts: BTreeMap<_, _> = pending
        .into_iter()
        .map(|one| ((one.conversation_id, one.seq), one))
        .collect();
    let texts: Vec<Pending> = texts.into_values().collect();
    match conn {
        Conn::Lite(conn) => {
            search_lite::write(conn, &texts)?;
            let done = sql_query("DELETE FROM search_pending WHERE rowid <= $1");
            prepared(done.bind::<BigInt, _>(last.unwrap_or_default())).execute(conn)?;
        }
        Conn::Pg(conn) => search_postgres::write(conn, texts)?,
    }
    Ok(done)
}

/// When something was last said in each of these conversations that its customer may read.
pub(super) fn said(texts: &[Pending]) -> BTreeMap<ConversationId, Moment> {
    let mut said = BTreeMap::new();
    for one in texts.iter().filter(|one| !one.for_staff) {
        if let Some(at) = one.said_at {
            let last = said.entry(one.conversation_id).or_insert(at);
            *last = at.max(*last);
        }
    }
    said
}

/// The page of what is found that is wanted: at most `limit`, behind the first `skip`. Nobody waits
/// for it any more at the moment `until`: SQLite fails then, PostgreSQL has its own limit.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub skip: i64,
    pub limit: i64,
    pub until: Moment,
}

/// What this person may read of what holds all the terms: the best first, then the newest.
pub fn find(
    conn: &mut Conn,
    actor: &Actor,
    terms: &[Term],
    wanted: Wanted,
) -> QueryResult<Vec<Hit>> {
    let Wanted { skip, limit, until } = wanted;
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let (quote, longer, and) = match conn {
        Conn::Lite(_) => ("\"", " *", " AND "),
        Conn::Pg(_) => ("'", ":*", " & "),
    };
    let term = |one: &Term| {
        let longer = if one.begins { longer } else { "" };
        format!("{quote}{}{quote}{longer}", one.folded)
    };
    let matched = terms.iter().map(term).collect::<Vec<_>>().join(and);
    macro_rules! found_by {
        ($text:expr, $conn:expr) => {
            sql_query($text)
                .bind::<Text, _>(matched)
                .bind::<SqlId, _>(actor.id)
                .bind::<BigInt, _>(limit)
                .bind::<BigInt, _>(skip)
                .load($conn)
        };
    }
    match conn {
        Conn::Lite(conn) => {
            let text = by_role!(found_lite, actor).replace("UNTIL", &until.to_string());
            found_by!(text, conn)
        }
        Conn::Pg(conn) => found_by!(by_role!(found_pg, actor), &mut **conn),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Opener, migrate};
    use super::*;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    /// SQLite's file with two customers, of whom the second has said everything.
    fn filled(folder: &tempfile::TempDir) -> Conn {
        let url = format!("sqlite:{}", folder.path().join("a.db").display());
        let mut conn = Opener::make(&url).unwrap().open().unwrap();
        migrate::migrate(&mut conn).unwrap();
        conn.execute(
            "INSERT INTO users (id, number, role, display_name, created_at)
                 VALUES (zeroblob(16), 1, 'customer', '', 0),
                     (randomblob(16), 2, 'customer', '', 0);
             INSERT INTO queues (id, name, name_key, mode, waiting_max, created_at)
                 VALUES (randomblob(16), 'a', 'a', 'auto', 10, 0);
             INSERT INTO conversations (id, number, customer_id, open_client_id, queue_id, subject,
                     priority, status, place, created_at, updated_at)
                 SELECT randomblob(16), u.number, u.id, randomblob(16), q.id, 'zebra', 'normal',
                     'waiting', 1, 1, 1 FROM users u, queues q WHERE u.number = 2;",
        )
        .unwrap();
        conn.transaction(index).unwrap();
        conn
    }

    #[test]
    fn a_customer_looks_up_nothing_of_what_others_have_said() {
        let folder = tempfile::tempdir().unwrap();
        let Conn::Lite(mut conn) = filled(&folder) else {
            panic!("it is SQLite")
        };
        let nobody = Actor::new(UserId(uuid::Uuid::nil()), Role::Customer);
        let find = by_role!(found_lite, nobody).replace("UNTIL", "0");
        let plan = sql_query(format!("EXPLAIN QUERY PLAN {find}"))
            .bind::<Text, _>("zebra")
            .bind::<SqlId, _>(nobody.id)
            .bind::<BigInt, _>(1)
            .bind::<BigInt, _>(0);
        let plan: Vec<Step> = plan.load(&mut conn).unwrap();
        let at = |what: &str| plan.iter().position(|one| one.detail.starts_with(what));
        let (list, text) = (at("LIST SUBQUERY"), at("SEARCH t "));
        assert!(at("SCAN search_words") < list && list < text && list.is_some());
        let of_his = &plan[list.unwrap() + 1].detail;
        assert!(
            of_his.starts_with("SEARCH h") && of_his.contains("customer_id=?"),
            "{of_his}"
        );
    }
}
