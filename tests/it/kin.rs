//! All nodes of one database have some settings in common, or do not start.

use std::net::TcpListener;

use switchboard::server::Server;
use switchboard::settings::Settings;

use crate::harness::{World, quick, until};

/// What one node has otherwise.
type Change<'a> = &'a dyn Fn(&mut Settings);

#[actix_web::test]
async fn a_node_that_does_not_fit_the_others_does_not_start() {
    let Some(mut world) = World::services_with(2, quick).await else {
        return;
    };
    let start = async |change: Change| {
        let mut settings = world.settings.clone();
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Server::start(settings, listener).await
    };
    let secret =
        |one: &mut Settings| one.secret = "another secret of more than 32 characters".into();
    let cases: [(&str, Change); 3] = [
        ("`secret` is another", &secret),
        ("`redis_prefix` is another", &|one| one.redis_prefix += "-x"),
        ("`redis_url` is empty", &|one| one.redis_url.clear()),
    ];
    for (says, change) in cases {
        let error = start(change).await.err().expect(says).to_string();
        assert!(error.contains(says), "{error}");
    }
    // Who has gone is nobody to fit to: by himself, or when his lease has run out.
    world.nodes.pop().unwrap().stop().await;
    assert!(start(&secret).await.is_err());
    world.nodes.pop().unwrap().kill().await;
    let mut other = None;
    until("the end of a lease", async || {
        other = start(&secret).await.ok();
        other.is_some()
    })
    .await;
    let other = other.unwrap();
    let alone = start(&|one| one.redis_url.clear()).await;
    let error = alone.err().expect("the old secret").to_string();
    assert!(error.contains("`secret` is another"), "{error}");
    other.stop().await;

    let single = start(&|one| one.redis_url.clear()).await.unwrap();
    let error = start(&|_| {})
        .await
        .err()
        .expect("no Redis there")
        .to_string();
    assert!(error.contains("`redis_url` is set"), "{error}");
    single.stop().await;
}
