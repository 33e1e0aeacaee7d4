//! Filling the line, sharing it between nodes, and losing what Redis held.

use switchboard::dispatch::redis::FORMAT;
use switchboard::dispatch::{
    ConversationFact, Cursor, Engine, EngineError, Facts, HeldConversation, Ids, Memory,
    PROPOSAL_MS, QueueFact, RepFact, Snapshot, Standing,
};
use switchboard::words::{ConversationId, UserId};
use uuid::Uuid;

use crate::dispatch_lines::{cooling, facts, made, nodes, on_both, refusal, rep, reserved, waits};

fn unfilled<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> bool {
    matches!(answer, Err(EngineError::Unfilled))
}

async fn is_unfilled(line: &dyn Engine) -> bool {
    unfilled(line.put(facts([waits(1, 0)], []), 0).await)
        && unfilled(line.tick(0).await)
        && unfilled(line.snapshot().await)
        && unfilled(line.held(Ids::default()).await)
        && unfilled(line.ids(Cursor::default()).await)
}

/// More conversations than one script call takes, the first in line last.
fn long_line() -> Vec<ConversationFact> {
    (1..=1_200).rev().map(|id| waits(id, id as i64)).collect()
}

#[tokio::test]
async fn a_line_is_unfilled_until_it_is_filled() {
    let memory = Memory::default();
    assert!(is_unfilled(&memory).await);
    assert_eq!(
        made(memory.fill(facts([waits(1, 0)], [rep(1, 1)]), 0).await),
        [(1, 1)]
    );
    assert!(!is_unfilled(&memory).await);
    if let Some(([node], mut raw)) = nodes().await {
        assert!(is_unfilled(&node).await);
        assert_eq!(
            made(node.fill(facts([waits(1, 0)], [rep(1, 1)]), 0).await),
            [(1, 1)]
        );
        assert!(!is_unfilled(&node).await);
        raw.wipe().await;
    }
}

/// All ids that are held, part by part, and in how many parts they came.
async fn all_ids(line: &dyn Engine) -> (Vec<ConversationId>, usize) {
    let (mut all, mut next, mut parts) = (Vec::new(), Some(Cursor::default()), 0);
    while let Some(from) = next {
        let (ids, behind) = line.ids(from).await.unwrap();
        all.extend(ids);
        (next, parts) = (behind, parts + 1);
    }
    all.sort();
    all.dedup();
    (all, parts)
}

#[tokio::test]
async fn what_is_held_is_read_in_parts_and_by_id() {
    on_both(async |line| {
        let mut long = long_line();
        long.extend((1_201..=2_400).map(|id| waits(id, id as i64)));
        let (mut ids, last) = (Vec::new(), long[0].id);
        ids.extend(long.iter().map(|one| one.id));
        ids.sort();
        let queue = QueueFact {
            id: long[0].queue,
            version: 1,
            manual: false,
        };
        let all = Facts {
            queues: vec![queue],
            conversations: long,
            reps: vec![rep(1, 1)],
            ..Facts::default()
        };
        line.put(all, 0).await.unwrap();
        let (found, parts) = all_ids(line).await;
        assert_eq!(found, ids);
        assert!(parts > 1, "one part is no part");
        let whole = line.snapshot().await.unwrap();
        let nobody = Uuid::from_u128(7_000_000);
        let some = Ids {
            queues: vec![queue.id],
            conversations: vec![ConversationId(nobody), ids[0], last],
            reps: vec![UserId(nobody), rep(1, 1).id],
        };
        let held = line.held(some).await.unwrap();
        let of = |id| whole.conversations.iter().find(|one| one.fact.id == id);
        let expected = Snapshot {
            queues: vec![queue],
            conversations: vec![of(ids[0]).unwrap().clone(), of(last).unwrap().clone()],
            reps: whole.reps.clone(),
        };
        assert_eq!(held, expected);
        assert_eq!(
            line.held(Ids::default()).await.unwrap(),
            Snapshot::default()
        );
    })
    .await;
}

