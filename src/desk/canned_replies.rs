//! Texts that staff have ready, as they are made and changed: one's own by everybody of staff,
//! those for all or for a queue by admins, which the audit tells.

use serde_json::{Value, json};
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;

use super::{Change, Desk, check_text, hold};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Code, Error, Result};
use crate::store::audit;
use crate::store::canned_replies::{self, CannedReply, CannedReplyView};
use crate::store::{Conn, Runs, users};
use crate::words::{Act, CannedReplyId, ObjectKind, QueueId, UserId, now};

/// Characters of the name of a canned reply, and of its text.
const REPLY_NAME_CHARS_MAX: usize = 40;
const REPLY_CHARS_MAX: usize = 4_000;
/// Canned replies of one person.
const OWN_REPLIES_MAX: i64 = 100;
/// Canned replies that are shared.
const SHARED_REPLIES_MAX: i64 = 300;
/// Whoever makes or changes a shared one, or deletes a queue, is alone with this number: so there
/// are never more than allowed, no two of one name, and none of a queue that is gone.
const SHARING: u128 = 0x5ca9;

/// A canned reply that is to be made.
#[derive(Debug, Clone)]
pub struct NewReply {
    pub name: String,
    pub text: String,
    pub shared: bool,
    /// Only for those who serve this queue.
    pub queue: Option<QueueId>,
}

/// What to change of one; what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct ReplyEdit {
    pub name: Option<String>,
    pub text: Option<String>,
    /// None in it: for all.
    pub queue: Option<Option<QueueId>>,
}

impl Desk {
    /// Makes a text ready for oneself; an admin also for all, or for those who serve a queue.
    pub async fn add_reply(&self, actor: Actor, new: NewReply) -> Result<CannedReplyView> {
        let action = match new.shared {
            true => Action::ShareReplies,
            false => Action::KeepReplies,
        };
        may(&actor, action, Object::None)?;
        let at = now();
        let mut row = CannedReply {
            id: CannedReplyId::new(),
            owner_id: (!new.shared).then_some(actor.id),
            queue_id: None,
            name: String::new(),
            name_key: String::new(),
            text: String::new(),
            created_at: at,
            updated_at: at,
        };
        let edit = ReplyEdit {
            name: Some(new.name),
            text: Some(new.text),
            queue: new.queue.map(Some),
        };
        change(&mut row, &edit)?;
        self.count_words(&actor)?;
        let id = row.id;
        let entry = about(&actor, Act::CannedReplyCreated, id);
        let view = self
            .commit(move |conn| {
                alone(conn, row.owner_id)?;
                // Run again because the answer of its commit was lost, it finds its own.
                if canned_replies::find(conn, row.id)?.is_none() {
                    check_room(conn, row.owner_id)?;
                }
                check(conn, &row)?;
                canned_replies::insert(conn, &row)?;
                if row.owner_id.is_none() {
                    audit::record(conn, &entry, None, Some(whole(&row)))?;
                }
                Ok((canned_replies::view(conn, row.id)?, Change::default()))
            })
            .await?;
        tracing::info!(reply = %id, shared = view.shared, "a canned reply was made");
        Ok(view)
    }

    /// Changes one of one's own; an admin also a shared one. Changed to what it is, it stays as it
    /// is.
    pub async fn change_reply(
        &self,
        actor: Actor,
        id: CannedReplyId,
        edit: ReplyEdit,
    ) -> Result<CannedReplyView> {
        may(&actor, Action::KeepReplies, Object::None)?;
        self.count_words(&actor)?;
        let at = now();
        let entry = about(&actor, Act::CannedReplyUpdated, id);
        self.commit(move |conn| {
            let before = changeable(conn, &actor, id)?;
            let mut row = before.clone();
            change(&mut row, &edit)?;
            if row != before {
                row.updated_at = at;
                check(conn, &row)?;
                canned_replies::update(conn, &row)?;
                if row.owner_id.is_none() {
                    let (was, is) = audit::differing(whole(&before), whole(&row));
                    audit::record(conn, &entry, Some(was), Some(is))?;
                }
            }
            Ok((canned_replies::view(conn, id)?, Change::default()))
        })
        .await
    }

    /// Deletes one of one's own; an admin also a shared one.
    pub async fn delete_reply(&self, actor: Actor, id: CannedReplyId) -> Result<()> {
        may(&actor, Action::KeepReplies, Object::None)?;
        self.count_words(&actor)?;
        let entry = about(&actor, Act::CannedReplyDeleted, id);
        let runs = Runs::default();
        self.commit(move |conn| {
            let again = runs.again();
            let row = match changeable(conn, &actor, id) {
                Ok(row) => row,
                Err(error) if again && error.code == Code::NotFound => {
                    return Ok(((), Change::default()));
                }
                Err(error) => return Err(error),
            };
            canned_replies::delete(conn, id)?;
            if row.owner_id.is_none() {
                audit::record(conn, &entry, Some(whole(&row)), None)?;
            }
            Ok(((), Change::default()))
        })
        .await
    }
}

