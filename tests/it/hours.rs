//! Hours as a rule: what is open when, over midnight, on holidays, and where clocks are put forward
//! and back. Compared with a clock that is followed minute by minute.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use switchboard::hours::{AHEAD_MS, Hours, HoursNow, Plan};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn plan(plan: Value) -> Plan {
    let plan: Plan = serde_json::from_value(plan).unwrap();
    assert_eq!(plan.check(), []);
    plan
}

fn hours(zone: &str, text: Value) -> Hours {
    Hours::of(zone, &plan(text)).unwrap()
}

/// A moment, written with its offset.
fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().expect(text).as_millisecond()
}

fn span(from: &str, to: &str) -> Value {
    json!([{ "from": from, "to": to }])
}

/// The same hours on every day.
fn daily(from: &str, to: &str) -> Value {
    let one = span(from, to);
    json!({ "week": {
        "mon": one, "tue": one, "wed": one, "thu": one, "fri": one, "sat": one, "sun": one,
    } })
}

#[track_caller]
fn open_until(hours: &Hours, now: &str, closes: &str) {
    let told = HoursNow {
        open: true,
        opens_at: None,
        closes_at: Some(at(closes)),
    };
    assert_eq!(hours.at(at(now)), told, "{now}");
}

#[track_caller]
fn closed_until(hours: &Hours, now: &str, opens: &str) {
    let told = HoursNow {
        open: false,
        opens_at: Some(at(opens)),
        closes_at: None,
    };
    assert_eq!(hours.at(at(now)), told, "{now}");
}

#[test]
fn a_week_opens_and_closes_by_the_clock_of_its_zone() {
    let week = json!({ "week": {
        "mon": [{ "from": "09:00", "to": "12:00" }, { "from": "13:00", "to": "17:30" }],
        "fri": span("09:00", "24:00"),
        "sat": span("00:00", "01:00"),
    } });
    let berlin = hours("Europe/Berlin", week);
    closed_until(
        &berlin,
        "2026-11-30T08:59:59.999+01:00",
        "2026-11-30T09:00+01:00",
    );
    open_until(&berlin, "2026-11-30T09:00+01:00", "2026-11-30T12:00+01:00");
    open_until(
        &berlin,
        "2026-11-30T11:59:59.999+01:00",
        "2026-11-30T12:00+01:00",
    );
    closed_until(&berlin, "2026-11-30T12:00+01:00", "2026-11-30T13:00+01:00");
    // From Monday's end to Friday; and what touches at midnight is one.
    closed_until(&berlin, "2026-11-30T17:30+01:00", "2026-12-04T09:00+01:00");
    open_until(&berlin, "2026-12-04T20:00+01:00", "2026-12-05T01:00+01:00");
    // A quarter of an hour is one in Kathmandu, too.
    let kathmandu = hours("Asia/Kathmandu", daily("09:15", "17:00"));
    closed_until(&kathmandu, "2026-06-01T03:29Z", "2026-06-01T03:30Z");
}

#[test]
fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
    let night = json!({
        "week": { "fri": span("22:00", "06:00") },
        "days": [
            { "date": "2026-12-04", "name": "closed" },
            { "date": "2026-12-12", "name": "what began on Friday goes on" },
        ],
    });
    let night = hours("Europe/Berlin", night);
    open_until(&night, "2026-11-28T05:59+01:00", "2026-11-28T06:00+01:00");
    closed_until(&night, "2026-11-28T06:00+01:00", "2026-12-11T22:00+01:00");
    open_until(&night, "2026-12-12T03:00+01:00", "2026-12-12T06:00+01:00");
}

#[test]
fn a_day_of_its_own_has_other_hours_or_none() {
    let with_days = json!({
        "week": { "thu": span("09:00", "17:00"), "fri": span("09:00", "17:00") },
        "days": [
            { "date": "2026-12-24", "name": "Christmas Eve", "hours": span("10:00", "12:00") },
            { "date": "2026-12-25", "name": "Christmas" },
            { "date": "2026-12-27", "hours": span("13:00", "14:00") },
        ],
    });
    let hours = hours("Europe/Berlin", with_days);
    closed_until(&hours, "2026-12-24T09:30+01:00", "2026-12-24T10:00+01:00");
    open_until(&hours, "2026-12-24T11:00+01:00", "2026-12-24T12:00+01:00");
    closed_until(&hours, "2026-12-25T11:00+01:00", "2026-12-27T13:00+01:00");
    closed_until(&hours, "2026-12-27T14:00+01:00", "2026-12-31T09:00+01:00");
}

