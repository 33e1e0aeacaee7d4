//! When somebody is expected to be there: a week of hours in a zone of time, and single days that
//! have others. It has no clock: the moment is an argument.
//!
//! Hours belong to the day on which they begin, and go on behind midnight whatever the next day
//! has. They begin at the first moment at which the clock on the wall shows their beginning or a
//! later time, and end at the first at which it shows their end or a later one. So where clocks are
//! put forward, what is leapt over happens at the leap; where they are put back, the hour that
//! comes twice counts as it was the first time until it has gone by twice.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::error::FieldError;
use crate::words::Moment;

/// Intervals that begin on one day.
const SPANS_MAX: usize = 8;
/// Days that have other hours than their weekday.
const DAYS_MAX: usize = 400;
/// Characters of what such a day is called.
const DAY_NAME_CHARS_MAX: usize = 100;
/// What dates may be.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2199;
/// How far ahead an opening or a closing is looked for, in ms.
pub const AHEAD_MS: Moment = 366 * 24 * 60 * 60 * 1_000;

const DAY: i32 = 24 * 60;

/// From when to when, by the clock on the wall.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Hours)]
pub struct Span {
    /// As `09:00`.
    pub from: String,
    /// As `17:30`; `24:00` is the end of the day. Not later than `from`: on the next day.
    pub to: String,
}

/// The hours of each weekday; one that is not named has none.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct Week {
    pub mon: Vec<Span>,
    pub tue: Vec<Span>,
    pub wed: Vec<Span>,
    pub thu: Vec<Span>,
    pub fri: Vec<Span>,
    pub sat: Vec<Span>,
    pub sun: Vec<Span>,
}

/// A day that has other hours than its weekday: a holiday has none.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Day {
    /// As `2026-12-25`.
    pub date: String,
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// What begins on it; nothing: closed.
    #[serde(default)]
    pub hours: Vec<Span>,
}

/// All hours, as people write them.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    pub week: Week,
    pub days: Vec<Day>,
}

/// Whether somebody is expected now, and when that changes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
pub struct HoursNow {
    pub open: bool,
    /// When it opens next, in Unix ms. Null: it is open, or not within a year.
    #[schema(required)]
    pub opens_at: Option<Moment>,
    /// When it closes, in Unix ms. Null: it is closed, or does not close within a year.
    #[schema(required)]
    pub closes_at: Option<Moment>,
}

impl HoursNow {
    /// When it is another.
    pub fn until(&self) -> Option<Moment> {
        self.opens_at.or(self.closes_at)
    }
}

/// Hours that can be asked.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: TimeZone,
    /// Monday first. In minutes since midnight of the day on which it begins.
    week: [Vec<(i32, i32)>; 7],
    days: BTreeMap<Date, Vec<(i32, i32)>>,
}

/// A zone of time by its IANA name. None: there is no such zone.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

impl Week {
    fn days(&self) -> [(&'static str, &Vec<Span>); 7] {
        [
            ("mon", &self.mon),
            ("tue", &self.tue),
            ("wed", &self.wed),
            ("thu", &self.thu),
            ("fri", &self.fri),
            ("sat", &self.sat),
            ("sun", &self.sun),
        ]
    }
}

/// Minutes since midnight.
fn minutes(text: &str) -> Option<i32> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str| part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
    if !two(hour) || !two(minute) {
        return None;
    }
    let (hour, minute): (i32, i32) = (hour.parse().ok()?, minute.parse().ok()?);
    let at = hour * 60 + minute;
    (minute < 60 && at <= DAY).then_some(at)
}

/// From minute to minute since midnight; behind `DAY` is on the next day.
fn span(span: &Span) -> Option<(i32, i32)> {
    let (from, to) = (minutes(&span.from)?, minutes(&span.to)?);
    match to <= from {
        true => Some((from, to + DAY)),
        false => Some((from, to)),
    }
}

fn date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    (date.to_string() == text && YEARS.contains(&date.year())).then_some(date)
}

/// What is wrong with the hours of a day, if anything.
fn check_spans(spans: &[Span]) -> Option<String> {
    if spans.len() > SPANS_MAX {
        return Some(format!("Give at most {SPANS_MAX} intervals for a day."));
    }
    let mut end = 0;
    for one in spans {
        let Some((from, to)) = span(one).filter(|(from, _)| *from < DAY) else {
            return Some("Write times as 09:00, from 00:00 to 24:00.".into());
        };
        if to - from == DAY && from > 0 {
            return Some("For a whole day write from 00:00 to 24:00.".into());
        }
        if from < end {
            let detail = "Give the intervals in their order, none begun before the last ended.";
            return Some(detail.into());
        }
        end = to;
    }
    None
}

impl Plan {
    /// Everything that is wrong with it, by field.
    pub fn check(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut refuse = |field: Cow<'static, str>, detail: String| {
            wrong.push(FieldError { field, detail });
        };
        for (day, spans) in self.week.days() {
            if let Some(detail) = check_spans(spans) {
                refuse(format!("week.{day}").into(), detail);
            }
        }
        if self.days.len() > DAYS_MAX {
            let detail = format!("Give at most {DAYS_MAX} days; those that are over may go.");
            refuse("days".into(), detail);
            return wrong;
        }
        let mut seen = std::collections::BTreeSet::new();
        for (at, day) in self.days.iter().enumerate() {
            match date(&day.date) {
                None => {
                    let (first, last) = (YEARS.start(), YEARS.end());
                    let detail = format!("Write a date as 2026-12-25, from {first} to {last}.");
                    refuse(format!("days[{at}].date").into(), detail);
                }
                Some(date) if !seen.insert(date) => {
                    let detail = "This date stands twice; give all its hours at once.";
                    refuse(format!("days[{at}].date").into(), detail.into());
                }
                Some(_) => {}
            }
            let long = day.name.chars().count() > DAY_NAME_CHARS_MAX;
            if long || day.name.chars().any(char::is_control) {
                let detail = format!("Give at most {DAY_NAME_CHARS_MAX} characters on one line.");
                refuse(format!("days[{at}].name").into(), detail);
            }
            if let Some(detail) = check_spans(&day.hours) {
                refuse(format!("days[{at}].hours").into(), detail);
            }
        }
        wrong
    }
}

