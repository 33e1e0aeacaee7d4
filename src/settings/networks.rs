//! Networks of addresses, as settings name them.

use std::net::IpAddr;

/// Whether an address lies in a network, written as `10.0.0.0/8` or as one address. None if that
/// is no network.
pub fn within(network: &str, address: IpAddr) -> Option<bool> {
    let (base, bits) = match network.split_once('/') {
        Some((base, bits)) => (base, Some(bits.parse::<u32>().ok()?)),
        None => (network, None),
    };
    let bits_of = |address: IpAddr| match address {
        IpAddr::V4(four) => (u128::from(u32::from(four)), 32),
        IpAddr::V6(six) => (u128::from(six), 128),
    };
    let ((base, length), (address, other)) = (bits_of(base.parse().ok()?), bits_of(address));
    let bits = bits.unwrap_or(length);
    if bits > length {
        return None;
    }
    // Shifted by all its bits, nothing would be left to compare.
    let part = |one: u128| one.checked_shr(length - bits).unwrap_or(0);
    Some(length == other && part(base) == part(address))
}
