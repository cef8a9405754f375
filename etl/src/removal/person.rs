//! Who is erased, and which events are theirs.

use std::fmt;

use sbw_contract::Column;

use super::exclusion::{ExclusionError, Kind, id};
use crate::{parse::Values, rules};

/// Somebody, by an id of theirs: of a client, a session or a user.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    kind: Kind,
    id: String,
}

impl Person {
    /// A browser.
    pub fn client(text: &str) -> Result<Self, ExclusionError> {
        Ok(Self {
            kind: Kind::Client,
            id: id(text)?,
        })
    }

    /// An account.
    pub fn user(text: &str) -> Result<Self, ExclusionError> {
        Ok(Self {
            kind: Kind::User,
            id: id(text)?,
        })
    }

    /// A visit of theirs.
    pub(super) fn session(id: String) -> Self {
        Self {
            kind: Kind::Session,
            id,
        }
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether an event is theirs: as loads read its ids.
    fn has(&self, event: &Values<'_>) -> bool {
        let column = match self.kind {
            Kind::Client => Column::ClientId,
            Kind::Session => Column::SessionId,
            _ => Column::UserId,
        };
        let sent = event.get(column).and_then(rules::id);
        sent.is_some_and(|sent| sent == self.id)
    }

    /// Whether a text that is no event names them: as a string of JSON.
    fn is_in(&self, text: &str) -> bool {
        serde_json::to_string(&self.id).is_ok_and(|quoted| text.contains(&quoted))
    }
}

/// The id stays out of logs.
impl fmt::Debug for Person {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Person({})", self.kind.as_str())
    }
}

/// Everybody who is erased by one command.
#[derive(Debug)]
pub(super) struct People(pub(super) Vec<Person>);

impl People {
    pub(super) fn have(&self, event: &Values<'_>) -> bool {
        self.0.iter().any(|person| person.has(event))
    }

    /// Their ids as strings of JSON.
    pub(super) fn quoted(&self) -> Vec<String> {
        let quoted = self
            .0
            .iter()
            .map(|person| serde_json::to_string(&person.id));
        quoted.flatten().collect()
    }

    pub(super) fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|person| person.is_in(text))
    }
}
