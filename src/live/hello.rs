//! The beginning of a native socket: who is there, what he has open, and where he stands.

use std::collections::{HashMap, HashSet};

use super::cursor::{hears_of, joined_by};
use super::offers::is_offered;
use super::protocol::{Myself, Reference, ServerFrame};
use super::session::Session;
use super::socket::{Gone, Wire};
use crate::access::Actor;
use crate::error::Result;
use crate::eta::Outlook;
use crate::store::conversations;
use crate::store::marks::{self, MarkedView, Unread};
use crate::store::mine::{self, Mine};
use crate::store::reps::{self, RepState};
use crate::store::schedules::{self, QueueHours};
use crate::store::{Conn, events, pace, waiting};
use crate::tuning::Texts;
use crate::words::{ConversationId, QueueId, Role, Status, now};

/// How many a customer may resume to be read at once, in line with all others who come.
const QUICK: usize = 5;

/// What a socket begins with.
struct Beginning {
    views: Vec<MarkedView>,
    unread: HashMap<ConversationId, Unread>,
    joined: HashSet<ConversationId>,
    /// The last seqs of what is resumed.
    heads: HashMap<ConversationId, i64>,
    own: Own,
}

/// What only some are told as they come.
#[derive(Debug, serde::Serialize)]
pub struct Own {
    /// Capacity, load and availability, if you are a rep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rep: Option<RepState>,
    /// For customers: the queues that have hours, and whether each is open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<QueueHours>,
    /// For customers: what they are greeted with, if there is anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<Texts>,
}

/// What is to be known of a conversation after its client was told that it is there.
struct Rest {
    id: ConversationId,
    queue: QueueId,
    status: Status,
}

impl From<&MarkedView> for Rest {
    fn from(one: &MarkedView) -> Self {
        let view = &one.conversation;
        Rest {
            id: view.id,
            queue: view.queue.id,
            status: view.status,
        }
    }
}

/// Reads what somebody has open, and what he resumes if he goes on hearing of it.
fn beginning(
    conn: &mut Conn,
    actor: &Actor,
    resume: &[(ConversationId, i64)],
) -> Result<Beginning> {
    let Mine {
        mut rows,
        mut joined,
    } = mine::open(conn, actor.id, actor.role)?;
    let resumed: Vec<ConversationId> = resume.iter().map(|(id, _)| *id).collect();
    let mut others = resumed.clone();
    others.retain(|id| !rows.iter().any(|row| row.id == *id));
    if !others.is_empty() {
        joined.extend(joined_by(conn, actor, &others)?);
        let mut others = conversations::find_all(conn, &others)?;
        others.retain(|row| hears_of(actor, row, joined.contains(&row.id)));
        rows.extend(others);
    }
    let rep = match actor.role {
        Role::Customer => None,
        _ => reps::standings_of(conn, &[actor.id])?
            .first()
            .map(RepState::from),
    };
    let hours = match actor.role {
        Role::Customer => schedules::now_of_all(conn, now())?,
        _ => Vec::new(),
    };
    let heads = match resumed.is_empty() {
        true => HashMap::new(),
        false => events::last_seqs(conn, &resumed)?.into_iter().collect(),
    };
    let (views, unread) = marks::views(conn, actor.id, actor.role, rows)?;
    Ok(Beginning {
        views,
        unread,
        joined,
        heads,
        own: Own {
            rep,
            hours,
            texts: None,
        },
    })
}

