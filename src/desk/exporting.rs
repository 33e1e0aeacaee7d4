//! Whoever takes out what is kept here is written down before the first of it goes.

use serde_json::Value;

use super::Desk;
use crate::access::{Action, Actor, Object, may};
use crate::error::Result;
use crate::store::Conn;
use crate::store::audit::{self, Entry};
use crate::words::{Act, ObjectKind};

impl Desk {
    /// Somebody exports conversations, those of a filter.
    pub async fn note_export(&self, actor: Actor, filter: Value) -> Result<()> {
        let (act, kind) = (Act::ConversationsExported, ObjectKind::Conversation);
        may(&actor, Action::Export, Object::None)?;
        self.note_taking(actor, act, kind, filter).await
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
