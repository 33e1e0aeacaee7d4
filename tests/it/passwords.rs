//! What everybody tries first is no password, wherever one is given.

use serde_json::json;
use switchboard::words::UserId;

use crate::harness::World;
use crate::on_both;
use crate::person::Person;

on_both!(what_is_tried_first_is_refused_at_every_door);

async fn what_is_tried_first_is_refused_at_every_door(world: &World) {
    let first = world.nodes[0].app.people.setup_token().await.unwrap();
    let nobody = Person::new(UserId::new(), String::new(), world.base(0), String::new());
    let (new, good) = (
        |path: &'static str, more: serde_json::Value| (path, more),
        "correct horse",
    );
    let setup = json!({ "token": first, "username": "boss", "password": "password123" });
    let refused = nobody.post("/api/v1/setup", setup).await.ok(422);
    assert_eq!(refused["errors"][0]["field"], "password");

    let (admin, name) = (
        world.admin().await,
        format!("nilufar{}", std::process::id()),
    );
    let person = json!({ "username": name, "password": good });
    let made = nobody.post("/api/v1/customers", person).await.ok(201);
    let token = made["access_token"].as_str().unwrap().to_owned();
    let ann = Person::new(
        made["user"]["id"].as_str().unwrap().parse().unwrap(),
        name.clone(),
        world.base(0),
        token,
    );
    let path = format!("/api/v1/people/{}/password-link", ann.id);
    let link = admin.post(&path, json!({})).await.ok(201)["token"].clone();
    let invited = admin.post("/api/v1/invitations", json!({})).await.ok(201);
    let invited = invited["token"].clone();
    for weak in [
        "12345678",
        "password1",
        "Password1!",
        "qwertyuiop",
        "iloveyou",
        "11111111",
    ] {
        let doors = [
            new(
                "/api/v1/customers",
                json!({ "username": "x", "password": weak }),
            ),
            new("/api/v1/reps", json!({ "username": "x", "password": weak })),
            new(
                "/api/v1/password",
                json!({ "token": link, "password": weak }),
            ),
            new(
                "/api/v1/invitations/accept",
                json!({ "token": invited, "username": "x", "password": weak }),
            ),
        ];
        for (path, body) in doors {
            let refused = admin.post(path, body).await.ok(422);
            let error = &refused["errors"][0];
            assert_eq!(error["field"], "password", "{weak} at {path}");
            let detail = error["detail"].as_str().unwrap();
            assert!(detail.contains("tried first"), "{weak} at {path}: {detail}");
        }
        let body = json!({ "password": good, "new_password": weak });
        let refused = ann.put("/api/v1/me/password", body).await.ok(422);
        assert_eq!(refused["errors"][0]["field"], "new_password", "{weak}");
    }
    // Made of one's own name.
    let own = json!({ "password": good, "new_password": format!("{name}1") });
    let refused = ann.put("/api/v1/me/password", own).await.ok(422);
    assert_eq!(refused["errors"][0]["field"], "new_password");
    let fine = json!({ "password": good, "new_password": "tulip kettle north" });
    ann.put("/api/v1/me/password", fine).await.ok(204);

    // One's own e-mail address, however it is written.
    for path in ["/api/v1/customers", "/api/v1/reps"] {
        let own = json!({
            "username": "x", "email": "Q7vk.Zrt9@shop.example",
            "password": "q7vk.zrt9@SHOP.example",
        });
        let refused = admin.post(path, own).await.ok(422);
        assert_eq!(refused["errors"][0]["field"], "password", "{path}");
    }
}
