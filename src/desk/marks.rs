//! How far people have read, and what has reached them. Marks are absolute and only grow, so
//! saying one again is harmless; what does not move one writes nothing.

use std::time::Instant;

use super::joins::audience;
use super::{Change, Desk};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Error, Result};
use crate::news::{Marked, News};
use crate::store::marks::{self, Mark, Marks, Unread};
use crate::store::ties::tie;
use crate::store::{Conn, conversations, events};
use crate::words::{ConversationId, Role};

/// Where somebody stands in a conversation after he has said how far he is.
#[derive(Debug, Clone)]
pub struct Standing {
    pub marks: Marks,
    /// Messages of others that he has not read.
    pub unread: i64,
    /// His mark stood there before, or further.
    pub again: bool,
}

/// What is said of a seq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Read,
    Delivered,
}

/// A mark on its way.
struct Step {
    mark: Mark,
    /// It moves, for himself.
    moves: bool,
    /// It moves what the other side is told.
    tells: bool,
}

impl Desk {
    /// He has read everything up to this seq.
    pub async fn mark_read(&self, actor: Actor, id: ConversationId, seq: i64) -> Result<Standing> {
        self.0.marking.take(actor.id, Instant::now())?;
        self.mark(actor, id, seq, How::Read).await
    }

    /// The same as [`Desk::mark_delivered`], for who says it as often as he likes.
    pub async fn count_delivered(
        &self,
        actor: Actor,
        id: ConversationId,
        seq: i64,
    ) -> Result<Standing> {
        self.0.marking.take(actor.id, Instant::now())?;
        self.mark_delivered(actor, id, seq).await
    }

    /// Everything up to this seq has reached a client of his. Of who only looks on nothing is kept.
    /// A socket gathers what it says of this, and passes it on once a second.
    pub async fn mark_delivered(
        &self,
        actor: Actor,
        id: ConversationId,
        seq: i64,
    ) -> Result<Standing> {
        self.mark(actor, id, seq, How::Delivered).await
    }

    async fn mark(&self, actor: Actor, id: ConversationId, seq: i64, how: How) -> Result<Standing> {
        let asked = actor.clone();
        let look = move |conn: &mut Conn| {
            let step = step(conn, &asked, id, seq, how)?;
            let stands = match step.moves {
                true => None,
                false => Some(stands(conn, &asked, id)?),
            };
            Ok((step, stands))
        };
        let (Step { mark, tells, .. }, stands_so) = self.0.store.read(look).await?;
        if let Some((marks, unread)) = stands_so {
            return Ok(Standing {
                marks,
                unread: unread.count,
                again: true,
            });
        }
        // What is told of it is read with it: nothing can come in between, or fail after it.
        let raise = move |conn: &mut Conn| {
            marks::raise(conn, &mark)?;
            let row = conversations::find(conn, id)?;
            let audience = match row.filter(|_| tells) {
                Some(row) => audience(conn, &row)?,
                None => vec![actor.id],
            };
            let (marks, unread) = stands(conn, &actor, id)?;
            let marked = Marked {
                conversation: id,
                audience,
                marks,
                by: actor.id,
                unread,
            };
            let change = Change {
                news: vec![News::Marked(Box::new(marked))],
                ..Change::default()
            };
            Ok(((marks, unread), change))
        };
        let (marks, unread) = self.commit(raise).await?;
        Ok(Standing {
            marks,
            unread: unread.count,
            again: false,
        })
    }
}

/// How far both sides are, and what he has not read.
fn stands(conn: &mut Conn, actor: &Actor, id: ConversationId) -> Result<(Marks, Unread)> {
    let unread = marks::unread(conn, actor.id, actor.role, &[id])?.remove(&id);
    Ok((marks::of_one(conn, id)?, unread.unwrap_or_default()))
}

fn step(conn: &mut Conn, actor: &Actor, id: ConversationId, seq: i64, how: How) -> Result<Step> {
    let row = conversations::find(conn, id)?.ok_or_else(|| Error::not_found("conversation"))?;
    let tie = tie(conn, actor, &row)?;
    may(actor, Action::Read, Object::Conversation(&tie))?;
    let last = match actor.role {
        Role::Customer => events::last_told(conn, &[id])?,
        Role::Rep | Role::Admin => events::last_seqs(conn, &[id])?,
    };
    let last = last.first().map_or(0, |(_, seq)| *seq);
    if seq < 0 || seq > last {
        let detail = format!("Give the seq of an entry that is there: up to {last}.");
        return Err(Error::invalid("seq", detail));
    }
    let told = match actor.role {
        _ if !tie.takes_part() => 0,
        Role::Customer => seq,
        Role::Rep | Role::Admin => events::told_at(conn, id, seq)?.unwrap_or(0),
    };
    let (read_seq, told_seq) = match how {
        How::Read => (seq, told),
        How::Delivered => (0, 0),
    };
    let mark = Mark {
        conversation_id: id,
        user_id: actor.id,
        staff: actor.role != Role::Customer,
        read_seq,
        told_seq,
        delivered_seq: told,
    };
    let before = marks::find(conn, id, actor.id)?;
    let (read, told, delivered) =
        before.map_or((0, 0, 0), |it| (it.read_seq, it.told_seq, it.delivered_seq));
    let tells = mark.told_seq > told || mark.delivered_seq > delivered;
    Ok(Step {
        moves: tells || mark.read_seq > read,
        mark,
        tells,
    })
}
