//! The rules of dispatch as the random walks check them: on what the line holds, on each choice it
//! made, and on how it explains both.

use std::collections::BTreeMap;

use switchboard::dispatch::{
    Eligibility, HeldConversation, HeldRep, PROPOSAL_MS, Proposal, REFUSED_MS, Snapshot, Standing,
    Step, Verdict, Whose, Why,
};
use switchboard::words::{ConversationId, Moment, QueueId, UserId};

#[derive(Default)]
pub struct Rules {
    refused: BTreeMap<(ConversationId, UserId), Vec<Moment>>,
    /// When time last passed.
    pub ticked: Moment,
}

type Seat = (f64, Moment, UserId);

fn seat(rep: &HeldRep) -> Option<Seat> {
    let load = rep.fact.active + rep.proposed;
    let ratio = f64::from(load) / f64::from(rep.fact.capacity);
    let free = rep.fact.eligibility == Eligibility::Eligible && load < rep.fact.capacity;
    free.then_some((ratio, rep.fact.last_assigned_at, rep.fact.id))
}

fn serves(rep: &HeldRep, line: Whose) -> bool {
    match line {
        Whose::Queue(queue) => rep.fact.queues.contains(&queue),
        Whose::Rep(whose) => rep.fact.id == whose,
    }
}

fn waits(one: &HeldConversation) -> bool {
    one.fact.standing == Standing::Waiting && one.proposed.is_none()
}

/// Whether it is people's to take.
fn is_manual(held: &Snapshot, queue: QueueId) -> bool {
    held.queues.iter().any(|one| one.id == queue && one.manual)
}

/// Whether SQL says that he cools down for it.
fn cools(one: &HeldConversation, rep: UserId, now: Moment) -> bool {
    let mut cooling = one.fact.cooling.iter();
    cooling.any(|(whose, until)| *whose == rep && now < *until)
}

/// Whether the pair rests because it was refused.
fn rests(one: &HeldConversation, rep: UserId, now: Moment) -> bool {
    one.refused
        .is_some_and(|refused| refused.rep == rep && now < refused.until)
}

impl Rules {
    pub fn refused(&mut self, refused: &[Proposal], now: Moment) {
        for pair in refused {
            let pair = (pair.conversation, pair.rep);
            self.refused.entry(pair).or_default().push(now);
        }
    }

    /// Those who could take it, by the rules alone.
    fn takers(&self, held: &Snapshot, one: &HeldConversation, now: Moment) -> Vec<Seat> {
        if is_manual(held, one.fact.queue) {
            return vec![];
        }
        let could = |rep: &&HeldRep| {
            let id = rep.fact.id;
            serves(rep, one.line) && !cools(one, id, now) && !rests(one, id, now)
        };
        held.reps.iter().filter(could).filter_map(seat).collect()
    }

    /// Who waits unproposed and could go, first in line first.
    fn could_go(&self, held: &Snapshot, now: Moment) -> Option<(Moment, ConversationId)> {
        let could = |one: &&HeldConversation| waits(one) && !self.takers(held, one, now).is_empty();
        let waits = held.conversations.iter().filter(could);
        waits.map(|one| (one.fact.place, one.fact.id)).min()
    }

    pub fn check(&self, step: &Step, held: &Snapshot, now: Moment) {
        for rep in &held.reps {
            let in_flight = held.conversations.iter().filter_map(|one| one.proposed);
            let mine = in_flight.filter(|(to, _)| *to == rep.fact.id).count();
            assert_eq!(rep.proposed as usize, mine, "reservations of {rep:?}");
        }
        for one in &held.conversations {
            if one.proposed.is_some() {
                assert_eq!(one.fact.standing, Standing::Waiting, "rule 1");
            }
            self.check_refusal(one, now);
            self.check_line(one, now);
        }
        assert_eq!(self.could_go(held, now), None, "rule 2");
        self.check_wake(step, held, now);
        self.check_reasons(held, now);
        self.check_choices(step, held.clone(), now);
    }

    /// A pair rests only if it was refused more than once, the last time just now.
    fn check_refusal(&self, one: &HeldConversation, now: Moment) {
        let Some(refused) = one.refused else { return };
        let told = self.refused.get(&(one.fact.id, refused.rep));
        let told = told.expect("was told so");
        assert!(
            refused.count as usize <= told.len(),
            "{refused:?}, {told:?}"
        );
        let rests = refused.count > 1;
        let ends = told.iter().any(|at| at + REFUSED_MS == refused.until);
        assert!(rests && ends || !rests && refused.until == 0, "{refused:?}");
        assert!(refused.until <= now + REFUSED_MS);
    }

    fn check_line(&self, one: &HeldConversation, now: Moment) {
        let queue = Whose::Queue(one.fact.queue);
        if !waits(one) {
            return;
        }
        match one.fact.reserved {
            Some((rep, until)) if now < until => assert_eq!(one.line, Whose::Rep(rep), "{one:?}"),
            // Over, and only time can say so.
            Some((rep, until)) if self.ticked < until => {
                assert!([queue, Whose::Rep(rep)].contains(&one.line), "{one:?}");
            }
            _ => assert_eq!(one.line, queue, "{one:?}"),
        }
    }

    fn check_wake(&self, step: &Step, held: &Snapshot, now: Moment) {
        let ends = |one: &HeldConversation| match one.proposed {
            Some((_, deadline)) => vec![deadline],
            None if one.fact.standing != Standing::Waiting => vec![],
            None => {
                let told = one.fact.cooling.iter().chain(&one.fact.reserved);
                let refused = one.refused.iter().map(|refused| refused.until);
                told.map(|(_, until)| *until).chain(refused).collect()
            }
        };
        let ends = held.conversations.iter().flat_map(ends);
        let finite = ends.filter(|until| *until < switchboard::dispatch::NO_END);
        let next = finite.filter(|until| now < *until).min();
        match step.wake {
            Some(wake) if wake <= now => assert!(self.ticked < wake, "nothing due is left over"),
            wake => assert_eq!(wake, next, "neither late nor in vain"),
        }
    }

