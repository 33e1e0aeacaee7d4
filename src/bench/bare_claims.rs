//! What the database alone takes for a claim: one transaction that takes the next in line, a slot
//! and a line in a log, by as many clients at once as there are slots. Nothing else.
//! SQLite lets one write at a time, and who is too many there only sleeps: so there it is one.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::settings::Settings;
use crate::store::{Conn, Opener};

/// Claims made in all.
const CLAIMS: usize = 2_000;

/// Times of each claim, by `clients` at once on tables of their own.
pub fn measure(settings: &Settings, clients: usize) -> anyhow::Result<Vec<Duration>> {
    let opener = Opener::make(&settings.database())?;
    let mut conn = opener.open()?;
    let clients = match conn {
        Conn::Lite(_) => 1,
        Conn::Pg(_) => clients,
    };
    let drop_tables = "DROP TABLE IF EXISTS bench_line; DROP TABLE IF EXISTS bench_reps; \
                       DROP TABLE IF EXISTS bench_log;";
    conn.execute(drop_tables)?;
    conn.execute(
        "CREATE TABLE bench_line (id BIGINT PRIMARY KEY, status TEXT NOT NULL, rep BIGINT);
         CREATE INDEX bench_waiting ON bench_line (id) WHERE status = 'waiting';
         CREATE TABLE bench_reps (id BIGINT PRIMARY KEY, active BIGINT NOT NULL);
         CREATE TABLE bench_log (line BIGINT NOT NULL, said TEXT NOT NULL);",
    )?;
    let waiting: Vec<String> = (0..CLAIMS).map(|id| format!("({id}, 'waiting')")).collect();
    conn.execute(&format!(
        "INSERT INTO bench_line (id, status) VALUES {}",
        waiting.join(",")
    ))?;
    let reps: Vec<String> = (0..clients).map(|id| format!("({id}, 0)")).collect();
    conn.execute(&format!("INSERT INTO bench_reps VALUES {}", reps.join(",")))?;
    let times = Mutex::new(Vec::with_capacity(CLAIMS));
    std::thread::scope(|scope| {
        for client in 0..clients {
            let (opener, times) = (&opener, &times);
            scope.spawn(move || {
                let mine = claims(opener, client, CLAIMS / clients);
                times
                    .lock()
                    .expect("nothing panics under this lock")
                    .extend(mine);
            });
        }
    });
    conn.execute(drop_tables)?;
    Ok(times.into_inner().expect("nothing panics under this lock"))
}

fn claims(opener: &Opener, client: usize, count: usize) -> Vec<Duration> {
    let Ok(mut conn) = opener.open() else {
        return Vec::new();
    };
    let skip = match conn {
        Conn::Lite(_) => "",
        Conn::Pg(_) => "FOR UPDATE SKIP LOCKED",
    };
    let claim = format!(
        "UPDATE bench_line SET status = 'active', rep = {client} WHERE id = (
             SELECT id FROM bench_line WHERE status = 'waiting' ORDER BY id LIMIT 1 {skip})"
    );
    let slot = format!("UPDATE bench_reps SET active = active + 1 WHERE id = {client}");
    let log = format!("INSERT INTO bench_log VALUES ({client}, 'assigned')");
    let one = |conn: &mut Conn| {
        let begun = Instant::now();
        let done = conn.transaction(|conn| {
            conn.execute(&claim)?;
            conn.execute(&slot)?;
            Ok(conn.execute(&log)?)
        });
        done.ok().map(|()| begun.elapsed())
    };
    (0..count).filter_map(|_| one(&mut conn)).collect()
}
