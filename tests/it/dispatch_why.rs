//! Why one waits and why a rep gets nothing: each reason, on both engines.

use switchboard::dispatch::{
    Eligibility, Engine, Head, PROPOSAL_MS, REFUSED_MS, RepFact, Verdict, Whose, Why,
};
use switchboard::words::{Availability, ConversationId, Moment};
use uuid::Uuid;

use crate::dispatch_lines::{
    cooling, facts, manual, on_both, queue, refusal, rep, reserved, then, user, waits,
};

fn conversation(id: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(id))
}

async fn verdicts(line: &dyn Engine, id: u128, now: Moment) -> Vec<Verdict> {
    match line.explain(conversation(id), now).await.unwrap() {
        Some(Why::Waits { reps, .. }) => reps.into_iter().map(|(_, why)| why).collect(),
        other => panic!("{other:?}"),
    }
}

fn eligibility(eligibility: Eligibility, rep: RepFact) -> RepFact {
    RepFact { eligibility, ..rep }
}

#[tokio::test]
async fn each_rep_has_his_reason() {
    on_both(async |line| {
        let full = RepFact {
            active: 3,
            ..rep(1, 2)
        };
        let absent = eligibility(Eligibility::Absent, rep(2, 1));
        let busy = eligibility(Eligibility::Unavailable(Availability::Busy), rep(3, 1));
        let elsewhere = RepFact {
            queues: vec![queue(2)],
            ..rep(4, 1)
        };
        let one = cooling(&[(5, 700)], waits(1, 0));
        let reps = [full, absent, busy, elsewhere, rep(5, 1)];
        line.put(facts([one], reps), 0).await.unwrap();
        let (load, capacity) = (3, 2);
        let expected = [
            Verdict::Full { load, capacity },
            Verdict::Absent,
            Verdict::Unavailable(Availability::Busy),
            Verdict::NotServing,
            Verdict::Cooling { until: 700 },
        ];
        assert_eq!(verdicts(line, 1, 699).await, expected);
        assert_eq!(verdicts(line, 1, 700).await[4], Verdict::Free);
    })
    .await;
}

#[tokio::test]
async fn what_the_engine_knows_by_itself_is_a_reason_too() {
    on_both(async |line| {
        let line_up = [waits(1, 0), reserved(2, 900, waits(2, 0))];
        line.put(facts(line_up, [rep(1, 1)]), 0).await.unwrap();
        let for_2 = [Verdict::ReservedForAnother { until: 900 }];
        assert_eq!(verdicts(line, 2, 0).await, for_2);
        let why = line.explain(conversation(1), 0).await.unwrap();
        let (rep_1, until) = (user(1), PROPOSAL_MS);
        assert_eq!(why, Some(Why::Proposed { rep: rep_1, until }));
        line.put(refusal((1, 1)), 0).await.unwrap();
        line.put(refusal((1, 1)), 0).await.unwrap();
        let until = REFUSED_MS;
        assert_eq!(verdicts(line, 1, 1).await, [Verdict::Refused { until }]);
        // Both may be his by now, if the step comes.
        line.put(facts([cooling(&[(1, 800)], waits(3, -1))], []), 1)
            .await
            .unwrap();
        let first = Verdict::AheadOfIt(conversation(3));
        assert_eq!(verdicts(line, 1, REFUSED_MS).await, [first]);
        assert_eq!(verdicts(line, 3, REFUSED_MS).await, [Verdict::Free]);
        assert_eq!(line.explain(conversation(9), 0).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn ahead_counts_those_before_it_in_its_own_line() {
    on_both(async |line| {
        let line_up = [
            waits(1, 0),
            waits(2, 0),
            reserved(1, 900, waits(3, -5)),
            reserved(1, 900, waits(4, 9)),
            waits(5, -2),
        ];
        line.put(facts(line_up, []), 0).await.unwrap();
        let mut found = vec![];
        for id in 1..=5 {
            let why = line.explain(conversation(id), 0).await.unwrap();
            let Some(Why::Waits { line, ahead, .. }) = why else {
                panic!("{why:?}");
            };
            found.push((line, ahead));
        }
        let (queue, mine) = (Whose::Queue(queue(1)), Whose::Rep(user(1)));
        let expected = [(queue, 1), (queue, 2), (mine, 0), (mine, 1), (queue, 0)];
        assert_eq!(found, expected);
    })
    .await;
}

#[tokio::test]
async fn an_idle_rep_is_told_about_the_heads_of_his_lines() {
    on_both(async |line| {
        let why = async |id, now| line.why_idle(user(id), now).await.unwrap();
        assert_eq!(why(1, 0).await, None);
        line.put(facts([], [rep(1, 2)]), 0).await.unwrap();
        let idle = why(1, 0).await.unwrap();
        assert_eq!((idle.load, idle.capacity, idle.rep), (0, 2, Verdict::Free));
        assert_eq!(idle.heads, [], "no one waits for him");
        let line_up = [
            cooling(&[(1, 500)], waits(1, 0)),
            cooling(&[(1, 600)], waits(2, 1)),
            reserved(1, 900, cooling(&[(1, 700)], waits(3, 2))),
        ];
        line.put(facts(line_up, []), 0).await.unwrap();
        let head = |line, id, until| Head {
            line,
            conversation: conversation(id),
            verdict: Verdict::Cooling { until },
        };
        let (queue, mine) = (Whose::Queue(queue(1)), Whose::Rep(user(1)));
        let heads = [head(queue, 1, 500), head(mine, 3, 700)];
        assert_eq!(why(1, 0).await.unwrap().heads, heads);
        let away = eligibility(Eligibility::Unavailable(Availability::Away), rep(1, 2));
        let away = RepFact { version: 2, ..away };
        line.put(facts([], [away]), 0).await.unwrap();
        let idle = why(1, 0).await.unwrap();
        let verdict = Verdict::Unavailable(Availability::Away);
        assert_eq!((idle.rep, idle.heads[0].verdict), (verdict, verdict));
    })
    .await;
}

#[tokio::test]
async fn a_served_one_does_not_wait() {
    on_both(async |line| {
        let standing = switchboard::dispatch::Standing::Served;
        let served = switchboard::dispatch::ConversationFact {
            standing,
            ..then(waits(1, 0))
        };
        line.put(facts([served], []), 0).await.unwrap();
        let why = line.explain(conversation(1), 0).await.unwrap();
        assert_eq!(why, Some(Why::Served));
    })
    .await;
}

#[tokio::test]
async fn what_waits_in_a_manual_queue_keeps_no_rep_busy() {
    on_both(async |line| {
        line.put(manual(1, 2, true), 0).await.unwrap();
        let line_up = [waits(1, 0), reserved(1, 900, waits(2, 1))];
        line.put(facts(line_up, [rep(1, 5)]), 0).await.unwrap();
        for id in [1, 2] {
            let why = line.explain(conversation(id), 0).await.unwrap();
            assert_eq!(why, Some(Why::Manual));
        }
        let idle = line.why_idle(user(1), 0).await.unwrap().unwrap();
        assert_eq!((idle.rep, idle.heads), (Verdict::Free, vec![]));
    })
    .await;
}