#[tokio::test]
async fn a_large_put_proposes_when_all_of_it_is_in() {
    on_both(async |line| {
        line.put(facts([], [rep(1, 1)]), 0).await.unwrap();
        let all = Facts {
            conversations: long_line(),
            ..Facts::default()
        };
        let step = line.put(all, 0).await.unwrap();
        assert_eq!(step.changed, 1_200);
        assert_eq!(made(Ok(step)), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_fill_proposes_when_all_of_it_is_in() {
    on_both(async |line| {
        // As when a second node fills what the first already has: there are free reps.
        line.put(facts([], [rep(1, 1)]), 0).await.unwrap();
        let reps = (2..=700).map(|id| RepFact {
            active: 1,
            ..rep(id, 700 - id as i32)
        });
        let all = Facts {
            conversations: long_line(),
            reps: reps.collect(),
            ..Facts::default()
        };
        let step = made(line.fill(all, 0).await);
        assert_eq!(step[..3], [(1, 1), (2, 2), (3, 3)]);
    })
    .await;
}

#[tokio::test]
async fn one_step_can_propose_very_many() {
    on_both(async |line| {
        let line_up = (0..10_000).map(|id| waits(id, id as i64)).collect();
        let all = Facts {
            conversations: line_up,
            ..Facts::default()
        };
        line.put(all, 0).await.unwrap();
        let in_order: Vec<_> = (0..10_000).map(|id| (id, 1)).collect();
        assert_eq!(
            made(line.put(facts([], [rep(1, 10_000)]), 0).await),
            in_order
        );
        assert_eq!(made(line.tick(PROPOSAL_MS).await), in_order);
    })
    .await;
}

#[tokio::test]
async fn two_nodes_share_one_line() {
    let Some(([a, b], mut raw)) = nodes().await else {
        return;
    };
    a.fill(facts([waits(1, 0)], []), 0).await.unwrap();
    assert!(is_unfilled(&b).await, "b has not looked at SQL yet");
    assert_eq!(
        b.fill(facts([waits(1, 0)], []), 0).await.unwrap().changed,
        0
    );
    assert_eq!(made(b.put(facts([], [rep(1, 1)]), 0).await), [(1, 1)]);
    assert_eq!(a.snapshot().await.unwrap(), b.snapshot().await.unwrap());
    assert_eq!(
        made(a.tick(PROPOSAL_MS).await),
        [(1, 1)],
        "b never settled it"
    );

    raw.wipe().await;
    assert!(is_unfilled(&a).await && is_unfilled(&b).await);
    a.fill(Facts::default(), 0).await.unwrap();
    assert!(is_unfilled(&b).await, "filled anew, but not by b");
    b.fill(Facts::default(), 0).await.unwrap();
    assert!(!is_unfilled(&a).await, "b adopts what a filled");
    raw.wipe().await;
}

#[tokio::test]
async fn a_fill_that_redis_lost_half_of_is_seen() {
    let Some(([node], mut raw)) = nodes().await else {
        return;
    };
    let conversations = (0..40_000).map(|id| waits(id, 0)).collect();
    let all = Facts {
        conversations,
        ..Facts::default()
    };
    let wipe_halfway = async {
        while raw.count("conversations").await < 1_000 {}
        raw.wipe().await;
    };
    let (filled, ()) = tokio::join!(node.fill(all, 0), wipe_halfway);
    assert!(unfilled(filled));
    assert!(is_unfilled(&node).await);
    raw.wipe().await;
}

#[tokio::test]
async fn an_old_dump_is_put_right_by_the_facts() {
    let Some(([node], mut raw)) = nodes().await else {
        return;
    };
    node.fill(facts([waits(1, 1), waits(2, 2)], [rep(1, 1)]), 0)
        .await
        .unwrap();
    let dump = raw.dump().await;
    let version = |version, standing, fact| ConversationFact {
        version,
        standing,
        ..fact
    };
    let busy = RepFact {
        version: 2,
        active: 1,
        ..rep(1, 1)
    };
    let news = [
        version(2, Standing::Gone, waits(1, 1)),
        version(2, Standing::Served, waits(2, 2)),
        waits(3, 3),
    ];
    node.put(facts(news.clone(), [busy.clone()]), 1)
        .await
        .unwrap();
    let before = node.snapshot().await.unwrap();

    raw.restore(dump).await;
    let old = node.snapshot().await.unwrap().conversations;
    assert!(
        matches!(
            &old[..],
            [
                HeldConversation {
                    proposed: Some(_),
                    ..
                },
                _
            ]
        ),
        "{old:?}"
    );
    assert_eq!(made(node.put(facts(news, [busy]), 2).await), []);
    assert_eq!(node.snapshot().await.unwrap(), before);
    raw.wipe().await;
}

#[tokio::test]
async fn a_line_of_a_release_that_wrote_it_otherwise_is_not_touched() {
    let Some(([node], mut raw)) = nodes().await else {
        return;
    };
    raw.leave_foreign_rows().await;
    let foreign = raw.dump().await;
    assert_eq!(foreign.len(), 5);
    assert!(is_unfilled(&node).await, "what stands there is not its own");
    assert_eq!(
        made(node.fill(facts([waits(1, 0)], [rep(1, 1)]), 0).await),
        [(1, 1)]
    );
    node.tick(PROPOSAL_MS).await.unwrap();
    assert_eq!(node.snapshot().await.unwrap().conversations.len(), 1);
    let now = raw.dump().await;
    assert!(foreign.iter().all(|row| now.contains(row)), "nor spoilt");
    raw.wipe().await;
}

#[tokio::test]
async fn rows_are_written_otherwise_only_under_another_format() {
    let Some(([node], mut raw)) = nodes().await else {
        return;
    };
    let first = reserved(2, 9, cooling(&[(3, 8)], waits(1, 7)));
    node.fill(facts([first], [rep(1, 1), rep(2, 1)]), 0)
        .await
        .unwrap();
    node.put(refusal((1, 2)), 0).await.unwrap();
    let id = |id: u128| uuid::Uuid::from_u128(id);
    let (two, three, queue) = (id(2), id(3), id(1));
    let says = "whoever changes this gives FORMAT in src/dispatch/redis.rs a new number";
    assert_eq!(FORMAT, 2, "{says}");
    assert_eq!(
        raw.rows("conversations").await,
        [format!(
            "1 W {queue} 7 {two} 9 @{two} {two} {PROPOSAL_MS} {two} 1 0 {three}:8"
        )],
        "{says}"
    );
    let mut reps = raw.rows("reps").await;
    reps.sort();
    assert_eq!(
        reps,
        [
            format!("1 1 0 eligible 0 0 {queue}"),
            format!("1 1 0 eligible 0 1 {queue}")
        ],
        "{says}"
    );
    raw.wipe().await;
}

#[tokio::test]
async fn a_redis_that_answers_with_errors_is_broken() {
    let Some(([node], mut raw)) = nodes().await else {
        return;
    };
    node.fill(Facts::default(), 0).await.unwrap();
    raw.spoil("conversations").await;
    let answer = node.put(facts([waits(1, 0)], []), 0).await;
    assert!(matches!(answer, Err(EngineError::Broken(_))), "{answer:?}");
    raw.wipe().await;
}
