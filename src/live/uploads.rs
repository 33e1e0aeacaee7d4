//! A small file comes over the socket, as text in a frame.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::answer::Done;
use super::protocol::{Reference, ServerFrame};
use crate::access::Actor;
use crate::app::App;
use crate::attachments::Uploader;

/// Takes it in; it can be sent with a message then.
pub fn take_in(
    app: &App,
    actor: &Actor,
    (name, content): (String, String),
    reference: Option<String>,
) -> LocalBoxFuture<'static, Done> {
    let attachments = app.attachments.clone();
    let who = Uploader {
        id: actor.id,
        role: actor.role,
    };
    let reference = Reference {
        reference,
        client_id: None,
    };
    let taken = async move {
        match attachments.take_in_text(who, &name, &content).await {
            Ok(attachment) => Ok(Some(ServerFrame::Uploaded {
                reference,
                attachment,
            })),
            Err(error) => Err((error, reference)),
        }
    };
    taken.boxed_local()
}
