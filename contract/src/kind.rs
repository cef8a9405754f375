//! What a column holds.

/// The kind of a column's values: its SQL type, and which rule of the loader makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The event's own id: a UUID, the primary key.
    Key,
    /// An instant.
    Time,
    /// The event's name: 1 to 100 characters of `[A-Za-z0-9_.:-]`.
    Name,
    /// The id of a user, a client, a session or a product. `undefined` and its like are no ids.
    Id,
    /// Any other text.
    Text,
    /// True or false.
    Flag,
    /// Whole VND.
    Price,
}

impl Kind {
    /// The type's name as PostgreSQL prints it.
    #[must_use]
    pub const fn sql_type(self) -> &'static str {
        match self {
            Self::Key => "uuid",
            Self::Time => "timestamp with time zone",
            Self::Name | Self::Id | Self::Text => "text",
            Self::Flag => "boolean",
            Self::Price => "bigint",
        }
    }

    /// Whether every row has a value.
    #[must_use]
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Key | Self::Time | Self::Name)
    }

    /// The most characters that are kept; none where the type itself is the limit.
    #[must_use]
    pub const fn max_chars(self) -> Option<usize> {
        match self {
            Self::Name => Some(100),
            Self::Id => Some(256),
            Self::Text => Some(1_024),
            Self::Key | Self::Time | Self::Flag | Self::Price => None,
        }
    }
}
