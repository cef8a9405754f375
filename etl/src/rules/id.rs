//! The identity of an event: what makes two of them the same one.

use sbw_contract::is_known_id;
use uuid::Uuid;

use super::text::{clean, id};

/// Namespace of ids that were sent and are no UUID. Never change it: the same
/// id must give the same row for ever.
const SENT: Uuid = Uuid::from_u128(0x7b1f_5a52_64c1_5d0e_9d1c_2f0a_83c4_6e11);
/// Namespace of events that came without an id.
const PLACED: Uuid = Uuid::from_u128(0x1f0c_3d9e_7a2b_5c48_8e67_b5d4_90aa_3c72);

/// An event's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    /// As the warehouse keeps it.
    pub id: Uuid,
    /// What versions of the loader before this rule gave it, when that was another.
    pub earlier: Option<Earlier>,
}

/// The id under which an event may have been loaded before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// The id.
    pub id: Uuid,
    /// Whether all events without a usable id shared it, so that it alone tells nothing.
    pub is_shared: bool,
}

/// The event's id: the one `sent` when it is a UUID; a UUIDv5 of it and of the `client` that sent it
/// when it is another text; else a UUIDv5 of where the event stands.
///
/// The client is part of it because such ids are often sequential or derived from an order: anyone
/// could guess one and send it first, and the real event would be dropped as a duplicate. Without a
/// client the text alone decides. UUIDs cannot be guessed.
///
/// The whole text counts, however long: two ids that differ only late are two events. A text that
/// is no id (`undefined`, `0`, zeros) would make one event of all that have it: it counts as missing.
#[must_use]
pub fn event_id(sent: Option<&str>, client: Option<&str>, object_key: &str, index: i32) -> EventId {
    let placed = || Uuid::new_v5(&PLACED, format!("{object_key}\n{index}").as_bytes());
    let Some(text) = sent.and_then(|text| clean(text, usize::MAX)) else {
        return EventId {
            id: placed(),
            earlier: None,
        };
    };
    let alone = || Uuid::new_v5(&SENT, text.as_bytes());
    let uuid = Uuid::try_parse(&text).ok();
    if !is_known_id(&text) || uuid.is_some_and(|uuid| uuid.is_nil()) {
        let earlier = Earlier {
            id: uuid.unwrap_or_else(alone),
            is_shared: true,
        };
        return EventId {
            id: placed(),
            earlier: Some(earlier),
        };
    }
    if let Some(id) = uuid {
        return EventId { id, earlier: None };
    }
    match client.and_then(id) {
        // Texts that were cleaned have no line break.
        Some(client) => EventId {
            id: Uuid::new_v5(&SENT, format!("{client}\n{text}").as_bytes()),
            earlier: Some(Earlier {
                id: alone(),
                is_shared: false,
            }),
        },
        None => EventId {
            id: alone(),
            earlier: None,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rstest::rstest;

    use super::*;

    const UUID: &str = "550e8400-e29b-41d4-a716-446655440000";
    const KEY: &str = "events/2025/12/01/event-1.json";
    /// Of [`KEY`] and 3.
    const OF_ITS_PLACE: &str = "24da41c2-bd32-5f85-9d68-f80aeced8bac";

    fn of(sent: &str, client: Option<&str>) -> EventId {
        event_id(Some(sent), client, KEY, 3)
    }

    #[rstest]
    #[case::as_sent(UUID)]
    #[case::upper_case("550E8400-E29B-41D4-A716-446655440000")]
    #[case::spaces(" 550e8400-e29b-41d4-a716-446655440000\n")]
    #[case::no_hyphens("550e8400e29b41d4a716446655440000")]
    fn a_uuid_is_kept_whoever_sends_it(#[case] sent: &str) {
        for client in [None, Some("c-1")] {
            let EventId { id, earlier } = of(sent, client);
            assert_eq!((id.to_string().as_str(), earlier), (UUID, None));
        }
    }

    #[rstest]
    #[case::a_word(Some("order-17"), None, "ba97233f-8d35-5477-a84e-189346177347")]
    #[case::a_number(Some("17"), None, "013e47b9-3e29-5d24-9753-5f69869d6598")]
    #[case::missing(None, Some("c-1"), OF_ITS_PLACE)]
    #[case::blank(Some(" \u{0}"), Some("c-1"), OF_ITS_PLACE)]
    #[case::of_no_client(Some("17"), Some("undefined"), "013e47b9-3e29-5d24-9753-5f69869d6598")]
    #[case::of_a_client(Some("order-17"), Some("c-1"), "01ef9313-7274-5313-a905-f4a89528c583")]
    fn other_ids_never_change(
        #[case] sent: Option<&str>,
        #[case] client: Option<&str>,
        #[case] expected: &str,
    ) {
        assert_eq!(event_id(sent, client, KEY, 3).id.to_string(), expected);
    }

    #[test]
    fn a_guessed_id_does_not_hide_the_true_event() {
        let true_one = of("order-17", Some("c-1")).id;
        assert_ne!(true_one, of("order-17", Some("c-2")).id);
        assert_ne!(true_one, of("order-17", None).id);
        assert_eq!(true_one, of(" order-17\u{0}", Some("c-1 ")).id);
        // Where one text ends and the next begins counts.
        assert_ne!(of("1c", Some("b")).id, of("c", Some("b1")).id);
    }

    #[test]
    fn the_id_of_before_is_told() {
        let earlier = of("order-17", Some("c-1")).earlier.unwrap();
        assert_eq!(earlier.id, of("order-17", None).id);
        assert!(!earlier.is_shared);
        assert_eq!(of("order-17", None).earlier, None);
    }

    #[rstest]
    #[case("undefined", "v5")]
    #[case(" NULL\u{0} ", "v5")]
    #[case("NaN", "v5")]
    #[case("[object Object]", "v5")]
    #[case("0", "v5")]
    #[case("000", "v5")]
    #[case("00000000-0000-0000-0000-000000000000", "nil")]
    #[case("{00000000-0000-0000-0000-000000000000}", "nil")]
    #[case("00000000000000000000000000000000", "nil")]
    fn what_is_no_id_does_not_make_one_event_of_all(#[case] sent: &str, #[case] earlier: &str) {
        let EventId {
            id,
            earlier: before,
        } = of(sent, Some("c-1"));
        assert_eq!(id.to_string(), OF_ITS_PLACE);
        let before = before.unwrap();
        assert!(before.is_shared);
        assert_eq!(before.id.is_nil(), earlier == "nil");
        assert_eq!(before.id.get_version_num() == 5, earlier == "v5");
    }

    #[test]
    fn ids_that_differ_late_are_two_events() {
        let long = "x".repeat(5_000);
        assert_ne!(of(&format!("{long}a"), None), of(&format!("{long}b"), None));
    }

    #[test]
    fn a_missing_id_depends_on_key_and_index() {
        let id = |key, index| event_id(None, None, key, index).id;
        assert_ne!(id("k", 0), id("k", 1));
        assert_ne!(id("k", 0), id("l", 0));
    }
}
