//! The rules of dispatch, one by one, on both engines. `dispatch_fill.rs` has the filling,
//! `dispatch_walk.rs` mixes everything.

use switchboard::dispatch::{
    ConversationFact, Eligibility, Facts, PROPOSAL_MS, REFUSED_MS, RepFact, Standing, Step,
};
use switchboard::words::Availability;

use crate::dispatch_lines::{
    facts, made, manual, on_both, proposed, queue, refusal, rep, reserved, then, waits,
};

#[tokio::test]
async fn rule_1_what_is_proposed_does_not_wait() {
    on_both(async |line| {
        let first = facts([waits(1, 0)], [rep(1, 1), rep(2, 1)]);
        assert_eq!(made(line.put(first, 0).await), [(1, 1)]);
        assert_eq!(made(line.tick(1).await), []);
        let again = ConversationFact {
            version: 2,
            ..waits(1, 0)
        };
        assert_eq!(made(line.put(facts([again], []), 2).await), []);
        assert_eq!((proposed(line, 1).await, proposed(line, 2).await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn rule_2_who_may_be_served_is_proposed_at_once() {
    on_both(async |line| {
        assert_eq!(made(line.put(facts([waits(1, 0)], []), 0).await), []);
        assert_eq!(made(line.put(facts([], [rep(1, 2)]), 0).await), [(1, 1)]);
        let both = facts([waits(2, 0), waits(3, 0)], []);
        assert_eq!(made(line.put(both, 0).await), [(2, 1)]);
    })
    .await;
}

#[tokio::test]
async fn rule_3_only_reps_who_may_are_chosen() {
    on_both(async |line| {
        let away = RepFact {
            eligibility: Eligibility::Absent,
            ..rep(1, 5)
        };
        let busy = RepFact {
            eligibility: Eligibility::Unavailable(Availability::Busy),
            ..rep(6, 5)
        };
        let elsewhere = RepFact {
            queues: vec![queue(2)],
            ..rep(2, 5)
        };
        let full = RepFact {
            active: 3,
            ..rep(3, 3)
        };
        let none = rep(4, 0);
        let last = RepFact {
            active: 2,
            ..rep(5, 3)
        };
        let all = facts(
            [waits(1, 0), waits(2, 0)],
            [away, busy, elsewhere, full, none, last],
        );
        assert_eq!(made(line.put(all, 0).await), [(1, 5)]);
        let moved = RepFact {
            version: 2,
            queues: vec![queue(2)],
            ..rep(5, 9)
        };
        let back = RepFact {
            version: 2,
            ..rep(1, 5)
        };
        assert_eq!(made(line.put(facts([], [moved, back]), 0).await), [(2, 1)]);
    })
    .await;
}

#[tokio::test]
async fn rule_3_what_waits_in_a_manual_queue_is_peoples_to_take() {
    on_both(async |line| {
        line.put(manual(1, 2, true), 0).await.unwrap();
        let elsewhere = ConversationFact {
            queue: queue(2),
            ..reserved(1, 900, waits(3, 7))
        };
        let line_up = [waits(1, 0), reserved(1, 900, waits(2, 0)), elsewhere];
        let step = made(line.put(facts(line_up, [rep(1, 5)]), 0).await);
        assert_eq!(step, [(3, 1)], "looked past in a line of his own");
        assert_eq!(made(line.put(manual(1, 1, false), 0).await), [], "old news");
        assert_eq!(made(line.tick(1).await), []);
        let both = [(1, 1), (2, 1)];
        assert_eq!(made(line.put(manual(1, 3, false), 1).await), both);
        // In flight as the queue turns: what is refused is not proposed again.
        line.put(manual(1, 4, true), 2).await.unwrap();
        assert_eq!(made(line.put(refusal((1, 1)), 2).await), []);
        assert_eq!(made(line.put(facts([then(waits(4, 0))], []), 2).await), []);
    })
    .await;
}

#[tokio::test]
async fn rule_4_the_smallest_place_goes_first() {
    on_both(async |line| {
        let other = ConversationFact {
            queue: queue(2),
            ..waits(8, 4)
        };
        let nobodys = ConversationFact {
            queue: queue(3),
            ..waits(9, 1)
        };
        let line_up = [
            waits(1, 7),
            waits(3, 5),
            waits(2, 5),
            waits(4, -6),
            other,
            nobodys,
        ];
        line.put(facts(line_up, []), 0).await.unwrap();
        let both = RepFact {
            queues: vec![queue(1), queue(2)],
            ..rep(1, 4)
        };
        let order = made(line.put(facts([], [both]), 0).await);
        assert_eq!(order, [(4, 1), (8, 1), (2, 1), (3, 1)]);
    })
    .await;
}

#[tokio::test]
async fn rule_4_what_goes_back_in_line_has_its_old_place() {
    on_both(async |line| {
        let all = facts([waits(1, 5), waits(2, 6)], [rep(1, 1)]);
        assert_eq!(made(line.put(all, 100).await), [(1, 1)]);
        let served = ConversationFact {
            standing: Standing::Served,
            ..then(waits(1, 5))
        };
        let busy = RepFact {
            version: 2,
            active: 1,
            ..rep(1, 1)
        };
        assert_eq!(made(line.put(facts([served], [busy]), 200).await), []);
        let back = then(then(waits(1, 5)));
        let free = RepFact {
            version: 3,
            ..rep(1, 1)
        };
        assert_eq!(made(line.put(facts([back], [free]), 300).await), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn rule_5_the_least_loaded_then_the_longest_idle_then_the_smallest_id() {
    on_both(async |line| {
        let idle_since = |last_assigned_at, rep| RepFact {
            last_assigned_at,
            ..rep
        };
        let reps = [
            idle_since(
                9,
                RepFact {
                    active: 2,
                    ..rep(1, 9)
                },
            ),
            idle_since(
                100,
                RepFact {
                    active: 1,
                    ..rep(2, 3)
                },
            ),
            idle_since(
                20,
                RepFact {
                    active: 1,
                    ..rep(3, 3)
                },
            ),
            idle_since(
                20,
                RepFact {
                    active: 1,
                    ..rep(4, 3)
                },
            ),
        ];
        line.put(facts([], reps), 0).await.unwrap();
        let line_up = [1, 2, 3, 4, 5].map(|id| waits(id, 0));
        let order = made(line.put(facts(line_up, []), 0).await);
        assert_eq!(order, [(1, 1), (2, 1), (3, 3), (4, 4), (5, 2)]);
    })
    .await;
}

#[tokio::test]
async fn rule_6_a_settled_proposal_is_counted_once() {
    on_both(async |line| {
        line.put(facts([waits(1, 0)], [rep(1, 2)]), 0)
            .await
            .unwrap();
        assert_eq!(proposed(line, 1).await, 1);
        let served = ConversationFact {
            version: 2,
            standing: Standing::Served,
            ..waits(1, 0)
        };
        let busier = RepFact {
            version: 2,
            active: 1,
            ..rep(1, 2)
        };
        line.put(facts([served], [busier]), 0).await.unwrap();
        assert_eq!(proposed(line, 1).await, 0);
        assert_eq!(
            made(line.put(facts([waits(2, 0), waits(3, 0)], []), 0).await),
            [(2, 1)]
        );
    })
    .await;
}

#[tokio::test]
async fn rule_7_less_capacity_drains_and_more_proposes() {
    on_both(async |line| {
        line.put(facts([waits(1, 0), waits(2, 0)], [rep(1, 2)]), 0)
            .await
            .unwrap();
        let capacity = |version, capacity| RepFact {
            version,
            ..rep(1, capacity)
        };
        let less = facts([waits(3, 0), waits(4, 0)], [capacity(2, 1)]);
        assert_eq!(made(line.put(less, 0).await), []);
        assert_eq!(proposed(line, 1).await, 2);
        assert_eq!(
            made(line.put(facts([], [capacity(3, 3)]), 0).await),
            [(3, 1)]
        );
    })
    .await;
}

#[tokio::test]
async fn an_overdue_proposal_goes_back_to_its_place() {
    on_both(async |line| {
        line.put(facts([waits(1, 0)], [rep(1, 1)]), 10)
            .await
            .unwrap();
        line.put(facts([waits(2, 5)], []), 10).await.unwrap();
        assert_eq!(made(line.tick(10 + PROPOSAL_MS - 1).await), []);
        assert_eq!(made(line.put(Facts::default(), 10 + PROPOSAL_MS).await), []);
        assert_eq!(made(line.tick(10 + PROPOSAL_MS).await), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_pair_refused_twice_running_rests() {
    on_both(async |line| {
        line.put(facts([waits(1, 0)], [rep(1, 1)]), 0)
            .await
            .unwrap();
        assert_eq!(made(line.put(refusal((1, 2)), 0).await), [], "not its rep");
        assert_eq!(made(line.put(refusal((1, 1)), 0).await), [(1, 1)]);
        assert_eq!(made(line.put(refusal((1, 1)), 7).await), []);
        assert_eq!(
            made(line.put(refusal((1, 1)), 8).await),
            [],
            "not in flight"
        );
        assert_eq!(
            made(line.put(facts([waits(2, 9)], []), 8).await),
            [(2, 1)],
            "not held up"
        );
        let spare = RepFact {
            version: 2,
            ..rep(1, 2)
        };
        assert_eq!(
            made(line.put(facts([], [spare]), 7 + REFUSED_MS - 1).await),
            []
        );
        assert_eq!(made(line.tick(7 + REFUSED_MS).await), [(1, 1)]);
        assert_eq!(
            made(line.put(refusal((1, 1)), 2000).await),
            [],
            "three times running"
        );
        assert_eq!(made(line.put(facts([], [rep(2, 1)]), 2001).await), [(1, 2)]);
        let to_2 = made(line.put(refusal((1, 2)), 2002).await);
        assert_eq!(
            to_2,
            [(1, 2)],
            "another rep: from one again, and no one else rests"
        );
    })
    .await;
}

#[tokio::test]
async fn late_and_doubled_facts_change_nothing() {
    on_both(async |line| {
        let newer = ConversationFact {
            version: 5,
            place: 3,
            ..waits(1, 0)
        };
        let step = line
            .put(facts([newer.clone()], [rep(1, 0)]), 0)
            .await
            .unwrap();
        assert_eq!(step.changed, 2);
        let late = ConversationFact {
            version: 4,
            ..waits(1, 0)
        };
        let ends = ConversationFact {
            version: 5,
            standing: Standing::Gone,
            ..waits(1, 0)
        };
        let unknown = ConversationFact {
            standing: Standing::Gone,
            ..waits(2, 0)
        };
        let step = line
            .put(facts([late, ends, unknown], [rep(1, 9)]), 0)
            .await
            .unwrap();
        assert_eq!(step, Step::default());
        assert_eq!(line.snapshot().await.unwrap().conversations[0].fact, newer);
    })
    .await;
}

/// It was offered and taken back, and the line hears of the second first.
#[tokio::test]
async fn a_settled_proposal_is_over_also_if_its_rows_come_late() {
    on_both(async |line| {
        let offered = ConversationFact {
            standing: Standing::Served,
            ..then(waits(1, 0))
        };
        let back = then(then(waits(1, 0)));
        let first = facts([waits(1, 0)], [rep(1, 1)]);
        assert_eq!(made(line.put(first, 0).await), [(1, 1)]);
        assert_eq!(made(line.put(facts([back], []), 1).await), []);
        let settled = Facts {
            conversations: vec![offered],
            ..refusal((1, 1))
        };
        assert_eq!(made(line.put(settled, 2).await), [(1, 1)]);
        assert_eq!(proposed(line, 1).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_ends_when_the_conversation_stands_elsewhere() {
    on_both(async |line| {
        let mut version = 0;
        let mut next = |fact: ConversationFact| {
            version += 1;
            facts([ConversationFact { version, ..fact }], [])
        };
        line.put(facts([], [rep(1, 1)]), 0).await.unwrap();
        assert_eq!(made(line.put(next(waits(1, 0)), 0).await), [(1, 1)]);
        assert_eq!(made(line.put(next(waits(1, 9)), 0).await), [(1, 1)]);
        let moved = ConversationFact {
            queue: queue(2),
            ..waits(1, 9)
        };
        assert_eq!(made(line.put(next(moved), 0).await), []);
        assert_eq!(proposed(line, 1).await, 0);
        assert_eq!(made(line.put(next(waits(1, 9)), 0).await), [(1, 1)]);
        let gone = ConversationFact {
            standing: Standing::Gone,
            ..waits(1, 9)
        };
        line.put(next(gone), 0).await.unwrap();
        assert_eq!(proposed(line, 1).await, 0);
        assert_eq!(line.snapshot().await.unwrap().conversations, []);
        assert_eq!(made(line.tick(PROPOSAL_MS).await), []);
    })
    .await;
}
