//! What a report tells, as it is answered.

use crate::store::views::{PersonView, QueueView};
use crate::words::Moment;

/// How long something took: of how many, the median, and what nine of ten stayed below.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Spread {
    pub count: i64,
    pub p50_ms: i64,
    pub p90_ms: i64,
}

impl Spread {
    /// The nearest ranks; none of nothing.
    pub fn of(mut times: Vec<Moment>) -> Option<Self> {
        times.sort_unstable();
        let rank = |percent: usize| (times.len() * percent).div_ceil(100).saturating_sub(1);
        Some(Spread {
            count: times.len() as i64,
            p50_ms: *times.get(rank(50))?,
            p90_ms: *times.get(rank(90))?,
        })
    }
}

/// What became of conversations: `opened` is all of them, and every one of them is `open`,
/// `resolved`, `unresolved` or `abandoned`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Figures {
    pub opened: i64,
    /// How many were assigned, and how many of them for the first time within the wait target of
    /// their queue: the service level is `in_target / assigned`. What was left outside of the
    /// hours is not among them: no customer waited for that.
    pub assigned: i64,
    pub in_target: i64,
    pub resolved: i64,
    pub unresolved: i64,
    pub abandoned: i64,
    /// How many have not ended yet.
    pub open: i64,
    /// From the opening to the first assignment, of those of `assigned`; while the queue was
    /// closed nobody waited. Null: there were none.
    #[schema(required)]
    pub wait: Option<Spread>,
    /// From the opening to the rep's first message, by the same rules.
    #[schema(required)]
    pub first_reply: Option<Spread>,
    /// From the last assignment to the end, of those that ended `resolved` or `unresolved`.
    #[schema(required)]
    pub handling: Option<Spread>,
}

/// How long a bucket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BucketStep)]
pub enum Step {
    Hour,
    Day,
}

/// What was opened in an hour or on a day of the reader's clock. The first and the last one are cut
/// where the span begins and ends.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
#[schema(as = ReportBucket)]
pub struct Bucket {
    pub from: Moment,
    /// The first moment that is not in it any more.
    pub to: Moment,
    #[serde(flatten)]
    pub figures: Figures,
}

/// What was opened, by the reader's clock: a row for each day of the week from Monday on, in it 24
/// hours from midnight on.
pub type Arrivals = Vec<Vec<i64>>;

/// What came to one queue, or went on to it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct QueueReport {
    pub queue: QueueView,
    /// Within what time a customer should be served there now, in ms.
    pub wait_target_ms: i64,
    #[serde(flatten)]
    pub figures: Figures,
}

/// How often customers have given each score.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Scores {
    pub count: i64,
    /// How many times 1, 2, 3, 4 and 5.
    pub scores: Vec<i64>,
}

impl Default for Scores {
    fn default() -> Self {
        Scores {
            count: 0,
            scores: vec![0; 5],
        }
    }
}

impl Scores {
    /// Counts what one customer thought, if he said so.
    pub fn add(&mut self, rating: Option<i32>) {
        let place = rating.and_then(|score| usize::try_from(score - 1).ok());
        if let Some(count) = place.and_then(|place| self.scores.get_mut(place)) {
            *count += 1;
            self.count += 1;
        }
    }
}

/// What one rep did. A conversation is his who served it last.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct RepReport {
    pub rep: PersonView,
    pub served: i64,
    pub resolved: i64,
    pub unresolved: i64,
    pub abandoned: i64,
    /// From his assignment to the end, of those that ended.
    #[schema(required)]
    pub handling: Option<Spread>,
    /// From his assignment to his first message, of those that nobody served before him.
    #[schema(required)]
    pub first_reply: Option<Spread>,
    /// How long he was there and available, in ms, in whole minutes. Of the last 92 days, in all
    /// queues whatever is asked for.
    pub available_ms: i64,
    /// Which share of his slots was taken then, from 0 to 1; more, if he was given more than he
    /// may hold. Null: he was not there, or had no slots.
    #[schema(required)]
    pub utilisation: Option<f64>,
    pub ratings: Scores,
}

/// What came in a span of time, and what became of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Report {
    pub from: Moment,
    /// The first moment that is not in it any more.
    pub to: Moment,
    /// Minutes by which the reader's clock is ahead of UTC.
    pub offset: i32,
    /// An hour, if the span is no longer than three days.
    pub step: Step,
    pub totals: Figures,
    /// Every hour or day of the span, the oldest first, also those without anything.
    pub buckets: Vec<Bucket>,
    /// How many were opened, by the reader's clock: a row for each day of the week from Monday on,
    /// in it 24 hours from midnight on.
    pub arrivals: Arrivals,
    /// Where anything is now that was opened in the span, in the order of queues.
    pub queues: Vec<QueueReport>,
    /// Who served any of it, or was available in the span; who served most comes first.
    pub reps: Vec<RepReport>,
    pub ratings: Scores,
}
