//! Rules 3 to 5, asked one by one. `redis.lua` asks the same.

use super::{ConversationFact, Eligibility, HeldConversation, HeldRep, NO_END, Standing, Whose};
use crate::words::{Moment, UserId};

/// Where a rep stands among the free, by load ratio, last assignment and id; the smallest first.
pub type Seat = (u64, Moment, UserId);

impl ConversationFact {
    /// Rule 5: in whose line it has its place at this moment.
    pub(super) fn whose(&self, now: Moment) -> Whose {
        match self.reserved {
            Some((rep, until)) if now < until => Whose::Rep(rep),
            _ => Whose::Queue(self.queue),
        }
    }
}

impl HeldConversation {
    /// Rule 3: until when this rep cools down for it, if he does.
    pub(super) fn cooling(&self, rep: UserId, now: Moment) -> Option<Moment> {
        let his = self.cool_downs().filter(|(whose, _)| *whose == rep);
        his.map(|(_, until)| until)
            .filter(|until| now < *until)
            .max()
    }

    fn cool_downs(&self) -> impl Iterator<Item = (UserId, Moment)> {
        let refused = self.refused.map(|refused| (refused.rep, refused.until));
        self.fact.cooling.iter().copied().chain(refused)
    }

    /// When time alone next changes what may become of it.
    pub(super) fn wake(&self, now: Moment) -> Option<Moment> {
        if let Some((_, deadline)) = self.proposed {
            return Some(deadline);
        }
        if self.fact.standing != Standing::Waiting {
            return None;
        }
        let reserved = self.fact.reserved.map(|(_, until)| until);
        let ends = self.cool_downs().map(|(_, until)| until).chain(reserved);
        ends.filter(|until| now < *until && *until < NO_END).min()
    }
}

impl HeldRep {
    /// Rule 5: the lines he serves.
    pub(super) fn lines(&self) -> impl Iterator<Item = Whose> {
        let queues = self.fact.queues.iter().map(|queue| Whose::Queue(*queue));
        queues.chain([Whose::Rep(self.fact.id)])
    }

    pub(super) fn load(&self) -> i32 {
        self.fact.active + self.proposed
    }

    /// Rule 3 for the rep alone: his seat among the free, if he is free at all.
    pub(super) fn seat(&self) -> Option<Seat> {
        let (fact, load) = (&self.fact, self.load());
        // A load is never negative, and the bits of such floats sort as the floats do.
        let ratio = || (f64::from(load) / f64::from(fact.capacity)).to_bits();
        (fact.eligibility == Eligibility::Eligible && load < fact.capacity)
            .then(|| (ratio(), fact.last_assigned_at, fact.id))
    }
}
