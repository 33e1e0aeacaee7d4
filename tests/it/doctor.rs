//! The doctor: what is sound is not called broken, and what is broken is found.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use switchboard::access::Actor;
use switchboard::desk::Close;
use switchboard::doctor;
use switchboard::store::{Conn, checks, conversations, open_existing, queues, search};
use switchboard::words::{ConversationId, Mode, Priority, Role, Status, UserId};
use uuid::Uuid;

use crate::harness::{World, until};
use crate::on_both;
use crate::person::Person;

on_both!(
    an_accepted_offer_is_not_over_a_capacity_that_was_lowered_meanwhile,
    a_row_that_its_log_does_not_tell_is_found,
    a_step_that_cannot_have_happened_is_found,
    what_is_broken_is_named,
    who_has_searched_before_calls_no_merged_index_broken,
);

async fn status(world: &World, id: ConversationId, status: Status) {
    let find = move |conn: &mut Conn| Ok(conversations::find(conn, id)?);
    let store = &world.nodes[0].app.store;
    until("the status", async || {
        let row = store.read(find).await.unwrap().unwrap();
        row.status == status
    })
    .await;
}

async fn open(customer: &Person) -> ConversationId {
    customer.open().await.parse().unwrap()
}

async fn an_accepted_offer_is_not_over_a_capacity_that_was_lowered_meanwhile(world: &World) {
    let app = &world.nodes[0].app;
    let offers = |conn: &mut Conn| {
        for queue in queues::list(conn)? {
            let mode = Mode::Offer;
            queues::update(conn, &queues::Queue { mode, ..queue })?;
        }
        Ok(())
    };
    app.store.write(offers).await.unwrap();
    let (rep, admin) = (world.rep(0, 1).await, world.admin().await);
    let _socket = rep.socket().await;
    let id = open(&world.customer(0).await).await;
    status(world, id, Status::Offered).await;
    let actor = Actor::new;
    let boss = actor(admin.id, Role::Admin);
    app.desk.set_capacity(boss, rep.id, 0).await.unwrap();
    let rep = actor(rep.id, Role::Rep);
    let view = app.desk.accept(rep, id).await.unwrap();
    assert_eq!(view.status, Status::Active);
}

/// Changes the record behind everybody's back. Ids stand in the statement as `{n}`.
pub async fn tamper(world: &World, sql: &str, ids: &[Uuid]) {
    let (sql, ids) = (sql.to_owned(), ids.to_owned());
    let write = move |conn: &mut Conn| {
        let mut sql = sql.clone();
        for (at, id) in ids.iter().enumerate() {
            let literal = match conn {
                Conn::Lite(_) => format!("X'{}'", id.simple()),
                Conn::Pg(_) => format!("'{id}'"),
            };
            sql = sql.replace(&format!("{{{at}}}"), &literal);
        }
        Ok(conn.execute(&sql)?)
    };
    world.nodes[0].app.store.write(write).await.unwrap();
}

/// The names of what the doctor finds broken when he looks at everything.
async fn broken(world: &World) -> Vec<&'static str> {
    let store = &world.nodes[0].app.store;
    let (findings, examples) = store.read(checks::run_full).await.unwrap();
    let broken = findings.iter().filter(|one| one.broken > 0);
    let names: Vec<_> = broken.map(|one| one.name).collect();
    let told = names.iter().any(|name| name.starts_with("log_"));
    assert_eq!(told, !examples.is_empty(), "{names:?} {examples:?}");
    names
}

/// A conversation that has been through much, and is active with the first of two reps.
async fn long_story(world: &World) -> (ConversationId, UserId, UserId) {
    let (one, other) = (world.rep(0, 3).await, world.rep(1, 3).await);
    let (_socket, desk) = (one.socket().await, &world.nodes[0].app.desk);
    let customer = world.customer(0).await;
    let id = open(&customer).await;
    status(world, id, Status::Active).await;
    let rep = Actor::new(one.id, Role::Rep);
    let close = Close::default();
    desk.requeue(rep.clone(), id, None).await.unwrap();
    desk.prioritize(rep.clone(), id, Priority::High)
        .await
        .unwrap();
    desk.claim(rep.clone(), id, Default::default())
        .await
        .unwrap();
    desk.park(rep.clone(), id, None).await.unwrap();
    desk.wake(rep.clone(), id).await.unwrap();
    desk.close(rep.clone(), id, close).await.unwrap();
    desk.reopen(rep.clone(), id).await.unwrap();
    desk.claim(rep, id, Default::default()).await.ok();
    status(world, id, Status::Active).await;
    (id, one.id, other.id)
}

