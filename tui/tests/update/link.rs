//! What becomes of the connection, and of the warehouse at its other end.

use crossterm::event::KeyCode;
use rstest::rstest;
use sbw_queries::schema::SchemaState;
use sbw_tui::app::{Action, Effect, Focus, Link, LinkEvent, State, update};
use sbw_tui::layout;

use crate::after;
use crate::common::answers::{asked, connected, draws, fresh, now, press, size};

#[test]
fn a_lost_link_keeps_the_data_and_asks_again_when_it_is_back() {
    let mut state = connected(size(80, 24));
    let shown = state.shown().answer().cloned();
    let lost = |why: &str, at| LinkEvent::Lost {
        why: why.to_owned(),
        retry_at: at,
    };
    let _ = update(
        &mut state,
        Action::Link(lost("gone", after(1_000))),
        after(100),
    );
    assert!(asked(&update(&mut state, Action::Tick, after(20_000))).is_empty());
    let _ = update(
        &mut state,
        Action::Link(LinkEvent::Connecting),
        after(20_000),
    );
    let _ = update(
        &mut state,
        Action::Link(lost("still gone", after(25_000))),
        after(20_100),
    );
    let Link::Lost {
        since, tries, why, ..
    } = &state.link
    else {
        panic!("{:?}", state.link)
    };
    assert_eq!(
        (*since, *tries, why.as_str()),
        (after(100), 1, "still gone")
    );
    assert_eq!(state.shown().answer().cloned(), shown);
    let effects = press(&mut state, KeyCode::Char('r'), after(21_000));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Reconnect))
    );
    let effects = update(
        &mut state,
        Action::Link(LinkEvent::Connected),
        after(26_000),
    );
    assert_eq!(asked(&effects).len(), 1);
}

#[test]
fn a_password_is_asked_for_sent_and_forgotten() {
    let mut state = fresh(size(80, 24));
    let wanted = LinkEvent::PasswordWanted {
        why: "it wants one".to_owned(),
    };
    let _ = update(&mut state, Action::Link(wanted), now());
    assert_eq!(state.focus(), Focus::Line);
    for letter in "q1?".chars() {
        press(&mut state, KeyCode::Char(letter), now());
    }
    let effects = press(&mut state, KeyCode::Enter, now());
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Password(password) => {
            Some(secrecy::ExposeSecret::expose_secret(password).to_owned())
        }
        _ => None,
    });
    assert_eq!(sent.as_deref(), Some("q1?"));
    assert_eq!(
        (state.overlay.clone(), state.link.clone()),
        (None, Link::Connecting)
    );
}

fn schema(state: &mut State, schema: SchemaState) -> Vec<Effect> {
    update(state, Action::Link(LinkEvent::Schema(schema)), now())
}

#[rstest]
#[case::older(SchemaState::Older { found: 1 }, "The warehouse is at version 1 and", "`sbw-etl migrate`.")]
#[case::newer(SchemaState::Newer { found: 99 }, "The warehouse is at version 99 and", "update this program.")]
#[case::missing(
    SchemaState::Missing,
    "This database holds no warehouse;",
    "`sbw-etl migrate`."
)]
#[case::no_rights(
    SchemaState::NoRights,
    "This role may not read the warehouse;",
    "`sbw-etl migrate`."
)]
fn another_schema_is_told_until_it_is_the_right_one(
    #[case] found: SchemaState,
    #[case] what: &str,
    #[case] to_do: &str,
) {
    let mut state = connected(size(200, 40));
    let shown = state.shown().answer().cloned();
    assert!(draws(&schema(&mut state, found)));
    let said = layout::notice(&state);
    assert!(
        said.len() == 1 && said[0].starts_with(what) && said[0].ends_with(to_do),
        "{said:?}"
    );
    assert_eq!(
        state.shown().answer().cloned(),
        shown,
        "it may still be read"
    );
    assert!(draws(&schema(&mut state, SchemaState::Current)));
    assert!(layout::notice(&state).is_empty());
}

#[test]
fn what_stops_the_screen_is_told_before_a_schema_that_merely_differs() {
    let mut state = connected(size(200, 40));
    let _ = schema(&mut state, SchemaState::Newer { found: 9 });
    let subject = state.subject();
    let slow = "It took too long.".to_owned();
    let _ = update(&mut state, Action::Failed(subject, slow.clone()), now());
    assert_eq!(layout::notice(&state), [slow]);
    let gone = "Nothing listens there.".to_owned();
    let lost = LinkEvent::Lost {
        why: gone.clone(),
        retry_at: after(1_000),
    };
    let _ = update(&mut state, Action::Link(lost), now());
    assert_eq!(layout::notice(&state), [gone]);
    let _ = update(&mut state, Action::Link(LinkEvent::Connected), now());
    assert!(layout::notice(&state)[0].contains("at version 9"));
}
