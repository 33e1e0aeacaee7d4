//! Somebody of staff takes part in a conversation beside its rep, until he leaves it.
//!
//! An admin may read and write anywhere without being told of; joining is being seen to. A rep may
//! join what another serves in a queue of his, where the settings say so.

use serde_json::json;

use super::hold::{self, Hold};
use super::{Change, Desk};
use crate::access::{Action, Actor};
use crate::error::{Code, Error, Result};
use crate::news::{Grown, News};
use crate::store::conversations::{self, Conversation, ConversationView};
use crate::store::events::{self, Entry, Event};
use crate::store::ties::may_with;
use crate::store::{Conn, answer, joined, users};
use crate::words::{ConversationId, EventKind, Moment, Status, UserId, now};

/// Staff who may take part in one conversation beside its rep.
const JOINED_MAX: usize = 10;

impl Desk {
    /// Takes part from now on, and its customer is told who. Joining again changes nothing.
    pub async fn join(&self, actor: Actor, id: ConversationId) -> Result<ConversationView> {
        self.count_words(&actor)?;
        let (at, reps) = (now(), self.limits().reps_may_join);
        self.commit(move |conn| {
            let (row, _) = hold::locked(conn, id)?;
            may_with(conn, &actor, Action::Join { reps }, &row)?;
            let there = joined::of(conn, id)?;
            if there.contains(&actor.id) {
                return Ok((conversations::view(conn, row)?, Change::default()));
            }
            if row.rep_id == Some(actor.id) {
                let detail = "You have this conversation already.";
                return Err(Error::new(Code::WrongState, detail));
            }
            hold::expect(&row, &[Status::Active])?;
            if there.len() >= JOINED_MAX {
                let detail = format!("{JOINED_MAX} have joined already. One must leave first.");
                return Err(Error::new(Code::WrongState, detail));
            }
            joined::insert(conn, id, actor.id, at)?;
            told(conn, row, actor.id, EventKind::Joined, at)
        })
        .await
    }

    /// Takes part no longer.
    pub async fn leave_conversation(
        &self,
        actor: Actor,
        id: ConversationId,
    ) -> Result<ConversationView> {
        self.count_words(&actor)?;
        let at = now();
        self.commit(move |conn| {
            let row = hold::allowed(conn, &actor, Action::Leave, id)?;
            if joined::delete(conn, id, actor.id)? == 0 {
                let detail = "You have not joined this conversation.";
                return Err(Error::new(Code::WrongState, detail));
            }
            told(conn, row, actor.id, EventKind::Left, at)
        })
        .await
    }

    /// Takes part in nothing any more.
    pub(super) async fn leave_all(&self, person: UserId) -> Result<()> {
        let read = move |conn: &mut Conn| Ok(joined::all_of(conn, person)?);
        for id in self.0.store.read(read).await? {
            let at = now();
            self.commit(move |conn| leave(conn, id, person, at).map(|change| ((), change)))
                .await?;
        }
        Ok(())
    }
}

/// Somebody takes no part in one any more, whoever says so; nothing, if he took none.
pub(super) fn leave(
    conn: &mut Conn,
    id: ConversationId,
    person: UserId,
    at: Moment,
) -> Result<Change> {
    // Deleted meanwhile, it is nobody's.
    let Ok((row, _)) = hold::locked(conn, id) else {
        return Ok(Change::default());
    };
    match joined::delete(conn, id, person)? {
        0 => Ok(Change::default()),
        _ => told(conn, row, person, EventKind::Left, at).map(|(_, change)| change),
    }
}

/// Writes that somebody has come or gone, with his name: customers cannot look up an id.
fn told(
    conn: &mut Conn,
    row: Conversation,
    person: UserId,
    kind: EventKind,
    at: Moment,
) -> Result<(ConversationView, Change)> {
    let id = row.id;
    let name = users::find(conn, person)?.map_or_else(String::new, |user| user.display_name);
    let entry = Entry {
        data: Some(json!({ "name": name })),
        ..Entry::new(kind, Some(person))
    };
    let last_seq = Hold::lock(conn, id, 1)?;
    answer::check_room(last_seq, kind)?;
    let log = events::append(conn, id, last_seq, at, vec![entry])?;
    let mut audience = audience(conn, &row)?;
    // Who leaves takes part no longer, and hears that he has left.
    audience.push(person);
    let view = conversations::view(conn, row)?;
    Ok((view.clone(), grown(log, audience, Some(view))))
}

/// Who hears of what is said in a conversation: who takes part in it. An admin who only says
/// something there is not among them.
pub(super) fn audience(conn: &mut Conn, row: &Conversation) -> Result<Vec<UserId>> {
    let mut audience = joined::of(conn, row.id)?;
    audience.push(row.customer_id);
    audience.extend(row.its_rep());
    // He may have joined it before it was his.
    audience.sort();
    audience.dedup();
    Ok(audience)
}

/// What sockets are told of one that is over: who has not known it before does not begin to.
pub(super) fn over(conn: &mut Conn, row: &Conversation) -> Result<Option<ConversationView>> {
    match row.status {
        Status::Closed => conversations::view(conn, row.clone()).map(Some),
        _ => Ok(None),
    }
}

/// The change of a log that has grown, and nothing else with it.
pub(super) fn grown(
    log: Vec<Event>,
    audience: Vec<UserId>,
    view: Option<ConversationView>,
) -> Change {
    let news = Grown::new(log, audience, view).map(|one| News::Grown(Box::new(one)));
    Change {
        news: news.into_iter().collect(),
        ..Change::default()
    }
}