impl Hours {
    /// None: something in it is wrong, as [`Plan::check`] tells, or there is no such zone.
    pub fn of(time_zone: &str, plan: &Plan) -> Option<Self> {
        let all = |spans: &[Span]| spans.iter().map(span).collect::<Option<Vec<_>>>();
        let mut week: [Vec<(i32, i32)>; 7] = Default::default();
        for (mine, (_, spans)) in week.iter_mut().zip(plan.week.days()) {
            *mine = all(spans)?;
        }
        let days = plan.days.iter();
        let days = days.map(|day| Some((date(&day.date)?, all(&day.hours)?)));
        Some(Hours {
            zone: zone(time_zone)?,
            week,
            days: days.collect::<Option<_>>()?,
        })
    }

    /// Whether it is open at this moment, and when that changes.
    pub fn at(&self, at: Moment) -> HoursNow {
        let until = at.saturating_add(AHEAD_MS);
        let in_time = |moment: Moment| (moment <= until).then_some(moment);
        match self.walk(at, until, |from, to| Some((from, to))) {
            Some((from, to)) if from <= at => HoursNow {
                open: true,
                opens_at: None,
                closes_at: in_time(to),
            },
            next => HoursNow {
                open: false,
                opens_at: next.and_then(|(from, _)| in_time(from)),
                closes_at: None,
            },
        }
    }

    /// When it will have been open for so long since a moment. None: not before `until`.
    pub fn after(&self, since: Moment, lasts: Moment, until: Moment) -> Option<Moment> {
        let mut left = lasts;
        let due = self.walk(since, until, |from, to| {
            let from = from.max(since);
            if to - from >= left {
                return Some(from + left);
            }
            left -= to - from;
            None
        });
        due.filter(|due| *due <= until)
    }

    /// For how long it was open between two moments, in ms.
    pub fn between(&self, since: Moment, until: Moment) -> Moment {
        let mut open = 0;
        self.walk(since, until, |from, to| {
            open += (to.min(until) - from.max(since)).max(0);
            None::<()>
        });
        open
    }

    /// A moment as people there write it.
    pub fn spell(&self, at: Moment) -> String {
        let Ok(at) = Timestamp::from_millisecond(at) else {
            return String::new();
        };
        let name = self.zone.iana_name().unwrap_or("UTC");
        let there = at.to_zoned(self.zone.clone());
        format!("{} ({name})", there.strftime("%Y-%m-%d %H:%M"))
    }

    /// Shows all stretches in which it is open that end behind `since` and begin before `until`,
    /// in their order, until `see` answers something. Of what touches or overlaps one is made; the
    /// last one may be longer than it was followed.
    fn walk<T>(
        &self,
        since: Moment,
        until: Moment,
        mut see: impl FnMut(Moment, Moment) -> Option<T>,
    ) -> Option<T> {
        let mut date = self.date_of(since)?.checked_sub(2.days()).ok()?;
        let mut stretch: Option<(Moment, Moment)> = None;
        while self.reached(date, 0)? <= until {
            for &(from, to) in self.of_day(date) {
                let (from, to) = (self.reached(date, from)?, self.reached(date, to)?);
                // What is leapt over whole, or not looked for any more.
                if from >= to || to <= since {
                    continue;
                }
                match &mut stretch {
                    Some((_, end)) if from <= *end => *end = to.max(*end),
                    _ => {
                        if let Some((from, to)) = stretch.replace((from, to))
                            && let Some(seen) = see(from, to)
                        {
                            return Some(seen);
                        }
                    }
                }
            }
            date = date.tomorrow().ok()?;
        }
        let (from, to) = stretch.filter(|(from, _)| *from <= until)?;
        see(from, to)
    }

    fn of_day(&self, date: Date) -> &[(i32, i32)] {
        let weekday = date.weekday().since(Weekday::Monday) as usize;
        self.days.get(&date).unwrap_or(&self.week[weekday])
    }

    fn date_of(&self, at: Moment) -> Option<Date> {
        let at = Timestamp::from_millisecond(at).ok()?;
        Some(self.zone.to_datetime(at).date())
    }

    /// The first moment at which the clock on the wall shows this time of this date, or a later
    /// one. None: time as it is known here does not go that far.
    fn reached(&self, date: Date, minute: i32) -> Option<Moment> {
        let shown: DateTime = date.to_datetime(jiff::civil::Time::midnight());
        let shown = shown.checked_add(minute.minutes()).ok()?;
        let ambiguous = self.zone.to_ambiguous_timestamp(shown).offset();
        let (before, leaps) = match ambiguous {
            AmbiguousOffset::Unambiguous { offset } => (offset, false),
            AmbiguousOffset::Fold { before, .. } => (before, false),
            AmbiguousOffset::Gap { before, .. } => (before, true),
        };
        let at = before.to_timestamp(shown).ok()?;
        if !leaps {
            return Some(at.as_millisecond());
        }
        // It is never shown: what counts is when the clock leaps, just then or a while before.
        let behind = at.checked_add(1.milliseconds()).ok()?;
        let leap = self.zone.preceding(behind).next()?;
        Some(leap.timestamp().as_millisecond())
    }
}
