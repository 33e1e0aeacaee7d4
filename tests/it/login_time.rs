//! Whether the clock tells which names exist. Measured, not tested: run it on a quiet machine with
//! `cargo test --test it -- --ignored --nocapture login_takes_as_long`.

use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use serde_json::json;
use switchboard::store::Conn;
use switchboard::store::users::{self, User};
use switchboard::words::UserId;

use crate::harness::World;
use crate::wire::Request;

const TRIES: usize = 200;

/// Names of people who are there, each with a password.
async fn known(world: &World) -> Vec<String> {
    let store = &world.nodes[0].app.store;
    let id = world.customer(0).await.id;
    let read = move |conn: &mut Conn| Ok(users::find(conn, id)?);
    let like: User = store.read(read).await.unwrap().unwrap();
    let hash = Argon2::default().hash_password(b"correct horse").unwrap();
    let mut names = Vec::new();
    for _ in 0..TRIES {
        let id = UserId::new();
        let name = format!("known-{}", id.0.simple());
        let user = User {
            id,
            number: i64::from_be_bytes(id.0.as_bytes()[8..].try_into().unwrap()) >> 1,
            username: Some(name.clone()),
            username_key: Some(name.clone()),
            password_hash: Some(hash.to_string()),
            ..like.clone()
        };
        let write = move |conn: &mut Conn| Ok(users::insert(conn, &user).map(drop)?);
        store.write(write).await.unwrap();
        names.push(name);
    }
    names
}

async fn wrong_password(world: &World, name: &str) -> Duration {
    let body = json!({ "login": name, "password": "battery staple" });
    let request = Request::new("POST", "/api/v1/sessions").json(&body);
    let begun = Instant::now();
    let reply = request.ask(&world.base(0)).await;
    let took = begun.elapsed();
    assert_eq!(reply.told(), "401 login_failed");
    took
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[actix_web::test]
#[ignore = "a measurement"]
async fn login_takes_as_long_whether_or_not_the_name_is_somebodys() {
    let world = World::embedded().await;
    let (mut there, mut nowhere) = (Vec::new(), Vec::new());
    for (index, name) in known(&world).await.iter().enumerate() {
        let unknown = name.replace("known", "nobody");
        // Neither is always the first.
        if index % 2 == 0 {
            there.push(wrong_password(&world, name).await);
            nowhere.push(wrong_password(&world, &unknown).await);
        } else {
            nowhere.push(wrong_password(&world, &unknown).await);
            there.push(wrong_password(&world, name).await);
        }
    }
    let (there, nowhere) = (median(&mut there), median(&mut nowhere));
    let difference = there.abs_diff(nowhere).as_secs_f64() / there.as_secs_f64();
    println!(
        "a wrong password, median of {TRIES}: {there:?} for a name that is somebody's, {nowhere:?} \
         for one that is nobody's, {:.2} % apart",
        difference * 100.0
    );
    assert!(difference < 0.05);
    world.end().await;
}
