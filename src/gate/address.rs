//! From which address somebody comes: that of his connection, or what our own proxy says of it.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::app::App;
use crate::settings::within;

/// Where proxies write down whom they speak for, one after the other.
const FORWARDED: &str = "X-Forwarded-For";

/// How a client has come to our proxy.
const SCHEME: &str = "X-Forwarded-Proto";

/// What proxies say besides.
const OTHERS: [&str; 2] = ["Forwarded", "Via"];

/// The address of who asks, as [`of`] tells it.
pub struct Address(pub Option<IpAddr>);

impl FromRequest for Address {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Data<App>>();
        let app = app.expect("every route has the app");
        ready(Ok(Address(of(app, request))))
    }
}

fn is_ours(app: &App, address: IpAddr) -> bool {
    let mut proxies = app.settings.trusted_proxies.iter();
    proxies.any(|network| within(network, address) == Some(true))
}

/// Whether somebody came by HTTPS: this server speaks HTTP, so its own proxy must say that.
pub fn is_secure(app: &App, request: &HttpRequest) -> bool {
    let said = request.headers().get(SCHEME);
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    said.is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"))
        && peer.is_some_and(|peer| is_ours(app, peer))
}

/// Whether somebody asks on this machine itself, with nobody who speaks for him.
pub fn is_here(request: &HttpRequest) -> bool {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let named = |name| request.headers().contains_key(name);
    let spoken_for = named(FORWARDED) || named(SCHEME) || OTHERS.into_iter().any(named);
    peer.is_some_and(|peer| peer.is_loopback()) && !spoken_for
}

/// The address to hold somebody's share against. None for who is on this machine and for whom
/// nobody speaks: he is the operator, or a proxy that names nobody.
pub fn of(app: &App, request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let ours = |one: IpAddr| is_ours(app, one);
    if !ours(peer) {
        return Some(share(peer));
    }
    let named = request.headers().get_all(FORWARDED);
    let named = named.filter_map(|text| text.to_str().ok());
    let named: Vec<IpAddr> = named
        .flat_map(|text| text.split(','))
        .filter_map(|text| text.trim().parse().ok())
        .map(|address: IpAddr| address.to_canonical())
        .collect();
    // What stands before the last one that is not ours may be anybody's invention.
    named.into_iter().rev().find(|one| !ours(*one)).map(share)
}

/// Who has an address of IPv6 has the whole network of 64 bits.
fn share(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let share = |text: &str| share(text.parse().unwrap()).to_string();
        assert_eq!(share("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(share("203.0.113.7"), "203.0.113.7");
    }
}
