//! What a client commands over the native wire: read, carried out at the desk, answered.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::protocol::{ClientFrame, Reference, ServerFrame};
use crate::api::body;
use crate::desk::{Actor, Close, Desk};
use crate::error::{Code, Error, Result};
use crate::words::ConversationId;

/// Characters of a `ref`.
const REFERENCE_MAX: usize = 64;

/// How a command ended: the answer, or why not and which command it was.
pub type Done = std::result::Result<ServerFrame, (Error, Reference)>;

/// The command as work to carry out at the desk.
pub fn carry_out(desk: &Desk, actor: &Actor, frame: ClientFrame) -> LocalBoxFuture<'static, Done> {
    let (desk, actor) = (desk.clone(), actor.clone());
    match frame {
        ClientFrame::Hello { .. } => {
            let error = Error::new(Code::AlreadyReady, "Say hello once only.");
            async move { Err((error, Reference::default())) }.boxed_local()
        }
        ClientFrame::Send {
            client_id,
            conversation,
            text,
        } => {
            // Its turn is taken here, so that messages keep their order.
            let sending = desk.send(&actor, conversation, client_id, text);
            let what = Reference {
                client_id: Some(client_id),
                reference: None,
            };
            let done = async move {
                let sent = sending.await.map_err(|error| (error, what.clone()))?;
                Ok(ack(
                    what,
                    Some((conversation, sent.event.seq)),
                    sent.duplicate,
                ))
            };
            done.boxed_local()
        }
        ClientFrame::Claim {
            conversation,
            reference,
        } => {
            let what = Reference {
                reference,
                client_id: None,
            };
            let done = async move {
                let claimed = desk.claim(actor, conversation).await;
                let view = claimed.map_err(|error| (error, what.clone()))?;
                Ok(ack(what, Some((conversation, view.last_seq)), false))
            };
            done.boxed_local()
        }
        ClientFrame::Close {
            conversation,
            client_id,
            text,
            resolution,
            reference,
        } => {
            let what = Reference {
                reference,
                client_id,
            };
            let close = Close {
                client_id,
                text,
                resolution,
            };
            let done = async move {
                let closed = desk.close(actor, conversation, close).await;
                let (view, again) = closed.map_err(|error| (error, what.clone()))?;
                Ok(ack(what, Some((conversation, view.last_seq)), again))
            };
            done.boxed_local()
        }
        ClientFrame::Availability {
            availability,
            reference,
        } => {
            let what = Reference {
                reference,
                client_id: None,
            };
            let done = async move {
                let me = actor.id;
                let set = desk.set_availability(actor, me, availability).await;
                set.map_err(|error| (error, what.clone()))?;
                Ok(ack(what, None, false))
            };
            done.boxed_local()
        }
    }
}

fn ack(what: Reference, at: Option<(ConversationId, i64)>, duplicate: bool) -> ServerFrame {
    let (conversation, seq) = at.unzip();
    ServerFrame::Ack {
        reference: what,
        conversation,
        seq,
        duplicate,
    }
}

/// Text as a frame; says what is wrong with it.
pub fn read(text: &str) -> Result<ClientFrame> {
    let frame: ClientFrame = body::parse(text.as_bytes()).map_err(|error| {
        let unknown =
            error.detail.contains("unknown variant") && error.detail.contains("\"hello\"");
        if unknown {
            Error {
                code: Code::UnknownType,
                ..error
            }
        } else {
            error
        }
    })?;
    let reference = match &frame {
        ClientFrame::Claim { reference, .. }
        | ClientFrame::Close { reference, .. }
        | ClientFrame::Availability { reference, .. } => reference.as_deref(),
        _ => None,
    };
    if reference.is_some_and(|text| text.chars().count() > REFERENCE_MAX) {
        return Err(Error::invalid(
            "ref",
            format!("Give at most {REFERENCE_MAX} characters."),
        ));
    }
    Ok(frame)
}

/// What a frame that could not be read would be known by, as far as it can be found.
pub fn reference_in(text: &str) -> Reference {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let word = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
    Reference {
        reference: word("ref").map(|text| text.chars().take(REFERENCE_MAX).collect()),
        client_id: word("client_id").and_then(|text| text.parse().ok()),
    }
}
