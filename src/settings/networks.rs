//! Networks of addresses and origins of pages, as they are written here.

use std::net::IpAddr;

/// Bytes of the origin of a site: a name of DNS, with scheme and port.
const SITE_BYTES_MAX: usize = 270;

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

/// An origin as browsers spell it.
pub fn is_origin(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-[]:".contains(c);
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        text.len() <= SITE_BYTES_MAX && !host.is_empty() && host.chars().all(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::is_origin;

    #[test]
    fn an_origin_is_spelt_as_browsers_spell_it() {
        for right in [
            "https://shop.example",
            "http://localhost:8080",
            "http://[::1]:80",
        ] {
            assert!(is_origin(right), "{right}");
        }
        let wrong = [
            "",
            "https://",
            "shop.example",
            "https://shop.example/",
            "https://Shop.example",
            "https://*.example",
            "https://a b",
            "null",
            "ftp://shop.example",
            "https://a@b",
        ];
        for wrong in wrong {
            assert!(!is_origin(wrong), "{wrong}");
        }
    }
}
