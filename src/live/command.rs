//! What a client commands over the native wire: read, carried out at the desk, answered.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::protocol::{ClientFrame, Reference, ServerFrame};
use crate::desk::{Actor, Close, Desk};
use crate::error::{Code, Error, Result};
use crate::gate::body;
use crate::words::{ClientId, ConversationId};

/// Characters of a `ref`.
const REFERENCE_MAX: usize = 64;

/// How a command ended: the answer, or why not and which command it was.
pub type Done = std::result::Result<ServerFrame, (Error, Reference)>;

/// What a command led to: where its conversation stands now, and whether it was so before.
type Outcome = (Option<(ConversationId, i64)>, bool);

/// The command as work to carry out at the desk.
pub fn carry_out(desk: &Desk, actor: &Actor, frame: ClientFrame) -> LocalBoxFuture<'static, Done> {
    let (desk, actor) = (desk.clone(), actor.clone());
    match frame {
        ClientFrame::Hello { .. } => {
            let error = Error::new(Code::AlreadyReady, "Say hello once only.");
            told(None, None, async { Err(error) })
        }
        ClientFrame::Send {
            client_id,
            conversation,
            text,
        } => {
            // Its turn is taken here, so that messages keep their order.
            let sending = desk.send(&actor, conversation, client_id, text);
            told(None, Some(client_id), async move {
                let sent = sending.await?;
                Ok((Some((conversation, sent.event.seq)), sent.duplicate))
            })
        }
        ClientFrame::Claim {
            conversation,
            reference,
        } => told(reference, None, async move {
            let view = desk.claim(actor, conversation).await?;
            Ok((Some((conversation, view.last_seq)), false))
        }),
        ClientFrame::Close {
            conversation,
            client_id,
            text,
            resolution,
            reference,
        } => {
            let close = Close {
                client_id,
                text,
                resolution,
            };
            told(reference, client_id, async move {
                let (view, again) = desk.close(actor, conversation, close).await?;
                Ok((Some((conversation, view.last_seq)), again))
            })
        }
        ClientFrame::Availability {
            availability,
            reference,
        } => told(reference, None, async move {
            let me = actor.id;
            desk.set_availability(actor, me, availability).await?;
            Ok((None, false))
        }),
    }
}

/// The work with its answer, known by what its client gave it: an `ack`, or why not.
fn told(
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
            Ok((at, duplicate)) => {
                let (conversation, seq) = at.unzip();
                Ok(ServerFrame::Ack {
                    reference,
                    conversation,
                    seq,
                    duplicate,
                })
            }
            Err(error) => Err((error, reference)),
        }
    };
    done.boxed_local()
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
