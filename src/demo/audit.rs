//! What a client can check: everything is read back over REST and compared with what the people
//! were told.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::admin::Admin;
use super::tally::Shared;
use crate::news::EventView;
use crate::words::{ClientId, ConversationId, EventKind};

/// Conversations read at a time.
const AT_A_TIME: usize = 8;

/// What was found. All but the first two are to be 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadBack {
    pub conversations: u64,
    pub messages: u64,
    /// Acknowledged, and not there.
    pub lost: u64,
    /// There more than once.
    pub doubled: u64,
    /// Logs that are not numbered 1, 2, 3, ...
    pub holes: u64,
    /// Conversations not assigned, or again without having been put back in line.
    pub assigned_wrong: u64,
    /// Assignments above the rep's capacity.
    pub over_capacity: u64,
    /// Conversations that are not closed, or went on after it.
    pub unclosed: u64,
}

#[derive(serde::Deserialize)]
struct Page {
    items: Vec<EventView>,
    last_seq: i64,
}

/// Reads every conversation of the story.
pub async fn read_back(admin: &Admin, tally: &Shared) -> anyhow::Result<ReadBack> {
    let courses: Vec<(ConversationId, Vec<(ClientId, i64)>)> = {
        let tally = tally.borrow();
        let courses = tally.courses.iter();
        courses
            .map(|(id, one)| (*id, one.acknowledged.clone()))
            .collect()
    };
    stream::iter(courses)
        .map(async |(id, acknowledged)| {
            let path = format!("/conversations/{id}/events?after=0&limit=200");
            let page: Page = serde_json::from_value(admin.get(&path).await?)?;
            anyhow::Ok(judge(&page.items, page.last_seq, &acknowledged))
        })
        .buffer_unordered(AT_A_TIME)
        .try_fold(ReadBack::default(), async |all, one| Ok(all.plus(one)))
        .await
}

fn judge(log: &[EventView], last_seq: i64, acknowledged: &[(ClientId, i64)]) -> ReadBack {
    let count = |kind| log.iter().filter(|one| one.kind == kind).count() as u64;
    let mut there: HashMap<ClientId, Vec<i64>> = HashMap::new();
    for event in log {
        if let Some(id) = event.client_id {
            there.entry(id).or_default().push(event.seq);
        }
    }
    let found = |(id, seq): &(ClientId, i64)| there.get(id).is_some_and(|at| at.contains(seq));
    let dense = log.iter().map(|one| one.seq).eq(1..=last_seq);
    let closed = log.last().is_some_and(|one| one.kind == EventKind::Closed);
    ReadBack {
        conversations: 1,
        messages: count(EventKind::Message),
        lost: acknowledged.iter().filter(|one| !found(one)).count() as u64,
        doubled: there.values().filter(|at| at.len() > 1).count() as u64,
        holes: u64::from(!dense),
        assigned_wrong: u64::from(count(EventKind::Assigned) != 1 + count(EventKind::Requeued)),
        over_capacity: log.iter().filter(|one| is_over(one)).count() as u64,
        unclosed: u64::from(!closed),
    }
}

/// Whether an assignment left its rep with more than he may hold.
fn is_over(event: &EventView) -> bool {
    let number = |name: &str| event.data.as_ref()?.get(name)?.as_i64();
    event.kind == EventKind::Assigned
        && !matches!((number("load"), number("capacity")), (Some(load), Some(most)) if load <= most)
}

impl ReadBack {
    fn plus(self, one: Self) -> Self {
        Self {
            conversations: self.conversations + one.conversations,
            messages: self.messages + one.messages,
            lost: self.lost + one.lost,
            doubled: self.doubled + one.doubled,
            holes: self.holes + one.holes,
            assigned_wrong: self.assigned_wrong + one.assigned_wrong,
            over_capacity: self.over_capacity + one.over_capacity,
            unclosed: self.unclosed + one.unclosed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(seq: i64, kind: EventKind, client_id: Option<ClientId>) -> EventView {
        EventView {
            conversation: ConversationId::new(),
            seq,
            kind,
            sender_id: None,
            client_id,
            text: None,
            attachments: Vec::new(),
            data: Some(json!({ "load": 1, "capacity": 1 })),
            created_at: 0,
        }
    }

    #[test]
    fn what_is_wrong_is_found() {
        use EventKind::{Assigned, Closed, Message, Opened};
        let (a, b) = (ClientId::new(), ClientId::new());
        let good = [
            event(1, Opened, None),
            event(2, Assigned, None),
            event(3, Message, Some(a)),
            event(4, Closed, Some(b)),
        ];
        let fine = ReadBack {
            conversations: 1,
            messages: 1,
            ..ReadBack::default()
        };
        assert_eq!(judge(&good, 4, &[(a, 3), (b, 4)]), fine);
        assert_eq!(judge(&good, 4, &[(a, 4)]).lost, 1);
        assert_eq!(judge(&good, 5, &[]).holes, 1);
        assert_eq!(judge(&good[..3], 3, &[]).unclosed, 1);
        let mut twice = good.to_vec();
        twice[1] = event(2, Assigned, Some(a));
        twice[3] = event(4, Assigned, None);
        let found = judge(&twice, 4, &[]);
        assert_eq!((found.doubled, found.assigned_wrong), (1, 1));
        twice[1].data = Some(json!({ "load": 2, "capacity": 1 }));
        assert_eq!(judge(&twice, 4, &[]).over_capacity, 1);
    }
}