    /// Each reason is true, and none says that he might have it.
    fn check_reasons(&self, held: &Snapshot, now: Moment) {
        for one in &held.conversations {
            let why = held.why(one.fact.id, now).expect("is held");
            match why {
                Why::Proposed { rep, until } => assert_eq!(one.proposed, Some((rep, until))),
                Why::Served => assert!(!waits(one) && one.proposed.is_none()),
                Why::Manual => assert!(waits(one) && is_manual(held, one.fact.queue)),
                Why::Waits { line, ahead, reps } => {
                    let line_up = held.conversations.iter();
                    let before = |other: &&HeldConversation| {
                        let turn = |one: &HeldConversation| (one.fact.place, one.fact.id);
                        let goes = waits(other) && !is_manual(held, other.fact.queue);
                        goes && other.line == one.line && turn(other) < turn(one)
                    };
                    assert_eq!((line, ahead), (one.line, line_up.filter(before).count()));
                    assert_eq!(reps.len(), held.reps.len());
                    for (rep, (id, verdict)) in held.reps.iter().zip(reps) {
                        assert_eq!(rep.fact.id, id);
                        assert!(
                            is_true(verdict, one, rep, now),
                            "{verdict:?} {one:?} {rep:?}"
                        );
                    }
                }
            }
        }
        for rep in &held.reps {
            let why = held.why_idle(rep.fact.id, now).expect("is held");
            assert_eq!(why.rep == Verdict::Free, seat(rep).is_some());
            for head in why.heads {
                let first = held.conversations.iter().filter(|one| waits(one));
                let first = first.filter(|one| !is_manual(held, one.fact.queue));
                let first = first.filter(|one| one.line == head.line);
                let first = first
                    .min_by_key(|one| (one.fact.place, one.fact.id))
                    .unwrap();
                assert_eq!(first.fact.id, head.conversation);
                assert!(serves(rep, head.line));
                assert!(is_true(head.verdict, first, rep, now), "{head:?}");
            }
        }
    }

    /// Undone one by one, last first, each proposal must be the best there was.
    fn check_choices(&self, step: &Step, mut held: Snapshot, now: Moment) {
        for proposal in step.proposals.iter().rev() {
            let mut all = held.conversations.iter();
            let at = all.position(|one| one.fact.id == proposal.conversation);
            let one = &mut held.conversations[at.expect("proposed is held")];
            assert_eq!(one.proposed, Some((proposal.rep, now + PROPOSAL_MS)));
            assert_eq!(one.fact.standing, Standing::Waiting);
            one.proposed = None;
            let one = one.clone();
            let rep = held.reps.iter_mut().find(|rep| rep.fact.id == proposal.rep);
            let rep = rep.expect("chosen is held");
            rep.proposed -= 1;
            let rep = rep.clone();
            let chosen = seat(&rep).expect("rule 3: the chosen is free");
            assert!(serves(&rep, one.line), "rule 3: the chosen serves the line");
            assert!(
                !cools(&one, proposal.rep, now),
                "rule 3: not in a cool-down"
            );
            assert!(!rests(&one, proposal.rep, now), "rule 3: not just refused");
            if let Some((whose, until)) = one.fact.reserved
                && now < until
            {
                assert_eq!(whose, proposal.rep, "rule 5: reserved");
            }
            let turn = (one.fact.place, one.fact.id);
            if let Some(first) = self.could_go(&held, now) {
                assert!(turn <= first, "rule 4: {first:?} before {one:?}");
            }
            for other in self.takers(&held, &one, now) {
                assert!(chosen <= other, "rule 5: {other:?} before {chosen:?}");
            }
            let seen = proposal.seen.expect("the engine chose");
            let in_line = held.reps.iter().filter(|rep| serves(rep, one.line));
            assert_eq!(seen.candidates, in_line.filter_map(seat).count());
            assert_eq!(seen.load, rep.fact.active + rep.proposed);
            assert_eq!(seen.capacity, rep.fact.capacity);
            let Some(Why::Waits { reps, .. }) = held.why(one.fact.id, now) else {
                panic!("it waited");
            };
            assert!(reps.contains(&(proposal.rep, Verdict::Free)), "{reps:?}");
        }
    }
}

/// Whether this is what keeps the two apart.
fn is_true(verdict: Verdict, one: &HeldConversation, rep: &HeldRep, now: Moment) -> bool {
    let fact = &rep.fact;
    match verdict {
        Verdict::Free | Verdict::AheadOfIt(_) => false,
        Verdict::Absent => fact.eligibility == Eligibility::Absent,
        Verdict::Unavailable(why) => fact.eligibility == Eligibility::Unavailable(why),
        Verdict::Full { load, capacity } => {
            let held = fact.active + rep.proposed;
            (load, capacity) == (held, fact.capacity) && load >= capacity
        }
        Verdict::NotServing => {
            one.line == Whose::Queue(one.fact.queue) && !fact.queues.contains(&one.fact.queue)
        }
        Verdict::ReservedForAnother { until } => {
            matches!(one.fact.reserved, Some((whose, end)) if whose != fact.id && end == until)
                && one.line != Whose::Queue(one.fact.queue)
        }
        Verdict::Cooling { until } => one.fact.cooling.contains(&(fact.id, until)) && now < until,
        Verdict::Refused { until } => {
            let refused = one.refused.map(|refused| (refused.rep, refused.until));
            refused == Some((fact.id, until)) && now < until
        }
    }
}
