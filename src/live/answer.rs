//! What a command is answered with: that it is carried out, or why not.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::protocol::{Reference, ServerFrame};
use crate::error::{Error, Result};
use crate::store::conversations::ConversationView;
use crate::words::{ClientId, ConversationId};

/// How a command ended: the answer if there is one, or why not and which command it was.
pub type Done = std::result::Result<Option<ServerFrame>, (Error, Reference)>;

/// What a command led to: where its conversation stands now, and whether it was so before.
type Outcome = (Option<(ConversationId, i64)>, bool);

/// A command that answers with the conversation as it is then.
pub fn moved(
    reference: Option<String>,
    work: impl Future<Output = Result<ConversationView>> + 'static,
) -> LocalBoxFuture<'static, Done> {
    told(reference, None, async move {
        let view = work.await?;
        Ok((Some((view.id, view.last_seq)), false))
    })
}

/// The work with its answer, known by what its client gave it: an `ack`, or why not.
pub fn told(
    reference: Option<String>,
    client_id: Option<ClientId>,
    work: impl Future<Output = Result<Outcome>> + 'static,
) -> LocalBoxFuture<'static, Done> {
    let reference = Reference {
        reference,
        client_id,
    };
    let done = async move {
        match work.await {
            Ok((at, duplicate)) => Ok(Some(ack(reference, at, duplicate))),
            Err(error) => Err((error, reference)),
        }
    };
    done.boxed_local()
}

/// The answer to a command that is carried out.
pub fn ack(
    reference: Reference,
    at: Option<(ConversationId, i64)>,
    duplicate: bool,
) -> ServerFrame {
    let (conversation, seq) = at.unzip();
    ServerFrame::Ack {
        reference,
        conversation,
        seq,
        duplicate,
    }
}
