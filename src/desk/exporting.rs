//! Whoever takes out what is kept here is written down before the first of it goes.

use serde_json::Value;

use super::Desk;
use crate::access::{Action, Actor, Object, may};
use crate::error::Result;
use crate::store::audit::{self, Entry};
use crate::store::{Conn, accounts};
use crate::words::{Act, ObjectKind, UserId};

impl Desk {
    /// Somebody exports conversations, those of a filter.
    pub async fn note_export(&self, actor: Actor, filter: Value) -> Result<()> {
        let (act, kind) = (Act::ConversationsExported, ObjectKind::Conversation);
        may(&actor, Action::Export, Object::None)?;
        self.note_taking(actor, act, kind, filter).await
    }

    /// An admin exports what is kept of a person.
    pub async fn note_personal_export(&self, actor: Actor, person: UserId) -> Result<()> {
        may(&actor, Action::ExportPerson, Object::Person(person))?;
        let (act, kind) = (Act::UserExported, ObjectKind::User);
        let entry = Entry::new(Some(actor.id), act, kind, Some(person.0));
        let write = move |conn: &mut Conn| {
            accounts::find(conn, person)?;
            audit::record(conn, &entry, None, None)
        };
        self.0.store.write(write).await?;
        tracing::info!(actor = %actor.id, %person, "what is kept of somebody is taken out");
        Ok(())
    }

    /// An admin exports the audit, those entries of a filter.
    pub async fn note_audit_export(&self, actor: Actor, filter: Value) -> Result<()> {
        let (act, kind) = (Act::AuditExported, ObjectKind::Audit);
        may(&actor, Action::ExportAudit, Object::None)?;
        self.note_taking(actor, act, kind, filter).await
    }

    async fn note_taking(
        &self,
        actor: Actor,
        act: Act,
        kind: ObjectKind,
        mut filter: Value,
    ) -> Result<()> {
        if let Some(fields) = filter.as_object_mut() {
            fields.retain(|_, asked| !asked.is_null());
        }
        let entry = Entry::new(Some(actor.id), act, kind, None);
        let write = move |conn: &mut Conn| audit::record(conn, &entry, None, Some(filter.clone()));
        self.0.store.write(write).await?;
        tracing::info!(actor = %actor.id, %act, "an export begins");
        Ok(())
    }
}
