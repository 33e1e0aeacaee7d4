//! The counting for a report: each conversation once, into all that it counts for.

use std::collections::HashMap;

use super::figures::{Bucket, Figures, QueueReport, RepReport, Report, Scores, Spread, Step};
use super::{DAY, HOUR, Wanted};
use crate::store::rep_hours::RepTime;
use crate::store::reports::{Beside, Row, Terms};
use crate::store::views::PersonView;
use crate::words::{Moment, QueueId, Resolution, UserId};

/// A span up to here is told by the hour.
const BY_HOUR: Moment = 3 * DAY;
/// A minute, in ms.
const MINUTE: Moment = 60_000;

/// The clock of whoever reads.
#[derive(Clone, Copy)]
struct Clock(Moment);

impl Clock {
    /// When the hour or the day began in which a moment is.
    fn begin(self, at: Moment, step: Moment) -> Moment {
        at - (at + self.0).rem_euclid(step)
    }

    /// The day of the week, from Monday on, and the hour.
    fn place(self, at: Moment) -> (usize, usize) {
        let here = at + self.0;
        // The first day of all was a Thursday.
        let day = (here.div_euclid(DAY) + 3).rem_euclid(7);
        (day as usize, (here.rem_euclid(DAY) / HOUR) as usize)
    }
}

/// What one conversation counts for.
struct Seen {
    resolution: Option<Resolution>,
    /// How long its customer waited, and whether that was within the target.
    wait: Option<(Moment, bool)>,
    first_reply: Option<Moment>,
    handling: Option<Moment>,
}

impl Seen {
    fn of(row: &Row, terms: &Terms) -> Self {
        let waited = |until: Moment| {
            let waited = match &terms.hours {
                Some(hours) => hours.between(row.created_at, until),
                None => until - row.created_at,
            };
            waited.max(0)
        };
        // No customer waited to the end for what he left as a message.
        let awaited = !row.left_message;
        let first = row.first_assigned_at.filter(|_| awaited).map(waited);
        // Whoever left while he waited, be it again, was not being served.
        let left = row.resolution == Some(Resolution::Abandoned);
        let ended = row.assigned_at.zip(row.closed_at).filter(|_| !left);
        Seen {
            resolution: row.resolution,
            wait: first.map(|wait| (wait, wait <= terms.wait_target_ms)),
            first_reply: row.first_reply_at.filter(|_| awaited).map(waited),
            handling: ended.map(|(from, to)| (to - from).max(0)),
        }
    }
}

/// How many ended in which way.
#[derive(Default)]
struct Ends {
    resolved: i64,
    unresolved: i64,
    abandoned: i64,
}

impl Ends {
    fn add(&mut self, how: Option<Resolution>) {
        match how {
            Some(Resolution::Resolved) => self.resolved += 1,
            Some(Resolution::Unresolved) => self.unresolved += 1,
            Some(Resolution::Abandoned) => self.abandoned += 1,
            None => {}
        }
    }
}

/// Conversations together.
#[derive(Default)]
struct Sum {
    opened: i64,
    in_target: i64,
    ends: Ends,
    waits: Vec<Moment>,
    first_replies: Vec<Moment>,
    handling: Vec<Moment>,
}

impl Sum {
    fn add(&mut self, seen: &Seen) {
        self.opened += 1;
        self.ends.add(seen.resolution);
        if let Some((wait, in_target)) = seen.wait {
            self.waits.push(wait);
            self.in_target += i64::from(in_target);
        }
        self.first_replies.extend(seen.first_reply);
        self.handling.extend(seen.handling);
    }

    fn figures(self) -> Figures {
        let Ends {
            resolved,
            unresolved,
            abandoned,
        } = self.ends;
        Figures {
            opened: self.opened,
            assigned: self.waits.len() as i64,
            in_target: self.in_target,
            resolved,
            unresolved,
            abandoned,
            open: self.opened - resolved - unresolved - abandoned,
            wait: Spread::of(self.waits),
            first_reply: Spread::of(self.first_replies),
            handling: Spread::of(self.handling),
        }
    }
}

/// What one rep served.
#[derive(Default)]
struct OfRep {
    served: i64,
    ends: Ends,
    first_replies: Vec<Moment>,
    handling: Vec<Moment>,
    ratings: Scores,
}

impl OfRep {
    fn add(&mut self, row: &Row, seen: &Seen) {
        self.served += 1;
        self.ends.add(seen.resolution);
        self.handling.extend(seen.handling);
        self.ratings.add(row.rating);
        let reply = row.assigned_at.zip(row.first_reply_at);
        // What was said before another one had it is not his.
        let reply = reply.filter(|_| row.epoch == 1);
        self.first_replies
            .extend(reply.map(|(from, to)| (to - from).max(0)));
    }

