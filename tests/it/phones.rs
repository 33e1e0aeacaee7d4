//! Phone numbers are as the setting says, where they are given and where somebody signs in by one;
//! what people have already stays theirs.

use serde_json::{Value, json};
use switchboard::settings::Settings;
use switchboard::words::UserId;

use crate::doctor::tamper;
use crate::harness::World;
use crate::on_both_with;
use crate::person::Person;

fn iran(settings: &mut Settings) {
    settings.phone_pattern = r"^09\d{9}$".into();
}

on_both_with!(iran;
    a_number_is_as_the_setting_says,
    what_somebody_has_already_stays
);

const PASSWORD: &str = "correct horse";

fn nobody(world: &World) -> Person {
    Person::new(UserId::new(), String::new(), world.base(0), String::new())
}

/// A number that nobody else has, with this before its last digits.
fn number(first: &str, digits: usize) -> String {
    let random = UserId::new().0.as_u128() % 10_u128.pow(digits as u32);
    format!("{first}{random:0digits$}")
}

fn account(phone: &str) -> Value {
    let name = format!("n{}", UserId::new().0.simple());
    json!({ "username": name, "password": PASSWORD, "phone": phone })
}

async fn sign_in(world: &World, login: &str) -> u16 {
    let body = json!({ "login": login, "password": PASSWORD });
    nobody(world).post("/api/v1/sessions", body).await.status
}

/// As people write it.
fn spaced(number: &str) -> String {
    format!("({}) {}-{}", &number[..4], &number[4..7], &number[7..])
}

async fn a_number_is_as_the_setting_says(world: &World) {
    let (nobody, admin) = (nobody(world), world.admin().await);
    let right = number("09", 9);
    let made = nobody
        .post("/api/v1/customers", account(&spaced(&right)))
        .await;
    let made = made.ok(201);
    assert_eq!(made["user"]["phone"], json!(right), "as it is kept");
    for login in [right.clone(), spaced(&right), format!("  {right} ")] {
        assert_eq!(sign_in(world, &login).await, 200, "{login}");
    }
    assert_eq!(sign_in(world, &right[1..]).await, 401);
    let again = nobody.post("/api/v1/customers", account(&right)).await;
    assert_eq!(again.code(409), "phone_taken");

    let invited = admin.post("/api/v1/invitations", json!({})).await.ok(201);
    let path = format!("/api/v1/people/{}", made["user"]["id"].as_str().unwrap());
    for wrong in [
        "+98 912 345 6789",
        "9123456789",
        "0912345678",
        "091234567890",
        "09x12345678",
    ] {
        let mut acceptance = account(wrong);
        acceptance["token"] = invited["token"].clone();
        for refused in [
            nobody.post("/api/v1/customers", account(wrong)).await,
            admin.post("/api/v1/reps", account(wrong)).await,
            nobody.post("/api/v1/invitations/accept", acceptance).await,
            admin.patch(&path, json!({ "phone": wrong })).await,
        ] {
            let error = refused.ok(422)["errors"][0].clone();
            assert_eq!(error["field"], "phone", "{wrong}");
            let detail = error["detail"].as_str().unwrap();
            assert!(detail.contains(r"^09\d{9}$"), "{detail}");
        }
    }
}

async fn what_somebody_has_already_stays(world: &World) {
    let (nobody, admin) = (nobody(world), world.admin().await);
    let made = nobody
        .post("/api/v1/customers", account(&number("09", 9)))
        .await;
    let made = made.ok(201);
    let id: UserId = made["user"]["id"].as_str().unwrap().parse().unwrap();
    // Registered when another pattern held.
    let old = number("+4930", 8);
    let set = format!("UPDATE users SET phone = '{old}' WHERE id = {{0}}");
    tamper(world, &set, &[id.0]).await;
    assert_eq!(sign_in(world, &old).await, 200);
    assert_eq!(
        sign_in(world, &format!("{} {}", &old[..3], &old[3..])).await,
        200
    );
    let path = format!("/api/v1/people/{id}");
    let same = admin
        .patch(&path, json!({ "phone": old, "city": "Shiraz" }))
        .await
        .ok(200);
    assert_eq!(
        (&same["phone"], &same["city"]),
        (&json!(old), &json!("Shiraz"))
    );
    let other = admin
        .patch(&path, json!({ "phone": number("+4930", 8) }))
        .await;
    assert_eq!(other.code(422), "validation_failed");
    let gone = admin.patch(&path, json!({ "phone": null })).await.ok(200);
    assert_eq!(gone["phone"], Value::Null);
}
