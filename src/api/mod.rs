//! REST: every route once. Parse, ask, answer; no rules.

mod account;
mod accounts;
mod answers;
mod attachments;
mod audit;
mod canned_replies;
pub mod conversations;
mod customers;
mod export;
mod filters;
mod health;
mod identities;
mod invitations;
mod keys;
mod line;
mod links;
mod lists;
mod moves;
mod people;
mod pictures;
mod privacy;
mod queues;
mod ratings;
mod refusals;
mod reports;
mod reps;
mod schedules;
mod search;
mod settings;
mod speech;
mod state;
mod transcript;
mod transcript_text;
mod unread;
mod visitors;
mod welcome;
mod why;
mod widgets;

pub use refusals::document;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// What the document at `/api/openapi.json` says of itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Switchboard",
        description = "Live-chat dispatch for customer support. Errors are \
            `application/problem+json` with a stable `code`; an unknown and a foreign object \
            give the same 404; moments are Unix milliseconds. A machine sends its API key where \
            a person sends his token."
    ),
    modifiers(&Logins),
    components(schemas(transcript::Format, crate::store::lists::Order)),
    security(("bearer" = []), ("cookie" = [])),
    tags(
        (name = "people", description = "Registering, signing in, the first admin"),
        (name = "conversations", description = "Opening, reading, writing, closing"),
        (name = "attachments", description = "Files that messages carry"),
        (name = "canned replies", description = "Texts that staff have ready"),
        (name = "queues", description = "Where conversations wait, and by which policy"),
        (name = "reps", description = "Capacity, availability and queues"),
        (name = "line", description = "Who waits, and who has room"),
        (name = "reports", description = "What came, how long it waited, who served it"),
        (name = "audit", description = "What admins, machines and the server have done"),
        (name = "api keys", description = "Keys of machines"),
        (name = "settings", description = "What counts while it runs, and greets customers"),
        (name = "widgets", description = "Parts of other pages by which customers come"),
        (name = "health", description = "For machines that watch this one"),
    )
)]
pub struct Document;

/// How one shows who one is.
struct Logins;

impl utoipa::Modify for Logins {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
            "__Host-switchboard_access",
            "Of who has signed in with `cookie`; what changes anything wants the header Origin",
        ));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    }
}

/// Every route. Who may call it is the name of its list, and stands in the table that tests walk.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/api/v1")
            .configure(anyone)
            .configure(signed_in)
            .configure(participants)
            .configure(staff)
            .configure(admins),
    );
    // Machines.
    config
        .service(health::alive)
        .service(health::ready)
        .service(health::figures);
}

/// Anyone.
fn anyone(config: &mut ServiceConfig<'_>) {
    config
        .service(people::setup_state)
        .service(welcome::welcome)
        .service(people::set_up)
        .service(people::register)
        .service(people::sign_in)
        .service(people::refresh)
        .service(account::use_link)
        .service(visitors::add)
        .service(identities::identify)
        .service(identities::telegram)
        .service(links::ask)
        .service(links::check)
        .service(links::confirm_email)
        .service(invitations::accept);
}

/// Whoever is signed in.
fn signed_in(config: &mut ServiceConfig<'_>) {
    config
        .service(people::sign_out)
        .service(account::me)
        .service(account::change)
        .service(account::change_password)
        .service(account::sessions)
        .service(account::end_others)
        .service(account::end_one)
        .service(privacy::export_own)
        .service(privacy::erase_own)
        .service(pictures::set_own)
        .service(pictures::remove_own)
        .service(pictures::find)
        .service(visitors::merge)
        .service(people::ticket)
        .service(queues::list)
        .service(settings::texts)
        .service(attachments::upload)
        .service(attachments::upload_inline)
        .service(attachments::download);
}

/// The customer of a conversation, its rep, an admin.
fn participants(config: &mut ServiceConfig<'_>) {
    config
        .service(conversations::open)
        .service(lists::list)
        .service(unread::count)
        .service(conversations::find)
        .service(conversations::log)
        .service(transcript::transcript)
        .service(answers::find)
        .service(search::find)
        .service(conversations::send)
        .service(conversations::close)
        .service(moves::reopen)
        .service(ratings::rate)
        .service(speech::read)
        .service(speech::delivered)
        .service(speech::edit)
        .service(speech::remove);
}

/// A rep or an admin.
fn staff(config: &mut ServiceConfig<'_>) {
    config
        .service(conversations::claim)
        .service(moves::accept)
        .service(moves::decline)
        .service(moves::requeue)
        .service(moves::leave_message)
        .service(moves::transfer)
        .service(moves::list_targets)
        .service(moves::park)
        .service(moves::wake)
        .service(moves::prioritize)
        .service(speech::note)
        .service(speech::join)
        .service(speech::leave)
        .service(canned_replies::list)
        .service(canned_replies::add)
        .service(canned_replies::change)
        .service(canned_replies::remove)
        .service(reps::set_availability)
        .service(line::line)
        .service(why::why)
        .service(why::why_idle)
        .service(queues::find)
        .service(customers::find);
}

/// An admin.
fn admins(config: &mut ServiceConfig<'_>) {
    config
        .service(accounts::list)
        .service(accounts::find)
        .service(accounts::change)
        .service(accounts::set_role)
        .service(accounts::disable)
        .service(accounts::enable)
        .service(accounts::password_link)
        .service(accounts::sessions)
        .service(accounts::end_sessions)
        .service(privacy::export_of)
        .service(privacy::erase)
        .service(pictures::set)
        .service(pictures::remove)
        .service(invitations::add)
        .service(invitations::list)
        .service(invitations::revoke)
        .service(reps::add)
        .service(reps::list)
        .service(reps::set_capacity)
        .service(line::history)
        .service(export::export)
        .service(reps::set_queues)
        .service(reps::set_rights)
        .service(customers::set_personal_rep)
        .service(queues::add)
        .service(queues::change)
        .service(queues::order)
        .service(queues::remove)
        .service(schedules::list)
        .service(schedules::find)
        .service(schedules::add)
        .service(schedules::change)
        .service(schedules::remove)
        .service(settings::list)
        .service(settings::change)
        .service(reports::report)
        .service(state::health)
        .service(audit::list)
        .service(audit::export)
        .service(keys::add)
        .service(keys::list)
        .service(keys::revoke)
        .service(identities::vouch)
        .service(identities::list)
        .service(widgets::add)
        .service(widgets::list)
        .service(widgets::change)
        .service(widgets::renew)
        .service(widgets::remove);
}
