//! From which address somebody comes: that of his connection, or what our own proxy says of it.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;

use crate::app::App;
use crate::settings::within;

/// Where proxies write down whom they speak for, one after the other.
const FORWARDED: &str = "X-Forwarded-For";

/// The address to hold somebody's share against. None for who is on this machine and for whom
/// nobody speaks: he is the operator, or a proxy that names nobody.
pub fn of(app: &App, request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let ours = |one: IpAddr| {
        let proxies = &app.settings.trusted_proxies;
        proxies
            .iter()
            .any(|network| within(network, one) == Some(true))
    };
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
