//! What a rep is offered on one socket: each is told once, and once that it is gone.

use std::collections::HashSet;

use super::protocol::ServerFrame;
use crate::news::EventView;
use crate::store::conversations::ConversationView;
use crate::words::{ConversationId, EventKind, UserId};

/// The offers that this socket's client knows of.
#[derive(Default)]
pub struct Offers(HashSet<ConversationId>);

impl Offers {
    /// What to tell of an offer, unless it was told.
    pub fn made(&mut self, view: &ConversationView) -> Option<ServerFrame> {
        self.0.insert(view.id).then(|| ServerFrame::Offer {
            conversation: Box::new(view.clone()),
            expires_at: view.due_at,
        })
    }

    /// What to tell of one that is gone, if it was told.
    pub fn gone(&mut self, id: ConversationId, reason: &'static str) -> Option<ServerFrame> {
        self.0.remove(&id).then_some(ServerFrame::OfferGone {
            conversation: id,
            reason,
        })
    }

    pub fn ids(&self) -> Vec<ConversationId> {
        self.0.iter().copied().collect()
    }
}

/// Whether it is this person to whom it is offered.
pub fn is_offered(view: &ConversationView, person: UserId) -> bool {
    view.offered_to.as_ref().is_some_and(|to| to.id == person)
}

/// Why an offer is gone, by what its log says then.
pub fn reason(events: &[EventView]) -> &'static str {
    let mut reasons = events.iter().filter_map(|event| match event.kind {
        EventKind::Assigned => Some("accepted"),
        EventKind::Declined => Some("declined"),
        EventKind::Missed => Some(match &event.data {
            Some(data) if data["set_away"] == true => "set_away",
            _ => "expired",
        }),
        EventKind::Closed => Some("closed"),
        _ => None,
    });
    reasons.next_back().unwrap_or("withdrawn")
}