async fn a_row_that_its_log_does_not_tell_is_found(world: &World) {
    let (id, one, other) = long_story(world).await;
    assert_eq!(broken(world).await, Vec::<&str>::new());
    let id = id.0;
    let priority = "UPDATE conversations SET priority = 'urgent' WHERE id = {0}";
    tamper(world, priority, &[id]).await;
    assert_eq!(broken(world).await, ["log_tells_queue"]);
    let priority = "UPDATE conversations SET priority = 'high' WHERE id = {0}";
    tamper(world, priority, &[id]).await;
    // Given to another rep, with all that goes with it but an event.
    let give = "UPDATE conversations SET rep_id = {1}, last_rep_id = {1} WHERE id = {0}";
    let swap = "UPDATE reps SET active = 1 - active WHERE user_id IN ({0}, {1})";
    tamper(world, give, &[id, other.0]).await;
    tamper(world, swap, &[one.0, other.0]).await;
    assert_eq!(broken(world).await, ["log_tells_status", "log_tells_epoch"]);
    tamper(world, give, &[id, one.0]).await;
    tamper(world, swap, &[one.0, other.0]).await;
}

async fn a_step_that_cannot_have_happened_is_found(world: &World) {
    let (id, ..) = long_story(world).await;
    // It was never put back in line between two assignments.
    let forget = "UPDATE events SET kind = 'tagged' WHERE conversation_id = {0} AND kind = ";
    let again = "UPDATE events SET kind = 'requeued' WHERE conversation_id = {0} AND kind = ";
    tamper(world, &format!("{forget}'requeued'"), &[id.0]).await;
    assert_eq!(broken(world).await, ["log_can_have_happened"]);
    tamper(world, &format!("{again}'tagged'"), &[id.0]).await;
}

async fn what_is_broken_is_named(world: &World) {
    let (id, ..) = long_story(world).await;
    let row = world.row(&id.to_string()).await;
    let called = format!("conversation {} ({id})", row.number);
    let said = async || {
        let store = &world.nodes[0].app.store;
        let (findings, examples) = store.read(checks::run_full).await.unwrap();
        (doctor::report(&findings), examples.join("\n"))
    };
    let shift = "UPDATE heads SET last_seq = last_seq + 1 WHERE conversation_id = {0}";
    tamper(world, shift, &[id.0]).await;
    let (report, _) = said().await;
    assert!(report.contains("BROKEN 1 seq_is_dense"), "{report}");
    assert!(report.contains(&called), "{report}");
    assert!(report.contains("1 of "), "{report}");
    let back = "UPDATE heads SET last_seq = last_seq - 1 WHERE conversation_id = {0}";
    tamper(world, back, &[id.0]).await;
    let priority = "UPDATE conversations SET priority = 'urgent' WHERE id = {0}";
    tamper(world, priority, &[id.0]).await;
    let (_, examples) = said().await;
    let differs = format!("{called}: priority is urgent in its row, high by its log");
    assert_eq!(examples, differs);
    let priority = "UPDATE conversations SET priority = 'high' WHERE id = {0}";
    tamper(world, priority, &[id.0]).await;
}

/// A copy of a world's SQLite file, and what somebody has done to it who heeds no constraint.
fn damaged(world: &World, name: &str, sql: &str) -> Conn {
    let copy = world.settings.data_dir.join(format!("{name}.db"));
    let mut conn = open_existing(&world.settings.database()).unwrap();
    conn.execute(&format!("VACUUM INTO '{}'", copy.display()))
        .unwrap();
    let mut conn = open_existing(&format!("sqlite:{}", copy.display())).unwrap();
    let heedless = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;";
    conn.execute(&format!(
        "{heedless} {sql}; PRAGMA ignore_check_constraints = OFF"
    ))
    .unwrap();
    conn
}

