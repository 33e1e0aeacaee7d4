//! A visitor has said who he is: what he began becomes the account's, once.
//!
//! Both sides are proved: the account by its login, the visitor by his token. Who could sign in as
//! himself is no visitor, so no account is ever swallowed by another.

use serde_json::json;

use super::hold::Hold;
use super::{Change, Desk};
use crate::access::{Action, Actor, Object, may};
use crate::error::{Code, Error, Result};
use crate::news::News;
use crate::store::events::Entry;
use crate::store::users::{self, User};
use crate::store::visitors::{self, Visitor};
use crate::store::{Conn, conversations, merging, sessions};
use crate::words::{ClientId, ConversationId, EventKind, Moment, Role, Status, UserId, now};

/// Conversations that become an account's in one step.
const MERGED_MAX: i64 = 100;
/// Entries of their logs, which are written anew.
const MERGED_ENTRIES_MAX: i64 = 20_000;

impl Desk {
    /// Makes what a visitor began this customer's. `mark` is the fingerprint of the visitor's
    /// token. Done before, for the same account, it changes nothing.
    pub async fn merge(&self, actor: Actor, mark: String) -> Result<()> {
        may(&actor, Action::MergeVisitor, Object::None)?;
        self.count_words(&actor)?;
        let (at, open_max) = (now(), self.limits().open_per_customer_max);
        let account = actor.id;
        let moved = self
            .commit(move |conn| {
                let Some(visitor) = provable(conn, account, &mark, at)? else {
                    return Ok((None, Change::default()));
                };
                let ids = within_limits(conn, account, visitor, open_max)?;
                let name = his_name(conn, account)?;
                let mut change = Change::default();
                for id in &ids {
                    change.add(take_over(conn, *id, (visitor, account), &name, at)?);
                }
                merging::set_uploader(conn, visitor, account)?;
                visitors::end(conn, visitor, account, at)?;
                change.signed_out(visitor);
                Ok((Some((visitor, ids.len())), change))
            })
            .await?;
        let Some((visitor, conversations)) = moved else {
            return Ok(());
        };
        tracing::info!(%account, %visitor, conversations, "a visitor has become an account");
        // What was held because the visitor had gone stands in line again.
        self.speaks(account);
        Ok(())
    }
}

/// The visitor, held, if both sides are who they must be. None: it was done before.
fn provable(conn: &mut Conn, account: UserId, mark: &str, at: Moment) -> Result<Option<UserId>> {
    let found = visitors::of_token(conn, mark)?.ok_or_else(|| not_good(Code::TokenInvalid))?;
    let id = found.user_id;
    // As those who open a conversation do; of two of these, both in the same order.
    for one in [id.min(account), id.max(account)] {
        conn.alone_with(one.0)?;
    }
    let visitor = visitors::of_token(conn, mark)?.ok_or_else(|| not_good(Code::TokenInvalid))?;
    let Visitor {
        session_id,
        merged_into,
        ..
    } = visitor;
    if merged_into == Some(account) {
        return Ok(None);
    }
    if sessions::bearer(conn, session_id, at)?.is_none() {
        return Err(not_good(Code::SessionEnded));
    }
    let refused = |detail| Err(Error::new(Code::WrongState, detail));
    let his = found_user(conn, account)?;
    if id == account || !visitors::is_account(conn, &his)? {
        return refused("You are a visitor still. Sign in first, with what is yours.");
    }
    let user = found_user(conn, id)?;
    if user.role != Role::Customer || visitors::is_account(conn, &user)? {
        return refused("This is no visitor any more: he can sign in as himself.");
    }
    Ok(Some(id))
}

fn not_good(code: Code) -> Error {
    Error::new(code, "This visitor's token is not valid, or not any more.")
}

fn found_user(conn: &mut Conn, id: UserId) -> Result<User> {
    users::find(conn, id)?.ok_or_else(|| Error::not_found("person"))
}

fn his_name(conn: &mut Conn, id: UserId) -> Result<String> {
    Ok(found_user(conn, id)?.display_name)
}

/// What there is to move, if it is not too much for one step or for one customer.
fn within_limits(
    conn: &mut Conn,
    account: UserId,
    visitor: UserId,
    open_max: i64,
) -> Result<Vec<ConversationId>> {
    let ids = merging::of(conn, visitor, MERGED_MAX + 1)?;
    let many = ids.len() as i64 > MERGED_MAX;
    if many || merging::entries(conn, &ids)? > MERGED_ENTRIES_MAX {
        let detail = format!(
            "At most {MERGED_MAX} conversations with {MERGED_ENTRIES_MAX} entries in all can be \
             taken over. Go on with them as the visitor."
        );
        return Err(Error::new(Code::QuotaExceeded, detail));
    }
    let open = conversations::count_open_of(conn, visitor)?;
    if open > 0 && open + conversations::count_open_of(conn, account)? > open_max {
        let detail = format!(
            "You would have more than {open_max} open conversations. Close some first, yours or \
             the visitor's."
        );
        return Err(Error::new(Code::TooManyOpen, detail));
    }
    Ok(ids)
}

/// Makes one of them the account's, and tells who takes part.
fn take_over(
    conn: &mut Conn,
    id: ConversationId,
    (visitor, account): (UserId, UserId),
    name: &str,
    at: Moment,
) -> Result<Change> {
    let last_seq = Hold::lock(conn, id, 1)?;
    let row = conversations::find(conn, id)?.ok_or_else(|| Error::not_found("conversation"))?;
    // He may have used the same id here and there; then nobody repeats what the visitor said.
    let taken = conversations::find_opened(conn, account, row.open_client_id)?.is_some();
    let client = if taken {
        ClientId::new()
    } else {
        row.open_client_id
    };
    merging::rewrite(conn, id, visitor, account)?;
    conversations::set_customer(conn, id, account, client)?;
    let row = conversations::find(conn, id)?.ok_or_else(|| Error::not_found("conversation"))?;
    let closed = row.status == Status::Closed;
    let mut hold = Hold::of(row, at, last_seq, 1);
    hold.add(Entry {
        data: Some(json!({ "customer_id": account, "was": visitor, "name": name })),
        ..Entry::new(EventKind::Renamed, Some(account))
    });
    let (_, mut change) = hold.write(conn)?;
    if closed {
        // His sockets are not told of it as of something that goes on.
        for news in &mut change.news {
            if let News::Grown(grown) = news {
                grown.audience.retain(|one| *one != account);
            }
        }
    }
    Ok(change)
}