/// Takes those of a queue along that is being deleted, and answers how many there were.
pub(super) fn go_with_queue(conn: &mut Conn, queue: QueueId) -> Result<usize> {
    alone(conn, None)?;
    Ok(canned_replies::delete_of_queue(conn, queue)?)
}

/// Waits for whoever makes or changes one of the same owner, or a shared one, or is erased.
fn alone(conn: &mut Conn, owner: Option<UserId>) -> Result<()> {
    let with = owner.map_or(Uuid::from_u128(SHARING), |owner| owner.0);
    Ok(conn.alone_with(with)?)
}

/// One that he may change, held. One that he may not know of is none.
fn changeable(conn: &mut Conn, actor: &Actor, id: CannedReplyId) -> Result<CannedReply> {
    let none = || Error::not_found("canned reply");
    let found = canned_replies::find(conn, id)?.ok_or_else(none)?;
    if !canned_replies::is_read_by(conn, &found, actor)? {
        return Err(none());
    }
    if found.owner_id.is_none() {
        may(actor, Action::ShareReplies, Object::None)?;
    }
    alone(conn, found.owner_id)?;
    canned_replies::hold(conn, id)?.ok_or_else(none)
}

fn check_room(conn: &mut Conn, owner: Option<UserId>) -> Result<()> {
    let (most, whose) = match owner {
        Some(_) => (OWN_REPLIES_MAX, "of your own"),
        None => (SHARED_REPLIES_MAX, "that are shared"),
    };
    if canned_replies::count(conn, owner)? < most {
        return Ok(());
    }
    let detail = format!("There are {most} canned replies {whose}. Delete one first.");
    Err(Error::new(Code::QuotaExceeded, detail))
}

/// What only the others tell: its name is free, its queue is there, and so is its owner.
fn check(conn: &mut Conn, row: &CannedReply) -> Result<()> {
    if let Some(owner) = row.owner_id
        && users::is_erased(conn, owner)?
    {
        return Err(Error::new(Code::WrongState, "You were erased."));
    }
    let other = canned_replies::named_so(conn, row.owner_id, &row.name_key)?;
    if other.is_some_and(|other| other != row.id) {
        let detail = "There is a canned reply of this name already. Choose another.";
        return Err(Error::new(Code::ReplyNameTaken, detail));
    }
    match row.queue_id {
        Some(queue) => hold::check_queue(conn, queue),
        None => Ok(()),
    }
}

/// Takes over what is given, or says what is wrong with it.
fn change(row: &mut CannedReply, edit: &ReplyEdit) -> Result<()> {
    if let Some(name) = &edit.name {
        check_name(name)?;
        row.name.clone_from(name);
        row.name_key = users::fold(name);
    }
    if let Some(text) = &edit.text {
        check_text("reply", text, REPLY_CHARS_MAX)?;
        row.text.clone_from(text);
    }
    if let Some(queue) = edit.queue {
        if queue.is_some() && row.owner_id.is_some() {
            let detail = "Only a shared reply can be for a queue. Leave it out.";
            return Err(Error::invalid("queue", detail));
        }
        row.queue_id = queue;
    }
    Ok(())
}

/// A name is typed behind a slash, and ends where a space does.
fn check_name(name: &str) -> Result<()> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    // Vowel signs of many scripts, and what keeps two letters apart within a word of some.
    let follows = |c: char| is_combining_mark(c) || matches!(c, '\u{200C}' | '\u{200D}');
    let letters = name.strip_suffix(['\u{200C}', '\u{200D}']).is_none()
        && name.starts_with(fits)
        && name.chars().all(|c| fits(c) || follows(c));
    if letters && name.chars().count() <= REPLY_NAME_CHARS_MAX {
        return Ok(());
    }
    let detail = format!(
        "Give 1 to {REPLY_NAME_CHARS_MAX} letters and digits, of any script, with -, _ and . \
         between them, without spaces."
    );
    Err(Error::invalid("name", detail))
}

fn about(actor: &Actor, act: Act, id: CannedReplyId) -> audit::Entry {
    audit::Entry::new(Some(actor.id), act, ObjectKind::CannedReply, Some(id.0))
}

/// All that admins say of a shared one, for the audit.
fn whole(row: &CannedReply) -> Value {
    json!({ "name": row.name, "text": row.text, "queue": row.queue_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_word_of_any_script() {
        for good in [
            "hello",
            "re.fund-2_x",
            "سلام",
            "привет",
            "नमस्ते",
            "می\u{200C}آیم",
            "x",
            &"x".repeat(40),
        ] {
            assert!(check_name(good).is_ok(), "{good:?}");
        }
        let long = "x".repeat(41);
        for bad in [
            "",
            "two words",
            "/hello",
            "a\u{200B}b",
            "a\u{200C}",
            "\u{301}a",
            "a\nb",
            "{x}",
            &long,
        ] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }
}