#[test]
fn a_year_ahead_and_no_further() {
    let never = Hours::of("UTC", &Plan::default()).unwrap();
    let none = HoursNow {
        open: false,
        opens_at: None,
        closes_at: None,
    };
    assert_eq!(never.at(at("2026-11-26T12:00Z")), none);
    assert_eq!(never.after(0, 1, AHEAD_MS), None);
    assert_eq!(never.between(0, AHEAD_MS), 0);
    let always = hours("Europe/Berlin", daily("00:00", "24:00"));
    let told = always.at(at("2026-11-26T12:00Z"));
    assert_eq!((told.open, told.closes_at), (true, None));
    let far = |date: &str| json!({ "days": [{ "date": date, "hours": span("09:00", "10:00") }] });
    let now = "2026-11-26T12:00Z";
    closed_until(&hours("UTC", far("2027-11-27")), now, "2027-11-27T09:00Z");
    assert_eq!(hours("UTC", far("2027-11-28")).at(at(now)), none);
    // Time that nobody has a calendar for.
    for at in [i64::MIN, i64::MAX] {
        assert_eq!(always.at(at), none);
    }
}

#[test]
fn what_the_clock_leaps_over_happens_at_the_leap() {
    // Berlin: 02:00 becomes 03:00 on 29 March 2026, 01:00 UTC.
    let berlin = |from, to| hours("Europe/Berlin", daily(from, to));
    let leap = "2026-03-29T01:00Z";
    let opens = berlin("02:30", "04:00");
    closed_until(&opens, "2026-03-29T00:59:59.999Z", leap);
    open_until(&opens, leap, "2026-03-29T02:00Z");
    open_until(&berlin("01:00", "02:30"), "2026-03-29T00:30Z", leap);
    // Leapt over whole: it is not open on that day.
    closed_until(&berlin("02:10", "02:50"), leap, "2026-03-30T00:10Z");
    // Sydney, the other way round in the year: 02:00 becomes 03:00 on 4 October 2026.
    let sydney = hours("Australia/Sydney", daily("02:30", "05:00"));
    closed_until(&sydney, "2026-10-03T15:59Z", "2026-10-03T16:00Z");
    open_until(&sydney, "2026-10-03T16:00Z", "2026-10-03T18:00Z");
    // Santiago leaps over midnight itself: 6 September 2026 begins at 01:00.
    let santiago = hours("America/Santiago", daily("00:00", "03:00"));
    closed_until(&santiago, "2026-09-06T03:59Z", "2026-09-06T04:00Z");
    open_until(&santiago, "2026-09-06T04:00Z", "2026-09-06T06:00Z");
    // Samoa has leapt over a whole day.
    let apia = hours("Pacific/Apia", daily("09:00", "17:00"));
    closed_until(&apia, "2011-12-29T17:00-10:00", "2011-12-31T09:00+14:00");
}

#[test]
fn an_hour_that_comes_twice_counts_as_it_was_the_first_time() {
    // Berlin: 03:00 becomes 02:00 on 25 October 2026, 01:00 UTC.
    let berlin = |from, to| hours("Europe/Berlin", daily(from, to));
    let twice = berlin("02:00", "03:00");
    open_until(&twice, "2026-10-25T00:00Z", "2026-10-25T02:00Z");
    open_until(&twice, "2026-10-25T01:30Z", "2026-10-25T02:00Z");
    // It closes at the first 02:30, and does not open for the second half of an hour again.
    let closes = berlin("01:00", "02:30");
    open_until(&closes, "2026-10-24T23:30Z", "2026-10-25T00:30Z");
    closed_until(&closes, "2026-10-25T01:10Z", "2026-10-26T00:00Z");
    // It opens at the first 02:30 and stays open.
    let opens = berlin("02:30", "04:00");
    open_until(&opens, "2026-10-25T01:10Z", "2026-10-25T03:00Z");
    // Sydney: 03:00 becomes 02:00 on 5 April 2026; Lord Howe goes back by half an hour.
    let sydney = hours("Australia/Sydney", daily("02:30", "04:00"));
    open_until(&sydney, "2026-04-04T16:10Z", "2026-04-04T18:00Z");
    let lord_howe = hours("Australia/Lord_Howe", daily("01:30", "02:00"));
    open_until(&lord_howe, "2026-04-04T15:10Z", "2026-04-04T15:30Z");
}

