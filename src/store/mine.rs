//! What a person has on his hands, and what is unread of it in all: one rule for `ready`, for what
//! sockets are told later, and for whoever asks over HTTP.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;

use super::conn::{Conn, queries};
use super::conversation_row::{Conversation, is_open};
use super::marks::{Mark, Marks};
use super::prepared::prepared;
use super::schema::conversations;
use super::views::ConversationView;
use super::{conversations as stored, joined, marks};
use crate::error::Result;
use crate::words::{ConversationId, Role, Status, UserId};

/// Conversations whose marks are asked for in one query.
const MARKS_OF: usize = 500;
/// How many of a person's own, and of those he has joined, are looked at.
const MINE_MAX: usize = 200;

/// What somebody has open, and which of these he has joined beside their rep.
pub struct Mine {
    /// His own, newest first, also what he is only offered; then what he has joined.
    pub rows: Vec<Conversation>,
    pub joined: HashSet<ConversationId>,
}

/// Where one of what somebody has on his hands stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    pub conversation: ConversationId,
    /// The last seq of its log.
    pub seq: i64,
    pub marks: Marks,
    /// Up to where he has read.
    pub read: i64,
}

/// Whether what is unread of a conversation is in somebody's total: it is open, and he is its
/// customer, serves it or has joined it.
pub fn counts(view: &ConversationView, person: UserId, joined: bool) -> bool {
    let rep = view.rep.as_ref().map(|rep| rep.id);
    on_hands(view.status, [Some(view.customer.id), rep], person, joined)
}

fn on_hands(status: Status, of: [Option<UserId>; 2], person: UserId, joined: bool) -> bool {
    status != Status::Closed && (joined || of.contains(&Some(person)))
}

queries! {
    // Every socket begins with one of these, so they are planned once: SQLite plans a statement
    // anew each time its LIMIT is bound. Nor is there an order, for which it would go through all
    // that a customer ever had. What he may have open and what a rep may hold has its limits.

    fn open_of_customer(conn, person: UserId) -> QueryResult<Vec<Conversation>> {
        let his = conversations::table.filter(conversations::customer_id.eq(person));
        prepared(his.filter(is_open()).select(Conversation::as_select())).load(conn)
    }

    /// What a rep serves or is offered.
    fn open_of_rep(conn, person: UserId) -> QueryResult<Vec<Conversation>> {
        let his = conversations::table.filter(conversations::rep_id.eq(person));
        prepared(his.filter(is_open()).select(Conversation::as_select())).load(conn)
    }
}

/// What somebody has open. An admin watches the line: he has what he has joined.
pub fn open(conn: &mut Conn, person: UserId, role: Role) -> Result<Mine> {
    let mut rows = match role {
        Role::Admin => Vec::new(),
        Role::Customer => open_of_customer(conn, person)?,
        Role::Rep => open_of_rep(conn, person)?,
    };
    rows.sort_by_key(|row| Reverse(row.id));
    rows.truncate(MINE_MAX);
    let there = match role {
        Role::Customer => Vec::new(),
        Role::Rep | Role::Admin => joined::rows_of(conn, person, MINE_MAX as i64)?,
    };
    let joined = there.iter().map(|row| row.id).collect();
    let own: HashSet<ConversationId> = rows.iter().map(|row| row.id).collect();
    rows.extend(there.into_iter().filter(|row| !own.contains(&row.id)));
    Ok(Mine { rows, joined })
}

/// What each of these people has on his hands, also what he is only offered.
pub fn stands(conn: &mut Conn, people: &[UserId]) -> Result<HashMap<UserId, Vec<Stand>>> {
    let mut heads = BTreeMap::new();
    for (id, person, seq) in joined::heads_of(conn, people)? {
        heads.insert((person, id), seq);
    }
    for (id, customer, rep, seq) in stored::open_heads(conn, people)? {
        let both = [Some(customer), rep].into_iter().flatten();
        heads.extend(both.map(|person| ((person, id), seq)));
    }
    heads.retain(|(person, _), _| people.contains(person));
    let mut ids: Vec<ConversationId> = heads.keys().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut marks: HashMap<ConversationId, Vec<Mark>> = HashMap::new();
    for some in ids.chunks(MARKS_OF) {
        for mark in marks::among(conn, some)? {
            marks.entry(mark.conversation_id).or_default().push(mark);
        }
    }
    let mut stands: HashMap<UserId, Vec<Stand>> = HashMap::new();
    for ((person, conversation), seq) in heads {
        let marks = marks.get(&conversation).map_or(&[][..], Vec::as_slice);
        let his = marks.iter().find(|mark| mark.user_id == person);
        stands.entry(person).or_default().push(Stand {
            conversation,
            seq,
            marks: marks.into(),
            read: his.map_or(0, |mark| mark.read_seq),
        });
    }
    Ok(stands)
}

/// What somebody has not read of each that is in his total; the newest conversation comes first.
pub fn unread(conn: &mut Conn, person: UserId, role: Role) -> Result<Vec<(ConversationId, i64)>> {
    let Mine { mut rows, joined } = open(conn, person, role)?;
    rows.retain(|row| {
        let rep = row.rep_id.filter(|_| row.status != Status::Offered);
        let joined = joined.contains(&row.id);
        on_hands(row.status, [Some(row.customer_id), rep], person, joined)
    });
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
    let unread = marks::unread(conn, person, role, &ids)?;
    let of = |id| unread.get(&id).map_or(0, |one| one.count);
    Ok(ids.into_iter().map(|id| (id, of(id))).collect())
}
