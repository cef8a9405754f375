//! The server's clock and this machine's, which may be hours apart or be set.

use chrono::TimeDelta;
use rstest::rstest;
use sbw_tui::app::{Action, ClockOffset, LinkEvent, State, update};
use sbw_tui::layout;

use sbw_tui::theme::{ChartMarker, Depth, Look, Tone};

use crate::after;
use crate::common::answers::{asked, connected, fresh, now, size};

fn at_a_server_ahead_by(ahead: TimeDelta) -> State {
    let mut state = fresh(size(100, 30));
    let clock = LinkEvent::Clock(ClockOffset::new(ahead));
    let _ = update(&mut state, Action::Link(clock), now());
    state
}

#[rstest]
#[case::equal(TimeDelta::zero(), None)]
#[case::a_little(TimeDelta::seconds(60), None)]
#[case::slow(
    TimeDelta::seconds(61),
    Some("This machine's clock is 1 min behind the server's")
)]
#[case::hours_slow(
    TimeDelta::hours(5),
    Some("This machine's clock is 5 h 00 min behind the server's")
)]
#[case::hours_fast(TimeDelta::hours(-30), Some("This machine's clock is 1 d 6 h ahead of the server's"))]
#[case::almost_an_hour(
    TimeDelta::milliseconds(3_599_900),
    Some("This machine's clock is 1 h 00 min behind")
)]
#[case::absurd(TimeDelta::MAX, Some("This machine's clock is"))]
fn the_question_is_of_the_servers_time(#[case] ahead: TimeDelta, #[case] said: Option<&str>) {
    let mut state = at_a_server_ahead_by(ahead);
    let effects = update(&mut state, Action::Link(LinkEvent::Connected), now());
    let range = asked(&effects).remove(0).range;
    let there = now().checked_add_signed(ahead).unwrap_or(now());
    assert_eq!(range.to(), there);
    let notice = layout::notice(&state).join(" ");
    assert_eq!(notice.is_empty(), said.is_none(), "{notice}");
    assert!(notice.starts_with(said.unwrap_or_default()), "{notice}");
    // What is waited for, is waited for by this machine's clock.
    let wakes = state.wakes_at();
    assert!(
        wakes.is_none_or(|wakes| wakes > now() && wakes <= after(60_000)),
        "{wakes:?}"
    );
}

#[test]
fn another_connection_may_be_to_another_clock() {
    let mut state = at_a_server_ahead_by(TimeDelta::hours(5));
    let clock = LinkEvent::Clock(ClockOffset::default());
    let _ = update(&mut state, Action::Link(clock), now());
    let _ = update(&mut state, Action::Link(LinkEvent::Connected), now());
    assert_eq!(layout::notice(&state), [""; 0]);
    assert_eq!(state.server_now(), now());
}

#[test]
fn a_clock_that_is_set_back_holds_nothing_up() {
    let mut state = connected(size(100, 30));
    let back = |milliseconds: i64| after(milliseconds - 3 * 3_600_000);
    // What comes next comes by the new clock.
    assert!(asked(&update(&mut state, Action::Tick, back(1_000))).is_empty());
    let wakes = state.wakes_at().unwrap();
    assert!(wakes <= back(61_000), "{wakes}");
    assert_eq!(
        asked(&update(&mut state, Action::Tick, back(11_000))).len(),
        1
    );
}

#[test]
fn a_screen_that_follows_the_clock_alone_does_not_call_itself_live() {
    let mut state = connected(size(100, 30));
    let status = |state: &State| {
        let look = Look::new(Tone::Dark, Depth::True, ChartMarker::Braille, false);
        crate::common::screen::text(&crate::common::screen::draw(state, &look))
    };
    assert!(status(&state).contains("live, 10 s"));
    let _ = update(&mut state, Action::Link(LinkEvent::Announces(false)), now());
    assert!(status(&state).contains("every 10 s"));
}