#[test]
fn patience_counts_only_what_is_open() {
    let office = hours(
        "Europe/Berlin",
        json!({ "week": { "mon": span("09:00", "17:00"), "tue": span("09:00", "17:00") } }),
    );
    let until = at("2027-06-01T00:00Z");
    let after = |since: &str, lasts: i64| office.after(at(since), lasts, until);
    let monday = "2026-11-30T16:55+01:00";
    assert_eq!(
        after(monday, 10 * MINUTE),
        Some(at("2026-12-01T09:05+01:00"))
    );
    assert_eq!(
        after(monday, 5 * MINUTE),
        Some(at("2026-11-30T17:00+01:00"))
    );
    assert_eq!(
        after("2026-12-01T23:00+01:00", 9 * HOUR),
        Some(at("2026-12-08T10:00+01:00"))
    );
    assert_eq!(after(monday, 500 * HOUR), None);
    let open = office.between(at(monday), at("2026-12-01T09:10+01:00"));
    assert_eq!(open, 15 * MINUTE);
}

#[test]
fn what_is_wrong_is_named_by_its_field() {
    let one = |from: &str, to: &str| json!({ "week": { "tue": span(from, to) } });
    let many: Vec<Value> = (0..9)
        .map(|hour| json!({ "from": format!("{hour:02}:00"), "to": format!("{hour:02}:30") }))
        .collect();
    let days: Vec<Value> = (0..401)
        .map(|day| {
            let first: Date = "2026-01-01".parse().unwrap();
            json!({ "date": first.checked_add(day.days()).unwrap().to_string() })
        })
        .collect();
    let overlap = json!([{ "from": "09:00", "to": "12:00" }, { "from": "11:59", "to": "13:00" }]);
    let day = |day: Value| json!({ "days": [day] });
    let cases = [
        (one("9:00", "12:00"), "week.tue"),
        (one("09:00", "24:01"), "week.tue"),
        (one("09:60", "12:00"), "week.tue"),
        (one("24:00", "12:00"), "week.tue"),
        (one("09:00", "09:00"), "week.tue"),
        (one("+9:00", "12:00"), "week.tue"),
        (json!({ "week": { "sun": many } }), "week.sun"),
        (json!({ "week": { "mon": overlap } }), "week.mon"),
        (
            json!({ "week": { "mon": [
                { "from": "22:00", "to": "02:00" }, { "from": "23:00", "to": "23:30" },
            ] } }),
            "week.mon",
        ),
        (json!({ "days": days }), "days"),
        (day(json!({ "date": "2026-02-30" })), "days[0].date"),
        (day(json!({ "date": "20261225" })), "days[0].date"),
        (day(json!({ "date": "1999-12-31" })), "days[0].date"),
        (day(json!({ "date": "2200-01-01" })), "days[0].date"),
        (
            day(json!({ "date": "2026-12-25", "name": "x".repeat(101) })),
            "days[0].name",
        ),
        (
            day(json!({ "date": "2026-12-25", "hours": span("1", "2") })),
            "days[0].hours",
        ),
        (
            json!({ "days": [{ "date": "2026-12-25" }, { "date": "2026-12-25" }] }),
            "days[1].date",
        ),
    ];
    for (text, field) in cases {
        let plan: Plan = serde_json::from_value(text.clone()).unwrap();
        let wrong = plan.check();
        let fields: Vec<&str> = wrong.iter().map(|one| one.field.as_ref()).collect();
        assert_eq!(fields, [field], "{text}");
    }
    assert!(Hours::of("Europe/Nowhere", &Plan::default()).is_none());
}

/// Zones whose clocks leap at odd times, by odd steps, in either half of the year, or never.
const ZONES: &[&str] = &[
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "Asia/Kathmandu",
    "UTC",
];

fn random_spans(dice: &mut StdRng) -> Value {
    let mut marks: Vec<i32> = (0..dice.random_range(0..4) * 2)
        .map(|_| dice.random_range(0..96) * 15)
        .collect();
    marks.sort_unstable();
    marks.dedup();
    let text = |minute: i32| format!("{:02}:{:02}", minute / 60, minute % 60);
    let pairs = marks.chunks_exact(2);
    let mut spans: Vec<Value> = pairs
        .map(|pair| json!({ "from": text(pair[0]), "to": text(pair[1]) }))
        .collect();
    if dice.random_bool(0.3) {
        let from = marks.last().map_or(1_200, |last| (last + 15).min(1_425));
        let to = dice.random_range(0..40) * 15;
        let to = if to == from { to + 15 } else { to };
        spans.push(json!({ "from": text(from), "to": text(to) }));
    }
    if dice.random_bool(0.1) {
        spans = vec![json!({ "from": "00:00", "to": "24:00" })];
    }
    json!(spans)
}

