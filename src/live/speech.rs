//! The commands of what people say beside plain messages: marks, notes, edits, joining.

use futures_util::future::LocalBoxFuture;

use super::answer::{Done, moved, told};
use super::protocol::ClientFrame;
use crate::access::Actor;
use crate::desk::Desk;

/// The command as work to carry out at the desk.
pub fn carry_out(desk: Desk, actor: Actor, frame: ClientFrame) -> LocalBoxFuture<'static, Done> {
    let reference = frame.reference().map(str::to_owned);
    match frame {
        ClientFrame::Read {
            conversation, seq, ..
        } => told(reference, None, async move {
            let standing = desk.mark_read(actor, conversation, seq).await?;
            Ok((Some((conversation, seq)), standing.again))
        }),
        ClientFrame::Note {
            client_id,
            conversation,
            text,
        } => told(None, Some(client_id), async move {
            let sent = desk.note(actor, conversation, client_id, text).await?;
            Ok((Some((conversation, sent.event.seq)), sent.duplicate))
        }),
        ClientFrame::Edit {
            conversation,
            seq,
            text,
            ..
        } => told(reference, None, async move {
            let sent = desk.edit(actor, conversation, seq, text).await?;
            Ok((Some((conversation, sent.event.seq)), sent.duplicate))
        }),
        ClientFrame::Delete {
            conversation, seq, ..
        } => told(reference, None, async move {
            let sent = desk.delete(actor, conversation, seq).await?;
            Ok((Some((conversation, sent.event.seq)), sent.duplicate))
        }),
        ClientFrame::Join { conversation, .. } => {
            moved(
                reference,
                async move { desk.join(actor, conversation).await },
            )
        }
        ClientFrame::Leave { conversation, .. } => moved(reference, async move {
            desk.leave_conversation(actor, conversation).await
        }),
        _ => unreachable!("carried out elsewhere"),
    }
}
