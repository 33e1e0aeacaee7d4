//! An answer's address as one whole number, for systems that know nothing else: the number of its
//! conversation, and 20 bits for its seq. It fits into what JSON readers keep exactly (2^53).

use crate::error::{Code, Error, Result};
use crate::words::EventKind;

/// Seqs below this have an address: 1,048,575 entries of a conversation.
const SEQS: i64 = 1 << 20;
/// Conversations below this have an address: the first 8,589,934,591.
const NUMBERS: i64 = 1 << 33;

/// Entries up to which people may write into a log. What is left has room for what else happens to
/// the conversation: deletions, moves, its end.
const ENTRIES_MAX: i64 = 1_000_000;

/// Refuses an entry of this kind that has no room in its log any more.
pub fn check_room(seq: i64, kind: EventKind) -> Result<()> {
    let most = match kind {
        EventKind::Deleted | EventKind::Left => SEQS - 1,
        _ => ENTRIES_MAX,
    };
    if seq <= most {
        return Ok(());
    }
    let detail = format!(
        "This conversation is full: it has {} entries. Close it, and open a new one to go on.",
        seq - 1
    );
    Err(Error::new(Code::ConversationFull, detail))
}

/// The address, or none beyond the limits.
pub fn address(number: i64, seq: i64) -> Option<i64> {
    let fits = (1..NUMBERS).contains(&number) && (1..SEQS).contains(&seq);
    fits.then(|| number * SEQS + seq)
}

/// The conversation's number and the seq; none if it is no address.
pub fn place(address: i64) -> Option<(i64, i64)> {
    let (number, seq) = (address.div_euclid(SEQS), address.rem_euclid(SEQS));
    self::address(number, seq).map(|_| (number, seq))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_its_place_and_to_no_other() {
        let (numbers, seqs) = ([1, 2, 77, NUMBERS - 1], [1, 2, SEQS - 1]);
        let mut seen = std::collections::BTreeSet::new();
        for number in numbers {
            for seq in seqs {
                let found = address(number, seq).unwrap();
                assert_eq!(place(found), Some((number, seq)));
                assert!(found < 1 << 53, "{found} is exact in JSON");
                assert!(seen.insert(found));
            }
        }
    }

    #[test]
    fn what_is_beyond_the_limits_has_no_address() {
        for (number, seq) in [(0, 1), (-1, 1), (NUMBERS, 1), (1, 0), (1, -1), (1, SEQS)] {
            assert_eq!(address(number, seq), None, "{number} {seq}");
        }
        for none in [
            0,
            -1,
            1,
            SEQS - 1,
            SEQS,
            NUMBERS * SEQS,
            NUMBERS * SEQS + 1,
            i64::MAX,
            i64::MIN,
        ] {
            assert_eq!(place(none), None, "{none}");
        }
    }
}
