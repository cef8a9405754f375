//! What is taken along: files and the clipboard.

use crate::app::action::Effect;
use crate::app::export::{self, ExportFormat};
use crate::app::state::State;
use crate::text;

/// More than this is refused by many terminals.
const LONGEST_COPY: usize = 50_000;

pub(super) fn export_as(state: &mut State, format: ExportFormat) -> Vec<Effect> {
    state.overlay = None;
    match export::export(state, format) {
        Some(Ok(export)) => vec![Effect::Draw, Effect::Export(Box::new(export))],
        Some(Err(why)) => {
            state.say(text::sentence(&why));
            vec![Effect::Draw]
        }
        None => {
            state.say("There is nothing to export yet.");
            vec![Effect::Draw]
        }
    }
}

pub(super) fn copy(state: &mut State, text: Option<String>) -> Vec<Effect> {
    match text {
        Some(text) if text.len() <= LONGEST_COPY => {
            state.say(format!("Copied: {}", text.replace('\t', "  ")));
            vec![Effect::Draw, Effect::Copy(text)]
        }
        Some(_) => {
            state.say("This row is too long for a clipboard; e exports it.");
            vec![Effect::Draw]
        }
        None => {
            state.say("There is no row under the cursor.");
            vec![Effect::Draw]
        }
    }
}
