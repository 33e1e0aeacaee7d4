//! Rules 3 to 5, asked one by one. `redis.lua` asks the same.

use super::why::Verdict;
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
    /// Rule 3: how long this rep cools down for it, if he does.
    pub(super) fn cooling(&self, rep: UserId, now: Moment) -> Option<Verdict> {
        let ends = |until: &Moment| now < *until;
        let refused = self.refused.filter(|refused| refused.rep == rep);
        if let Some(until) = refused.map(|refused| refused.until).filter(ends) {
            return Some(Verdict::Refused { until });
        }
        let his = self.fact.cooling.iter().filter(|(whose, _)| *whose == rep);
        let until = his.map(|(_, until)| *until).filter(ends).max()?;
        Some(Verdict::Cooling { until })
    }

    /// Rules 3 and 5 for the pair: the rep's seat, or what keeps this one from him.
    pub(super) fn judge(&self, rep: &HeldRep, now: Moment) -> Result<Seat, Verdict> {
        if rep.lines().all(|line| line != self.line) {
            return Err(match self.line {
                Whose::Queue(_) => Verdict::NotServing,
                Whose::Rep(_) => Verdict::ReservedForAnother {
                    until: self.fact.reserved.map_or(NO_END, |(_, until)| until),
                },
            });
        }
        let seat = rep.seat()?;
        self.cooling(rep.fact.id, now).map_or(Ok(seat), Err)
    }

    /// When time alone next changes what may become of it.
    pub(super) fn wake(&self, now: Moment) -> Option<Moment> {
        if let Some((_, deadline)) = self.proposed {
            return Some(deadline);
        }
        if self.fact.standing != Standing::Waiting {
            return None;
        }
        let refused = self.refused.map(|refused| refused.until);
        let reserved = self.fact.reserved.map(|(_, until)| until);
        let cooling = self.fact.cooling.iter().map(|(_, until)| *until);
        let ends = cooling.chain(refused).chain(reserved);
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

    /// Rule 3 for the rep alone: his seat among the free, or why he is not free.
    pub(super) fn seat(&self) -> Result<Seat, Verdict> {
        let (fact, load) = (&self.fact, self.load());
        match fact.eligibility {
            Eligibility::Eligible => {}
            Eligibility::Absent => return Err(Verdict::Absent),
            Eligibility::Unavailable(why) => return Err(Verdict::Unavailable(why)),
        }
        let capacity = fact.capacity;
        if load >= capacity {
            return Err(Verdict::Full { load, capacity });
        }
        // A load is never negative, and the bits of such floats sort as the floats do.
        let ratio = (f64::from(load) / f64::from(capacity)).to_bits();
        Ok((ratio, fact.last_assigned_at, fact.id))
    }
}
