//! What ends by the clock: reservations, cool-downs, and when to look again.

use switchboard::dispatch::{
    COOLING_MAX, ConversationFact, Engine, Facts, NO_END, PROPOSAL_MS, Proposal, REFUSED_MS,
    RepFact, Standing, Whose,
};
use switchboard::words::Moment;

use crate::dispatch_lines::{
    cooling, facts, made, on_both, proposed, queue, refusal, rep, reserved, then, user, waits,
};

async fn wake(line: &dyn Engine, now: Moment) -> Option<Moment> {
    line.put(Facts::default(), now).await.unwrap().wake
}

fn serves_nothing(one: RepFact) -> RepFact {
    let queues = vec![];
    RepFact { queues, ..one }
}

#[tokio::test]
async fn what_is_reserved_goes_to_its_rep_only_whatever_he_serves() {
    on_both(async |line| {
        let one = reserved(2, 100, waits(1, 0));
        let all = facts([one, waits(2, 5)], [rep(1, 5)]);
        assert_eq!(made(line.put(all, 0).await), [(2, 1)], "nobody is blocked");
        let his = facts([], [serves_nothing(rep(2, 1))]);
        assert_eq!(made(line.put(his, 1).await), [(1, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_rep_goes_by_place_through_his_own_line_and_his_queues() {
    on_both(async |line| {
        let line_up = [
            waits(1, 4),
            reserved(1, 100, waits(2, 3)),
            waits(3, 1),
            reserved(1, NO_END, waits(4, 2)),
            reserved(2, NO_END, waits(5, 0)),
        ];
        line.put(facts(line_up, []), 0).await.unwrap();
        let order = made(line.put(facts([], [rep(1, 9)]), 0).await);
        assert_eq!(order, [(3, 1), (4, 1), (2, 1), (1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn an_own_line_moves_when_its_rep_gets_free() {
    on_both(async |line| {
        let full = RepFact {
            active: 1,
            ..serves_nothing(rep(1, 1))
        };
        let all = facts(
            [reserved(1, NO_END, waits(1, 0))],
            [full.clone(), rep(2, 1)],
        );
        assert_eq!(made(line.put(all, 0).await), []);
        let freed = RepFact {
            version: 2,
            active: 0,
            ..full
        };
        assert_eq!(made(line.put(facts([], [freed]), 0).await), [(1, 1)]);
        let refused = made(line.put(refusal((1, 1)), 0).await);
        assert_eq!(refused, [(1, 1)], "back in the own line");
    })
    .await;
}

#[tokio::test]
async fn a_reservation_that_ends_leaves_the_old_place_in_the_queue() {
    on_both(async |line| {
        let all = [
            waits(1, 1),
            reserved(9, 100, waits(2, 2)),
            waits(3, 3),
            reserved(9, 50, waits(4, 0)),
        ];
        line.put(facts(all, []), 50).await.unwrap();
        let whose = line.snapshot().await.unwrap().conversations;
        let whose: Vec<_> = whose.iter().map(|held| held.line).collect();
        let (mine, queue) = (Whose::Rep(user(9)), Whose::Queue(queue(1)));
        assert_eq!(whose, [queue, mine, queue, queue], "50 has passed");
        assert_eq!(wake(line, 60).await, Some(100));
        assert_eq!(made(line.tick(99).await), []);
        assert_eq!(line.tick(100).await.unwrap().wake, None);
        let order = made(line.put(facts([], [rep(1, 9)]), 100).await);
        assert_eq!(order, [(4, 1), (1, 1), (2, 1), (3, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_that_ends_is_proposed_by_the_tick() {
    on_both(async |line| {
        let all = facts([reserved(2, 100, waits(1, 0))], [rep(1, 1)]);
        assert_eq!(made(line.put(all, 0).await), []);
        assert_eq!(made(line.put(Facts::default(), 100).await), []);
        assert_eq!(made(line.tick(100).await), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_without_end_does_not_end() {
    on_both(async |line| {
        let ends = [NO_END, Moment::MAX];
        let [one, two] = ends.map(|until| reserved(2, until, waits(1, 0)));
        for fact in [one, then(two)] {
            let step = line.put(facts([fact], [rep(1, 1)]), 0).await.unwrap();
            assert_eq!((step.proposals.len(), step.wake), (0, None));
            assert_eq!(made(line.tick(NO_END - 1).await), []);
        }
    })
    .await;
}

#[tokio::test]
async fn a_proposal_ends_when_the_conversation_becomes_anothers() {
    on_both(async |line| {
        let one = waits(1, 0);
        let both = facts([one.clone()], [rep(1, 1), rep(2, 1)]);
        assert_eq!(made(line.put(both, 0).await), [(1, 1)]);
        let to_2 = then(reserved(2, 100, one));
        let step = line.put(facts([to_2.clone()], []), 0).await;
        assert_eq!(made(step), [(1, 2)]);
        assert_eq!(proposed(line, 1).await, 0);
        // Talked in, it stays where it is.
        assert_eq!(made(line.put(facts([then(to_2)], []), 0).await), []);
        // Overdue, it goes where it stands by then.
        assert_eq!(made(line.tick(PROPOSAL_MS).await), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn who_cools_down_is_looked_past() {
    on_both(async |line| {
        let all = [
            cooling(&[(1, 100), (2, 100)], waits(1, 0)),
            cooling(&[(2, 200), (1, 90)], waits(2, 1)),
            waits(3, 2),
        ];
        let reps = [rep(1, 2), rep(2, 0)];
        assert_eq!(made(line.put(facts(all, reps), 0).await), [(3, 1)]);
        assert_eq!(made(line.tick(89).await), []);
        assert_eq!(made(line.tick(90).await), [(2, 1)]);
        let second = RepFact {
            version: 2,
            ..rep(2, 9)
        };
        assert_eq!(made(line.put(facts([], [second]), 99).await), []);
        assert_eq!(made(line.tick(100).await), [(1, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_cool_down_counts_for_the_best_rep_but_not_for_the_next() {
    on_both(async |line| {
        let one = cooling(&[(1, 100), (2, 100), (2, 50), (3, 0)], waits(1, 0));
        let reps = [rep(1, 9), rep(2, 9), rep(3, 9), rep(4, 9)];
        assert_eq!(made(line.put(facts([one], reps), 0).await), [(1, 3)]);
    })
    .await;
}

#[tokio::test]
async fn a_proposal_ends_when_its_rep_cools_down() {
    on_both(async |line| {
        line.put(facts([waits(1, 0)], [rep(1, 1)]), 0)
            .await
            .unwrap();
        let declined = then(cooling(&[(1, 100)], waits(1, 0)));
        assert_eq!(made(line.put(facts([declined], []), 0).await), []);
        assert_eq!(proposed(line, 1).await, 0);
        assert_eq!(made(line.tick(100).await), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_reserved_one_cools_down_too() {
    on_both(async |line| {
        let one = reserved(1, 100, cooling(&[(1, 200)], waits(1, 0)));
        let all = facts([one], [rep(1, 1)]);
        assert_eq!(made(line.put(all, 0).await), []);
        assert_eq!(
            made(line.tick(100).await),
            [],
            "in the queue, he still does"
        );
        assert_eq!(made(line.tick(200).await), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_new_row_says_anew_who_cools_down() {
    on_both(async |line| {
        let one = cooling(&[(1, 100)], waits(1, 0));
        line.put(facts([one], [rep(1, 1)]), 0).await.unwrap();
        let again = then(waits(1, 0));
        assert_eq!(made(line.put(facts([again], []), 0).await), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_refused_pair_rests_through_changes_of_the_row_until_it_is_served() {
    on_both(async |line| {
        let (one, two) = (then(waits(1, 0)), then(then(waits(1, 0))));
        line.put(facts([waits(1, 0)], [rep(1, 1)]), 0)
            .await
            .unwrap();
        assert_eq!(made(line.put(refusal((1, 1)), 0).await), [(1, 1)]);
        let row_and_refusal = Facts {
            conversations: vec![one],
            ..refusal((1, 1))
        };
        assert_eq!(made(line.put(row_and_refusal, 0).await), []);
        assert_eq!(wake(line, 1).await, Some(REFUSED_MS));
        assert_eq!(made(line.put(facts([two.clone()], []), 1).await), []);
        let standing = Standing::Served;
        let served = then(ConversationFact {
            standing,
            ..two.clone()
        });
        let back = then(then(two));
        line.put(facts([served], []), 2).await.unwrap();
        assert_eq!(wake(line, 2).await, None);
        assert_eq!(made(line.put(facts([back], []), 3).await), [(1, 1)]);
    })
    .await;
}

#[tokio::test]
async fn only_so_many_cool_down() {
    on_both(async |line| {
        let reps: Vec<_> = (1..=COOLING_MAX as u128 + 1).collect();
        let all: Vec<_> = reps.iter().map(|rep| (*rep, 100)).collect();
        let one = cooling(&all, waits(1, 0));
        let all = Facts {
            conversations: vec![one],
            reps: reps.iter().map(|id| rep(*id, 1)).collect(),
            ..Facts::default()
        };
        assert_eq!(made(line.put(all, 0).await), [(1, 17)]);
        let held = line.snapshot().await.unwrap().conversations;
        assert_eq!(held[0].fact.cooling.len(), COOLING_MAX);
    })
    .await;
}

#[tokio::test]
async fn wake_is_the_earliest_moment_that_time_alone_may_change() {
    on_both(async |line| {
        assert_eq!(wake(line, 0).await, None);
        let one = reserved(1, 900, cooling(&[(2, 700), (1, 800)], waits(1, 0)));
        line.put(facts([one.clone()], []), 0).await.unwrap();
        assert_eq!(wake(line, 0).await, Some(700));
        assert_eq!(line.tick(700).await.unwrap().wake, Some(800));
        assert_eq!(wake(line, 850).await, Some(800), "that has passed: now");
        let step = line.put(facts([], [rep(1, 1)]), 850).await.unwrap();
        let deadline = 850 + PROPOSAL_MS;
        assert_eq!((step.proposals.len(), step.wake), (1, Some(deadline)));
        assert_eq!(line.tick(deadline - 1).await.unwrap().wake, Some(deadline));
        let gone = ConversationFact {
            standing: Standing::Gone,
            ..then(one)
        };
        let step = line.put(facts([gone], []), 900).await.unwrap();
        assert_eq!(step.wake, None);
    })
    .await;
}

#[tokio::test]
async fn a_proposal_says_what_was_seen() {
    on_both(async |line| {
        let busy = RepFact {
            active: 1,
            ..rep(1, 4)
        };
        let line_up = [
            cooling(&[(1, 100)], waits(1, 0)),
            waits(2, 1),
            reserved(1, 100, waits(3, 2)),
        ];
        line.put(facts(line_up, []), 0).await.unwrap();
        let step = line.put(facts([], [busy, rep(2, 1)]), 0).await.unwrap();
        let seen = |one: &Proposal| {
            let seen = one.seen.unwrap();
            (seen.load, seen.capacity, seen.candidates)
        };
        let seen: Vec<_> = step.proposals.iter().map(seen).collect();
        assert_eq!(seen, [(0, 1, 2), (1, 4, 1), (2, 4, 1)]);
    })
    .await;
}
