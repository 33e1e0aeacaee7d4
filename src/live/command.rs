//! What a client commands over the native wire: read, and carried out at the desk.

use futures_util::future::LocalBoxFuture;

use super::answer::{Done, moved, told};
use super::protocol::{ClientFrame, Reference};
use super::speech;
use crate::access::{Action, Actor};
use crate::desk::{Claim, Close, Desk, Said, Target};
use crate::error::{Code, Error, Result};
use crate::gate::body;

/// Characters of a `ref`.
const REFERENCE_MAX: usize = 64;

/// What a frame asks for, as access decides about it.
pub fn action(frame: &ClientFrame) -> Action {
    match frame {
        ClientFrame::Hello { .. } => Action::KeepAccount,
        ClientFrame::Send { .. } => Action::Write,
        ClientFrame::Upload { .. } => Action::Upload,
        ClientFrame::Claim { .. } => Action::Claim,
        ClientFrame::Accept { .. } | ClientFrame::Decline { .. } => Action::AnswerOffer,
        ClientFrame::Requeue { .. }
        | ClientFrame::Transfer { .. }
        | ClientFrame::Park { .. }
        | ClientFrame::Prioritize { .. } => Action::Direct,
        ClientFrame::Wake { .. } => Action::Wake,
        ClientFrame::Reopen { .. } => Action::Reopen,
        ClientFrame::Close { .. } => Action::Close,
        ClientFrame::Watch { .. } => Action::WatchLine,
        ClientFrame::Availability { .. } => Action::SetAvailability,
        ClientFrame::Read { .. } | ClientFrame::Delivered { .. } => Action::Read,
        ClientFrame::Typing { .. } => Action::Type,
        ClientFrame::Note { .. } => Action::Note,
        ClientFrame::Edit { .. } => Action::Edit,
        ClientFrame::Delete { .. } => Action::Delete,
        ClientFrame::Join { .. } => Action::Join { reps: true },
        ClientFrame::Leave { .. } => Action::Leave,
    }
}

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
            attachments,
        } => {
            // Its turn is taken here, so that messages keep their order.
            let sending = Said::of(text, attachments)
                .map(|said| desk.send(&actor, conversation, client_id, said));
            told(None, Some(client_id), async move {
                let sent = sending?.await?;
                Ok((Some((conversation, sent.event.seq)), sent.duplicate))
            })
        }
        ClientFrame::Claim {
            conversation,
            rep,
            over_capacity,
            reference,
        } => {
            let claim = Claim { rep, over_capacity };
            moved(reference, async move {
                desk.claim(actor, conversation, claim).await
            })
        }
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
        frame @ (ClientFrame::Read { .. }
        | ClientFrame::Note { .. }
        | ClientFrame::Edit { .. }
        | ClientFrame::Delete { .. }
        | ClientFrame::Join { .. }
        | ClientFrame::Leave { .. }) => speech::carry_out(desk, actor, frame),
        other => moves(desk, actor, other),
    }
}

/// What is done with a conversation between its opening and its end.
fn moves(desk: Desk, actor: Actor, frame: ClientFrame) -> LocalBoxFuture<'static, Done> {
    let reference = frame.reference().map(str::to_owned);
    match frame {
        ClientFrame::Accept { conversation, .. } => {
            moved(
                reference,
                async move { desk.accept(actor, conversation).await },
            )
        }
        ClientFrame::Decline {
            conversation,
            reason,
            ..
        } => moved(reference, async move {
            desk.decline(actor, conversation, reason).await
        }),
        ClientFrame::Requeue {
            conversation,
            reason,
            ..
        } => moved(reference, async move {
            desk.requeue(actor, conversation, reason).await
        }),
        ClientFrame::Transfer {
            conversation,
            rep,
            queue,
            note,
            ..
        } => moved(reference, async move {
            let to = Target::of(rep, queue)?;
            desk.transfer(actor, conversation, to, note).await
        }),
        ClientFrame::Park {
            conversation,
            wake_at,
            ..
        } => moved(reference, async move {
            desk.park(actor, conversation, wake_at).await
        }),
        ClientFrame::Wake { conversation, .. } => {
            moved(
                reference,
                async move { desk.wake(actor, conversation).await },
            )
        }
        ClientFrame::Reopen { conversation, .. } => {
            moved(
                reference,
                async move { desk.reopen(actor, conversation).await },
            )
        }
        ClientFrame::Prioritize {
            conversation,
            priority,
            ..
        } => moved(reference, async move {
            desk.prioritize(actor, conversation, priority).await
        }),
        _ => unreachable!("carried out elsewhere"),
    }
}

/// Text as a frame; says what is wrong with it.
pub fn read(text: &str) -> Result<ClientFrame> {
    let frame: ClientFrame =
        body::parse(text.as_bytes()).map_err(|error| match is_of_unknown_type(text) {
            true => Error {
                code: Code::UnknownType,
                ..error
            },
            false => error,
        })?;
    let reference = frame.reference();
    if reference.is_some_and(|text| text.chars().count() > REFERENCE_MAX) {
        return Err(Error::invalid(
            "ref",
            format!("Give at most {REFERENCE_MAX} characters."),
        ));
    }
    Ok(frame)
}

/// Whether it says what it is, and that is nothing that there is.
fn is_of_unknown_type(text: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        kind: String,
    }
    let typed = serde_json::from_str::<Typed>(text);
    typed.is_ok_and(|typed| !ClientFrame::types().contains(&typed.kind.as_str()))
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