#[actix_web::test]
async fn what_the_shell_of_sqlite_can_do_is_found() {
    let world = World::embedded_with(|_| {}).await;
    let (id, ..) = long_story(&world).await;
    let gone = world.customer(0).await;
    let closed = gone.open().await;
    gone.close(&closed).await.ok(200);
    let stray = "INSERT INTO events (conversation_id, seq, kind, created_at)
                 VALUES (X'00112233445566778899AABBCCDDEEFF', 1, 'opened', 1)";
    let (references, whole) = ("references_lead_somewhere", "database_is_whole");
    let cases: [(&str, &[&str], &str); 7] = [
        ("DELETE FROM queues", &[references], "of `queues`"),
        (stray, &[references], "1 in `events`, of `conversations`"),
        (
            "UPDATE conversations SET resolution = NULL WHERE status = 'closed'",
            &["closed_has_its_end", whole],
            &closed,
        ),
        (
            "UPDATE reps SET capacity = -1",
            &[whole],
            "CHECK constraint failed in reps",
        ),
        (
            "UPDATE users SET role = 'king' WHERE role = 'customer'",
            &[whole],
            "CHECK constraint failed in users",
        ),
        (
            "UPDATE events SET data = '{' WHERE kind = 'assigned'",
            &["data_is_json"],
            &id.0.simple().to_string(),
        ),
        (
            "DROP TABLE marks",
            &["marks_are_within"],
            "no such table: marks",
        ),
    ];
    for (turn, (sql, names, says)) in cases.into_iter().enumerate() {
        let mut conn = damaged(&world, &turn.to_string(), sql);
        let (findings, _) = checks::run_full(&mut conn).unwrap();
        let (plain, report) = (checks::run(&mut conn).unwrap(), doctor::report(&findings));
        for findings in [&findings, &plain] {
            assert!(!doctor::is_well(findings), "{sql}");
            for name in names {
                let one = findings.iter().find(|one| one.name == *name).unwrap();
                assert!(!one.is_well(), "{sql}: {name}\n{report}");
            }
            // The others were asked.
            assert!(
                findings.iter().filter(|one| one.is_well()).count() > 10,
                "{report}"
            );
        }
        assert!(report.contains(says), "{sql}:\n{report}");
        assert!(!report.contains("has been logged"), "{report}");
    }
    world.end().await;
}

/// Where something lies in a file of SQLite.
#[derive(QueryableByName)]
struct Page {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[actix_web::test]
async fn a_wrecked_page_leaves_the_other_checks_alone() {
    let world = World::embedded_with(|_| {}).await;
    long_story(&world).await;
    let conn = damaged(&world, "wrecked", "PRAGMA wal_checkpoint(TRUNCATE)");
    let Conn::Lite(mut lite) = conn else {
        panic!("it is SQLite")
    };
    let ask = "SELECT rootpage AS number FROM sqlite_master WHERE name = 'minutes'";
    let page: Page = sql_query(ask).get_result(&mut lite).unwrap();
    drop(lite);
    let path = world.settings.data_dir.join("wrecked.db");
    // A page of a table, and never of the list of them.
    let mut bytes = std::fs::read(&path).unwrap();
    let begin = (page.number as usize - 1) * 4_096;
    bytes[begin..begin + 4_096].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let mut conn = open_existing(&format!("sqlite:{}", path.display())).unwrap();
    let findings = checks::run(&mut conn).unwrap();
    let report = doctor::report(&findings);
    let whole = findings.iter().find(|one| one.name == "database_is_whole");
    assert!(!whole.unwrap().is_well(), "{report}");
    assert!(findings.iter().any(|one| one.is_well()), "{report}");
    world.end().await;
}

/// SQLite's check of the index remembers what its connection saw at an earlier search.
async fn who_has_searched_before_calls_no_merged_index_broken(world: &World) {
    if world.nodes[0].app.store.shared() {
        return;
    }
    let mut conn = open_existing(&world.settings.database()).unwrap();
    let ann = world.customer(0).await;
    let id = ann.open().await;
    for text in ["zebra", "okapi"] {
        ann.say(&id, text).await;
        world.nodes[0].app.store.write(search::index).await.unwrap();
    }
    let search = "SELECT 1 FROM search_words WHERE search_words MATCH 'zebra'";
    conn.execute(search).unwrap();
    let merge = "INSERT INTO search_words (search_words) VALUES ('optimize')";
    tamper(world, merge, &[]).await;
    let findings = checks::run(&mut conn).unwrap();
    assert!(doctor::is_well(&findings), "{}", doctor::report(&findings));
}

#[actix_web::test]
async fn what_others_keep_in_the_same_database_is_not_asked() {
    let Some(world) = World::services(1).await else {
        return;
    };
    let others = "CREATE SCHEMA others;
        CREATE TABLE others.parents (id INTEGER PRIMARY KEY);
        CREATE TABLE others.children (parent INTEGER);
        INSERT INTO others.children VALUES (7);
        ALTER TABLE others.children ADD CONSTRAINT of_parent
            FOREIGN KEY (parent) REFERENCES others.parents (id) NOT VALID;";
    tamper(&world, others, &[]).await;
    assert_eq!(world.broken().await, Vec::<String>::new());
    // In our own it is.
    let own = others
        .replace("CREATE SCHEMA others;", "")
        .replace("others.", "");
    tamper(&world, &own, &[]).await;
    let report = world.broken().await.concat();
    assert!(report.contains("of_parent"), "{report}");
    assert!(report.contains("1 in `children`, of `parents`"), "{report}");
    tamper(&world, "DROP TABLE children", &[]).await;
    world.end().await;
}
