//! Everything that anybody can do here, and what kind of people may.

use super::Rights;

/// What somebody asks to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Registering, signing in, proving to be somebody; asking whether the server lives.
    Enter,

    /// One's own profile, password and logins.
    KeepAccount,
    TakeOwnData,
    EraseOwn,
    /// A visitor becomes the account that asks.
    MergeVisitor,
    ReadPicture,
    ListQueues,
    Upload,

    Open,
    /// Reading a conversation, searching among them, and saying how far one has read.
    Read,
    Write,
    Type,
    Edit,
    Delete,
    Close,
    Reopen,
    /// Saying what one thought of one's own conversation.
    Rate,
    /// Waiting no more for an answer to one's own conversation.
    LeaveMessage,

    /// What a rep is offered.
    AnswerOffer,
    Claim,
    /// Claiming for somebody else.
    Assign,
    OverrideCapacity,
    /// Putting it back in line, giving it on, laying it aside, making it more urgent.
    Direct,
    Wake,
    Note,
    /// Taking part beside its rep; whether reps may is a setting.
    Join {
        reps: bool,
    },
    Leave,
    /// Asking why it waits.
    Explain,
    Export,

    WatchLine,
    ReadLineHistory,
    /// One's own texts that are ready, and reading those for all.
    KeepReplies,
    /// Making and changing texts that are ready for all.
    ShareReplies,
    ReadQueue,
    ChangeQueues,
    ReadSchedules,
    ChangeSchedules,
    ReadSettings,
    ChangeSettings,

    ReadCustomer,
    SetPersonalRep,
    SetAvailability,
    /// Asking why a rep gets nothing.
    ExplainIdle,
    ListReps,
    AddRep,
    ChangeCapacity,
    ChangeRepQueues,
    ChangeRights,

    ReadPeople,
    ChangePeople,
    Enable,
    /// A link with which whoever has it takes somebody's account over.
    MakePasswordLink,
    Disable,
    ChangeRole,
    ExportPerson,
    Erase,

    ReadInvitations,
    /// Another admin wants a young login besides.
    Invite,
    RevokeInvitation,

    ReadAudit,
    ExportAudit,
    ReadMetrics,
    ReadReports,
    /// Seeing how the house is, with the newest lines of its log.
    ReadHealth,
    ReadWidgets,
    AddWidget,
    ChangeWidgets,
    RenewWidgetSecret,
    /// Having somebody signed in whom a back end knows.
    VouchIdentity,
    ReadKeys,
    AddKey,
    RevokeKey,
}

/// What kind of people may do something; with what, is another question.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    Anyone,
    SignedIn,
    Customers,
    Reps,
    Staff,
    Admins,
    /// An admin, and a rep who is trusted with this.
    Trusted(fn(&Rights) -> bool),
}

impl Action {
    pub fn who(self) -> Who {
        use Action::*;
        match self {
            Enter => Who::Anyone,
            KeepAccount | TakeOwnData | ReadPicture | ListQueues | Upload | Read | Write | Type
            | Edit | Delete | Close | Reopen => Who::SignedIn,
            Open | Rate | LeaveMessage | MergeVisitor | EraseOwn => Who::Customers,
            AnswerOffer => Who::Reps,
            Direct
            | Wake
            | Note
            | Join { .. }
            | Leave
            | Explain
            | WatchLine
            | KeepReplies
            | ReadQueue
            | ReadCustomer
            | SetAvailability
            | ExplainIdle => Who::Staff,
            Claim => Who::Trusted(|rights| rights.claim),
            OverrideCapacity => Who::Trusted(|rights| rights.over_capacity),
            Export => Who::Trusted(|rights| rights.export),
            Assign | ShareReplies | ReadLineHistory | ChangeQueues | ReadSchedules
            | ChangeSchedules | ReadSettings | ChangeSettings | SetPersonalRep | ListReps
            | AddRep | ChangeCapacity | ChangeRepQueues | ChangeRights | ReadPeople
            | ChangePeople | Enable | MakePasswordLink | Disable | ChangeRole | ExportPerson
            | Erase | ReadInvitations | Invite | RevokeInvitation | ReadAudit | ExportAudit
            | ReadMetrics | ReadReports | ReadHealth | ReadWidgets | AddWidget | ChangeWidgets
            | RenewWidgetSecret | VouchIdentity | ReadKeys | AddKey | RevokeKey => Who::Admins,
        }
    }

    /// Whether it wants a login that is young: what gives power away or takes everything out. A
    /// token that was left lying somewhere does not make keys.
    pub fn wants_young_login(self) -> bool {
        matches!(
            self,
            Action::AddKey
                | Action::AddWidget
                | Action::RenewWidgetSecret
                | Action::VouchIdentity
                | Action::Export
                | Action::ExportAudit
                | Action::ChangeRole
                | Action::ChangeRights
                | Action::MakePasswordLink
                | Action::ChangeSettings
                | Action::TakeOwnData
                | Action::ExportPerson
                | Action::Erase
        )
    }

    /// Whether it is reading of which the audit tells: no page of others may have a browser do it.
    pub fn is_noted_reading(self) -> bool {
        use Action::*;
        matches!(self, Export | ExportAudit | ExportPerson | TakeOwnData)
    }
}