/// Where the clock of this zone leaps next, or just any moment.
fn start(zone: &TimeZone, dice: &mut StdRng) -> i64 {
    let any = at("2024-01-01T00:00Z") + dice.random_range(0..5 * 365 * 24 * 60) * MINUTE;
    let behind = Timestamp::from_millisecond(any).unwrap();
    let leap = zone.following(behind).next();
    match leap.filter(|_| dice.random_bool(0.7)) {
        Some(leap) => leap.timestamp().as_millisecond() - 36 * HOUR,
        None => any,
    }
}

/// Which minutes from `from` on are open, by following the clock on the wall: it may stand still
/// where it is put back, and never goes back.
fn followed(zone: &TimeZone, plan: &Plan, from: i64, minutes: i64) -> Vec<bool> {
    let minute_of = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
    };
    let week = serde_json::to_value(&plan.week).unwrap();
    let of_day = |date: Date| -> Vec<(i64, i64)> {
        let own = plan.days.iter().find(|day| day.date == date.to_string());
        let own = own.map(|day| serde_json::to_value(&day.hours).unwrap());
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let weekday = date.weekday().to_monday_zero_offset() as usize;
        let spans = own.unwrap_or_else(|| week[names[weekday]].clone());
        let pair = |one: &Value| {
            let (from, to) = (one["from"].as_str().unwrap(), one["to"].as_str().unwrap());
            let (from, to) = (minute_of(from), minute_of(to));
            (from, if to > from { to } else { to + 1_440 })
        };
        spans.as_array().unwrap().iter().map(pair).collect()
    };
    let mut shown = jiff::civil::DateTime::MIN;
    let mut open = Vec::new();
    for minute in -3 * 1_440..minutes {
        let now = Timestamp::from_millisecond(from + minute * MINUTE).unwrap();
        shown = shown.max(zone.to_datetime(now));
        if minute < 0 {
            continue;
        }
        let clock = i64::from(shown.hour()) * 60 + i64::from(shown.minute());
        let today = of_day(shown.date());
        let yesterday = of_day(shown.date().yesterday().unwrap());
        let in_one = |clock: i64, spans: &[(i64, i64)]| {
            spans.iter().any(|(from, to)| (*from..*to).contains(&clock))
        };
        open.push(in_one(clock, &today) || in_one(clock + 1_440, &yesterday));
    }
    open
}

#[test]
fn hours_are_what_a_clock_that_is_followed_shows() {
    let seed = rand::random();
    println!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    for round in 0..40 {
        let name = ZONES[round % ZONES.len()];
        let zone = TimeZone::get(name).unwrap();
        let from = start(&zone, &mut dice);
        let here = zone.to_datetime(Timestamp::from_millisecond(from).unwrap());
        let spans = [(); 7].map(|()| random_spans(&mut dice));
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let week: Value = names
            .iter()
            .zip(spans)
            .map(|(day, one)| (*day, one))
            .collect();
        let own = here.date().checked_add(dice.random_range(0..3).days());
        let days = json!([{ "date": own.unwrap().to_string(), "hours": random_spans(&mut dice) }]);
        let plan = plan(json!({ "week": week, "days": days }));
        let hours = Hours::of(name, &plan).unwrap();
        let what = format!("seed {seed}, round {round}: {name} from {from}: {plan:?}");

        let open = followed(&zone, &plan, from, 4 * 1_440);
        let moment = |minute: usize| from + minute as i64 * MINUTE;
        for minute in (0..open.len()).step_by(29) {
            let told = hours.at(moment(minute));
            assert_eq!(told.open, open[minute], "{what}, minute {minute}");
            let turn = (minute..open.len()).find(|one| open[*one] != open[minute]);
            match turn {
                Some(turn) => assert_eq!(told.until(), Some(moment(turn)), "{what}, {minute}"),
                None => assert!(
                    told.until().is_none_or(|turn| turn >= moment(open.len())),
                    "{what}, minute {minute}: {told:?}"
                ),
            }
            let count = open[minute..].iter().filter(|open| **open).count() as i64;
            let end = moment(open.len());
            let between = hours.between(moment(minute), end);
            assert_eq!(between, count * MINUTE, "{what}, minute {minute}");
            if count > 0 {
                let lasts = dice.random_range(1..=count);
                let mut left = lasts;
                let due = (minute..open.len()).find(|one| {
                    left -= i64::from(open[*one]);
                    left == 0
                });
                let due = due.map(|last| moment(last + 1));
                let after = hours.after(moment(minute), lasts * MINUTE, end);
                assert_eq!(after, due, "{what}, minute {minute}");
            }
        }
    }
}
