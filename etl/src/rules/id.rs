//! The identity of an event: what makes two of them the same one.

use uuid::Uuid;

use super::text::clean;

/// Namespace of ids that were sent and are no UUID. Never change it: the same
/// id must give the same row for ever.
const SENT: Uuid = Uuid::from_u128(0x7b1f_5a52_64c1_5d0e_9d1c_2f0a_83c4_6e11);
/// Namespace of events that came without an id.
const PLACED: Uuid = Uuid::from_u128(0x1f0c_3d9e_7a2b_5c48_8e67_b5d4_90aa_3c72);

/// The event's id: the one sent when it is a UUID, a UUIDv5 of it when it is
/// another text, else a UUIDv5 of where the event stands.
///
/// The whole text counts, however long: two ids that differ only late are two
/// events.
#[must_use]
pub fn event_id(sent: Option<&str>, object_key: &str, index: i32) -> Uuid {
    match sent.and_then(|text| clean(text, usize::MAX)) {
        Some(text) => {
            Uuid::try_parse(&text).unwrap_or_else(|_| Uuid::new_v5(&SENT, text.as_bytes()))
        }
        None => Uuid::new_v5(&PLACED, format!("{object_key}\n{index}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const UUID: &str = "550e8400-e29b-41d4-a716-446655440000";

    #[rstest]
    #[case::as_sent(UUID)]
    #[case::upper_case("550E8400-E29B-41D4-A716-446655440000")]
    #[case::spaces(" 550e8400-e29b-41d4-a716-446655440000\n")]
    #[case::no_hyphens("550e8400e29b41d4a716446655440000")]
    fn a_uuid_is_kept(#[case] sent: &str) {
        assert_eq!(event_id(Some(sent), "k", 0).to_string(), UUID);
    }

    #[rstest]
    #[case::a_word(Some("order-17"), "ba97233f-8d35-5477-a84e-189346177347")]
    #[case::a_number(Some("17"), "013e47b9-3e29-5d24-9753-5f69869d6598")]
    #[case::missing(None, "24da41c2-bd32-5f85-9d68-f80aeced8bac")]
    #[case::blank(Some(" \u{0}"), "24da41c2-bd32-5f85-9d68-f80aeced8bac")]
    fn other_ids_never_change(#[case] sent: Option<&str>, #[case] expected: &str) {
        let id = event_id(sent, "events/2025/12/01/event-1.json", 3);
        assert_eq!(id.to_string(), expected);
    }

    #[test]
    fn ids_that_differ_late_are_two_events() {
        let long = "x".repeat(5_000);
        assert_ne!(
            event_id(Some(&format!("{long}a")), "k", 0),
            event_id(Some(&format!("{long}b")), "k", 0)
        );
    }

    #[test]
    fn a_missing_id_depends_on_key_and_index() {
        assert_ne!(event_id(None, "k", 0), event_id(None, "k", 1));
        assert_ne!(event_id(None, "k", 0), event_id(None, "l", 0));
    }
}