impl Session {
    pub(super) async fn hello(
        &mut self,
        wire: &mut Wire,
        resume: Vec<(ConversationId, i64)>,
    ) -> Result<(), Gone> {
        if let Err(error) = self.arrive().await {
            return self.refuse(wire, &error, Reference::default()).await;
        }
        let (actor, named) = (self.caller.actor.clone(), resume.clone());
        let quick = actor.role == Role::Customer && resume.len() <= QUICK;
        let read = move |conn: &mut Conn| beginning(conn, &actor, &named);
        let store = &self.app.store;
        let found = match quick {
            true => store.read_quickly(read).await,
            false => store.arrival(read).await,
        };
        let Beginning {
            views,
            unread,
            joined,
            heads,
            own,
        } = match found {
            Ok(found) => found,
            Err(error) => return self.refuse(wire, &error, Reference::default()).await,
        };
        self.ready = true;
        self.rep_version = own.rep.as_ref().map_or(0, |rep| rep.version);
        if let Some(rep) = &own.rep {
            self.caller.actor.rights = rep.rights;
        }
        // What has been heard of it meanwhile counts for more.
        joined.iter().for_each(|id| self.follow(*id, true, 0));
        let (there, gone): (Vec<_>, Vec<_>) = resume
            .into_iter()
            .partition(|(id, _)| views.iter().any(|view| view.conversation.id == *id));
        for (id, seq) in there {
            // Where there is no such entry, the client's past is another: it is told all of it.
            let known = 0..=heads.get(&id).copied().unwrap_or_default();
            self.cursors
                .set(id, if known.contains(&seq) { seq } else { 0 });
        }
        let me = self.caller.actor.id;
        let (offered, marked): (Vec<MarkedView>, Vec<MarkedView>) = views
            .into_iter()
            .partition(|view| is_offered(&view.conversation, me));
        self.learn(&marked, unread, &joined);
        // All that is kept of them while their client is told the rest.
        let rest: Vec<Rest> = marked.iter().map(Rest::from).collect();
        self.welcome(wire, marked, own).await?;
        if self.caller.actor.role != Role::Customer {
            for (id, _) in gone {
                self.tell_gone(wire, id).await?;
            }
        }
        for one in offered {
            let frame = self.offers.made(&one.conversation);
            Self::tell(wire, frame).await?;
        }
        if rest.iter().any(|one| one.status != Status::Closed) {
            Box::pin(self.attend()).await;
        }
        for Rest { id, .. } in &rest {
            // Nothing is read where nothing is missing. Of what he has joined he is told only now.
            if heads.get(id) != Some(&self.cursors.at(*id)) || joined.contains(id) {
                self.catch_up(wire, *id).await?;
            }
        }
        for one in rest.iter().filter(|one| one.status == Status::Waiting) {
            self.tell_place(wire, one.id, one.queue).await?;
        }
        Ok(())
    }

    /// Takes in what he has, and what he has not read of it, as his client will be told.
    fn learn(
        &mut self,
        marked: &[MarkedView],
        unread: HashMap<ConversationId, Unread>,
        joined: &HashSet<ConversationId>,
    ) {
        for view in marked {
            let id = view.conversation.id;
            self.counts
                .set(id, unread.get(&id).copied().unwrap_or_default());
            self.weigh(&view.conversation, joined.contains(&id));
            self.counts.tell(id);
            self.counts.reach(id, view.marks);
        }
    }

    /// Makes a rep present.
    async fn arrive(&mut self) -> Result<()> {
        let (Some(socket), Role::Rep) = (self.socket, self.caller.actor.role) else {
            return Ok(());
        };
        let me = self.caller.actor.id;
        self.presence.arrive(&self.app, me, socket).await
    }

    /// Has it known that a customer who has something open is there.
    pub(super) async fn attend(&mut self) {
        if let (Some(socket), Role::Customer) = (self.socket, self.caller.actor.role) {
            let me = self.caller.actor.id;
            self.presence.attend(&self.app, me, socket).await;
        }
    }

    async fn welcome(
        &mut self,
        wire: &mut Wire,
        conversations: Vec<MarkedView>,
        mut own: Own,
    ) -> Result<(), Gone> {
        if self.caller.actor.role == Role::Customer {
            let texts = self.app.tuning.texts();
            own.texts = (!texts.welcome.is_empty() || !texts.away.is_empty()).then_some(texts);
        }
        let settings = &self.app.settings;
        let heartbeat_ms = match self.caller.actor.role {
            Role::Customer => settings.customer_ping_ms,
            _ => settings.rep_ping_ms,
        };
        let user = Myself {
            id: self.caller.actor.id,
            name: self.caller.name.clone(),
            role: self.caller.actor.role,
        };
        let frame = ServerFrame::Ready {
            node: self.app.node,
            server_time: now(),
            heartbeat_ms,
            user,
            own,
            unread_total: self.counts.tell_total(),
            conversations,
        };
        wire.send(frame).await
    }

    /// Tells a waiting customer where he stands, once; from then on the line's news does.
    async fn tell_place(
        &mut self,
        wire: &mut Wire,
        id: ConversationId,
        queue: QueueId,
    ) -> Result<(), Gone> {
        if self.caller.actor.role != Role::Customer {
            return Ok(());
        }
        let (paces, known) = (self.app.paces.clone(), self.app.paces.get(queue));
        let read = move |conn: &mut Conn| {
            let Some(ahead) = waiting::ahead(conn, id)? else {
                return Ok(None);
            };
            let pace = match known {
                Some(pace) => pace,
                None => pace::of_queue(conn, queue, now())?,
            };
            if known.is_none() {
                paces.set(queue, pace);
            }
            Ok(Some((ahead, Outlook::at(&pace, ahead))))
        };
        match self.app.store.read(read).await {
            Ok(Some((ahead, outlook))) => self.line(wire, id, ahead, outlook).await,
            _ => Ok(()),
        }
    }
}
