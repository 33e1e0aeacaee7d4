//! What lists can be narrowed to, as it stands in an address, with its limits.

use crate::desk::SCORES;
use crate::error::{Error, Result};
use crate::store::lists::{Cursor, Filter, Order, Span, Whose};
use crate::words::{Moment, Priority, QueueId, Resolution, Status, UserId};

/// A query that can be narrowed, with what else it asks.
macro_rules! narrowing {
    ($(#[$meta:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(serde::Deserialize, serde::Serialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            pub status: Option<Status>,
            /// `true`: only those that are not closed; `false`: only those that are.
            pub open: Option<bool>,
            /// How it ended.
            pub resolution: Option<Resolution>,
            #[param(value_type = Option<String>, format = "uuid")]
            pub queue: Option<QueueId>,
            pub priority: Option<Priority>,
            /// The rep who serves it or is offered it now, or `none`.
            pub rep: Option<String>,
            /// The rep who serves it or served it last.
            #[param(value_type = Option<String>, format = "uuid")]
            pub last_rep: Option<UserId>,
            #[param(value_type = Option<String>, format = "uuid")]
            pub customer: Option<UserId>,
            /// Opened at this moment or later.
            pub opened_from: Option<Moment>,
            /// Opened at this moment or earlier.
            pub opened_to: Option<Moment>,
            /// Closed at this moment or later.
            pub closed_from: Option<Moment>,
            /// Closed at this moment or earlier.
            pub closed_to: Option<Moment>,
            /// Rated by its customer with this score or a better one: 1 to 5.
            pub rating_from: Option<i32>,
            /// Rated by its customer with this score or a worse one: 1 to 5.
            pub rating_to: Option<i32>,
            $($(#[$more])* pub $field: $type,)*
        }

        impl $name {
            /// What is asked for; what contradicts itself is refused.
            pub fn filter(&self) -> Result<Filter> {
                Ok(Filter {
                    status: self.status,
                    open: self.open == Some(true),
                    over: self.open == Some(false),
                    resolution: self.resolution,
                    queue: self.queue,
                    priority: self.priority,
                    rep: self.rep.as_deref().map(whose).transpose()?,
                    last_rep: self.last_rep,
                    customer: self.customer,
                    opened: span("opened_from", self.opened_from, self.opened_to)?,
                    closed: span("closed_from", self.closed_from, self.closed_to)?,
                    rating: scores(self.rating_from, self.rating_to)?,
                    ..Filter::default()
                })
            }
        }
    };
}

narrowing! {
    /// Which conversations, and which page of them.
    ListQuery {
        /// `true`: only those with messages of others that the caller has not read (for staff also
        /// notes); `false`: only those without.
        unread: Option<bool>,
        /// In what order: `newest` (opened last), `activity` (something said last) or `waiting`
        /// (only those who wait, the longest first). Else `newest`.
        order: Option<Order>,
        /// The `next` of a page in the same order: what comes behind it.
        before: Option<String>,
        /// The `previous` of a page in the same order: what comes ahead of it.
        after: Option<String>,
        /// 1 to 200, else 50.
        limit: Option<i64>,
    }
}

narrowing! {
    /// Which conversations; all of them without any of these.
    ExportQuery {}
}

fn whose(text: &str) -> Result<Whose> {
    match text {
        "none" => Ok(Whose::Nobody),
        id => id.parse().map(Whose::Rep).map_err(|_| {
            Error::invalid("rep", "Give a rep's id, which is a UUID, or the word none.")
        }),
    }
}

/// Two moments, the first one not behind the last.
pub fn span(field: &'static str, from: Option<Moment>, to: Option<Moment>) -> Result<Span> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => {
            let detail = "Give moments in Unix ms, the first one not behind the last.";
            Err(Error::invalid(field, detail))
        }
        _ => Ok(Span { from, to }),
    }
}

/// Two scores of a rating, the first one not above the last.
fn scores(from: Option<i32>, to: Option<i32>) -> Result<(Option<i32>, Option<i32>)> {
    for (field, score) in [("rating_from", from), ("rating_to", to)] {
        if score.is_some_and(|score| !SCORES.contains(&score)) {
            return Err(Error::invalid(field, "Give a whole number from 1 to 5."));
        }
    }
    match (from, to) {
        (Some(from), Some(to)) if from > to => {
            let detail = "Give scores from 1 to 5, the first one not above the last.";
            Err(Error::invalid("rating_from", detail))
        }
        _ => Ok((from, to)),
    }
}

/// A cursor as a page of this order gives it, and takes no other's.
pub fn written(cursor: Cursor, order: Order) -> String {
    match order {
        Order::Waiting => format!("{WAITING}{cursor}"),
        Order::Newest | Order::Activity => cursor.to_string(),
    }
}

/// What the cursors of those who wait begin with.
const WAITING: char = 'w';

/// A cursor that a page of this order has given.
pub fn cursor(field: &'static str, text: Option<&str>, order: Order) -> Result<Option<Cursor>> {
    let Some(text) = text else { return Ok(None) };
    let fits = |cursor: &Cursor| cursor.at.is_some() == (order != Order::Newest);
    let text = match order {
        Order::Waiting => text.strip_prefix(WAITING),
        Order::Newest | Order::Activity => Some(text),
    };
    let cursor = text.and_then(|text| text.parse().ok()).filter(fits);
    cursor.map(Some).ok_or_else(|| {
        let detail = "Give what a page in the same order has named as its next or its previous.";
        Error::invalid(field, detail)
    })
}