    fn report(self, rep: PersonView, time: RepTime) -> RepReport {
        RepReport {
            rep,
            served: self.served,
            resolved: self.ends.resolved,
            unresolved: self.ends.unresolved,
            abandoned: self.ends.abandoned,
            handling: Spread::of(self.handling),
            first_reply: Spread::of(self.first_replies),
            available_ms: time.minutes * MINUTE,
            utilisation: (time.capacity > 0).then(|| time.load as f64 / time.capacity as f64),
            ratings: self.ratings,
        }
    }
}

/// All that a report counts.
pub(super) struct Tally {
    wanted: Wanted,
    clock: Clock,
    step: Moment,
    /// Every queue, in their order.
    terms: Vec<Terms>,
    places: HashMap<QueueId, usize>,
    /// Beside each of them.
    queues: Vec<Sum>,
    total: Sum,
    buckets: Vec<Sum>,
    arrivals: [[i64; 24]; 7],
    reps: HashMap<UserId, OfRep>,
    ratings: Scores,
}

impl Tally {
    pub fn new(wanted: Wanted, terms: Vec<Terms>) -> Self {
        let clock = Clock(Moment::from(wanted.offset) * MINUTE);
        let step = match wanted.to - wanted.from <= BY_HOUR {
            true => HOUR,
            false => DAY,
        };
        let first = clock.begin(wanted.from, step);
        let count = (wanted.to - first + step - 1) / step;
        let places = terms.iter().enumerate();
        Tally {
            clock,
            step,
            places: places.map(|(place, one)| (one.queue.id, place)).collect(),
            queues: terms.iter().map(|_| Sum::default()).collect(),
            terms,
            total: Sum::default(),
            buckets: (0..count).map(|_| Sum::default()).collect(),
            arrivals: [[0; 24]; 7],
            reps: HashMap::new(),
            ratings: Scores::default(),
            wanted,
        }
    }

    pub fn count(&mut self, row: &Row) {
        // A queue that was made since the terms were read comes into the next report.
        let Some(place) = self.places.get(&row.queue_id).copied() else {
            return;
        };
        let seen = Seen::of(row, &self.terms[place]);
        self.total.add(&seen);
        self.queues[place].add(&seen);
        // Its id was made a little before or behind its moment.
        let at = row.created_at.clamp(self.wanted.from, self.wanted.to - 1);
        let first = self.clock.begin(self.wanted.from, self.step);
        self.buckets[((at - first) / self.step) as usize].add(&seen);
        let (day, hour) = self.clock.place(at);
        self.arrivals[day][hour] += 1;
        self.ratings.add(row.rating);
        if let Some(rep) = row.last_rep_id.filter(|_| row.epoch > 0) {
            self.reps.entry(rep).or_default().add(row, &seen);
        }
    }

    /// Who has served any of it.
    pub fn reps(&self) -> Vec<UserId> {
        self.reps.keys().copied().collect()
    }

    pub fn report(mut self, beside: Beside) -> Report {
        let Wanted {
            from, to, offset, ..
        } = self.wanted;
        let reps = self.rep_reports(beside);
        let first = self.clock.begin(from, self.step);
        let bucket = |(place, sum): (Moment, Sum)| {
            let begin = first + place * self.step;
            Bucket {
                from: begin.max(from),
                to: (begin + self.step).min(to),
                figures: sum.figures(),
            }
        };
        let came = |(_, sum): &(Terms, Sum)| sum.opened > 0;
        let queue = |(terms, sum): (Terms, Sum)| QueueReport {
            queue: terms.queue,
            wait_target_ms: terms.wait_target_ms,
            figures: sum.figures(),
        };
        let queues = self.terms.into_iter().zip(self.queues);
        Report {
            from,
            to,
            offset,
            step: match self.step {
                HOUR => Step::Hour,
                _ => Step::Day,
            },
            totals: self.total.figures(),
            buckets: (0..).zip(self.buckets).map(bucket).collect(),
            arrivals: self.arrivals.iter().map(|day| day.to_vec()).collect(),
            queues: queues.filter(came).map(queue).collect(),
            reps,
            ratings: self.ratings,
        }
    }

    /// Those who served anybody or were there for it, who served most first.
    fn rep_reports(&mut self, mut beside: Beside) -> Vec<RepReport> {
        let there = beside.times.keys().copied();
        for rep in there.collect::<Vec<_>>() {
            self.reps.entry(rep).or_default();
        }
        let report = |(id, of): (UserId, OfRep)| {
            let rep = beside.people.remove(&id)?;
            let time = beside.times.remove(&id).unwrap_or_default();
            Some(of.report(rep, time))
        };
        let mut reps: Vec<_> = self.reps.drain().filter_map(report).collect();
        reps.sort_by_key(|one| (-one.served, -one.available_ms, one.rep.id));
        reps
    }
}
