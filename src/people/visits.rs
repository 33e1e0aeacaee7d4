//! What visitors cost: nobody makes many of them. Counted on each node, as guessing is; see
//! `throttle.rs`.

use std::net::IpAddr;
use std::sync::Mutex;

use super::counts::Counts;
use super::throttle::{Peer, slower};
use crate::error::Result;
use crate::words::{Moment, WidgetId};

/// The widget by which somebody comes, or none.
type By = Option<WidgetId>;

/// How many have come of late.
pub(super) struct Visits(Mutex<Counted>);

struct Counted {
    /// Of one address by one widget: whoever floods one blocks no other, not even for himself.
    addresses: Counts<(By, IpAddr)>,
    widgets: Counts<By>,
}

impl Visits {
    /// How many may come in so many ms: from one address by one widget, and by one widget from
    /// everywhere.
    pub fn new(window: Moment, per_address: u32, per_widget: u32) -> Self {
        Self(Mutex::new(Counted {
            addresses: Counts::new(per_address, window, 0),
            widgets: Counts::new(per_widget, window, 0),
        }))
    }

    /// Counts one, or says how long to wait. Who is refused for his address takes nothing of what
    /// others have.
    pub fn pass(&self, by: By, from: Peer, at: Moment) -> Result<()> {
        let mut counted = self.0.lock().expect("nothing panics under this lock");
        let Counted { addresses, widgets } = &mut *counted;
        let address = from.map(|address| (by, address));
        if let Some(count) = address.and_then(|key| addresses.full(&key, at)) {
            let what = "Too many visitors came from your address";
            return Err(slower(what, count.begun + addresses.window - at));
        }
        if let Some(count) = widgets.full(&by, at) {
            let what = "Too many visitors came here of late";
            return Err(slower(what, count.begun + widgets.window - at));
        }
        if let Some(key) = address {
            addresses.add(key, at);
        }
        widgets.add(by, at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_stays_at_its_widget() {
        let visits = Visits::new(1_000, 3, 5);
        let (shop, forum) = (Some(WidgetId::new()), Some(WidgetId::new()));
        let come = |by, last: u8, at| {
            let from = Some(IpAddr::from([203, 0, 113, last]));
            visits
                .pass(by, from, at)
                .map_err(|error| error.retry_after_ms)
        };
        assert!((0..3).all(|_| come(shop, 1, 0).is_ok()));
        assert_eq!(come(shop, 1, 400), Err(Some(600)));
        assert!(come(forum, 1, 0).is_ok() && come(None, 1, 0).is_ok());
        // The refused one took no place of the widget's.
        assert!(come(shop, 2, 0).is_ok() && come(shop, 3, 0).is_ok());
        assert_eq!(come(shop, 4, 900), Err(Some(100)));
        assert!(come(forum, 4, 900).is_ok());
        assert!(come(shop, 1, 1_000).is_ok(), "the window is over");
        // Who has no address has no share of one.
        assert!((0..4).all(|_| visits.pass(forum, None, 1_900).is_ok()));
        assert!((0..5).all(|_| visits.pass(shop, None, 2_000).is_ok()));
        assert!(visits.pass(shop, None, 2_000).is_err());
    }
}
