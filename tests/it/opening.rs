//! Opening a conversation, again and again.

use std::net::TcpListener;

use awc::Client;
use serde_json::{Value, json};
use switchboard::server::Server;
use switchboard::settings::Settings;

#[actix_web::test]
async fn the_same_opening_with_other_words_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        data_dir: folder.path().into(),
        workers: 1,
        ..Settings::default()
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Server::start(settings, listener).await.unwrap();
    let base = format!("http://{}/api/v1", server.address);
    let post = async |path: &str, token: &str, body: &Value| {
        let request = Client::default().post(format!("{base}{path}"));
        let mut answer = request.bearer_auth(token).send_json(body).await.unwrap();
        let value: Value = answer.json().await.unwrap();
        (answer.status().as_u16(), value)
    };
    let new = json!({ "username": "ada", "password": "long enough" });
    let (_, login) = post("/customers", "", &new).await;
    let token = login["access_token"].as_str().unwrap();

    let open = json!({ "client_id": uuid::Uuid::now_v7(), "subject": "S", "text": "first" });
    let (status, opened) = post("/conversations", token, &open).await;
    assert_eq!(status, 201);
    let (status, again) = post("/conversations", token, &open).await;
    assert_eq!((status, &again["id"]), (200, &opened["id"]));
    for text in [json!("second"), json!(null)] {
        let mut other = open.clone();
        other["text"] = text;
        let (status, problem) = post("/conversations", token, &other).await;
        let code = problem["code"].as_str();
        assert_eq!((status, code), (409, Some("idempotency_mismatch")));
    }

    // A message that came later is not what it was opened with.
    let bare = json!({ "client_id": uuid::Uuid::now_v7() });
    let (_, opened) = post("/conversations", token, &bare).await;
    let path = format!("/conversations/{}/messages", opened["id"].as_str().unwrap());
    let message = json!({ "client_id": uuid::Uuid::now_v7(), "text": "later" });
    assert_eq!(post(&path, token, &message).await.0, 201);
    let (status, again) = post("/conversations", token, &bare).await;
    assert_eq!((status, &again["id"]), (200, &opened["id"]));
    server.stop().await;
}
