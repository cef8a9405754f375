//! What a session is set to before its first query.

use std::time::Duration;

/// Settings sent with the first packet, so that they cost no round trip and a
/// reconnected session has them from its first moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOptions {
    /// What the server lists the session as.
    pub application_name: String,
    /// Refuses to write.
    pub read_only: bool,
    /// The server ends a statement that takes longer.
    pub statement_timeout: Option<Duration>,
    /// The server ends a session that stands idle inside a transaction for longer.
    pub idle_in_transaction_timeout: Option<Duration>,
    /// The server ends a statement that waits for a lock for longer.
    pub lock_timeout: Option<Duration>,
    /// For a few wide questions instead of many small ones: every query is
    /// planned for its own parameters (filters that are not set vanish), groups
    /// in memory, and is never compiled, which would cost more than it takes.
    pub wide_questions: bool,
    /// Whether a pooler may stand in between. Whoever allows it begins every
    /// question with [`Connected::local_settings`](super::Connected::local_settings)
    /// and keeps nothing in the session from one transaction to the next.
    pub may_share: bool,
}

/// What a role or a database may have set otherwise, and what statements mean by it.
const MEANING: [(&str, &str); 6] = [
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_deferrable", "off"),
    ("extra_float_digits", "1"),
    ("standard_conforming_strings", "on"),
    ("TimeZone", "UTC"),
    ("transform_null_equals", "off"),
];

impl SessionOptions {
    /// For those who only ask: read-only, with a limit on every statement.
    pub fn reader(application_name: impl Into<String>, statement_timeout: Duration) -> Self {
        Self {
            application_name: application_name.into(),
            read_only: true,
            statement_timeout: Some(statement_timeout),
            idle_in_transaction_timeout: Some(Duration::from_mins(1)),
            lock_timeout: None,
            wide_questions: true,
            may_share: true,
        }
    }

    /// For those who write: no limit on a statement, but none may hold its locks while idle.
    pub fn writer(application_name: impl Into<String>) -> Self {
        Self {
            application_name: application_name.into(),
            read_only: false,
            statement_timeout: None,
            idle_in_transaction_timeout: Some(Duration::from_mins(1)),
            lock_timeout: None,
            wide_questions: false,
            may_share: false,
        }
    }

    /// As command-line options of the server's session, which come before the
    /// program's own: the program's win.
    pub(crate) fn startup(&self, theirs: Option<&str>) -> String {
        let mut options: Vec<String> = theirs.map(str::to_owned).into_iter().collect();
        if self.read_only {
            options.push("-c default_transaction_read_only=on".to_owned());
        }
        for (name, value) in self.settings() {
            options.push(format!("-c {name}={}", value.replace(' ', "\\ ")));
        }
        // Whatever drops the settings on the way drops this too.
        options.push("-c sbw.session=on".to_owned());
        options.join(" ")
    }

    /// As statements for the start of a transaction, where the settings cannot be the
    /// session's: behind a pooler it is shared with others.
    pub(crate) fn local(&self) -> String {
        let settings = self.settings().into_iter();
        let set = settings.map(|(name, value)| format!("set local {name} = '{value}'; "));
        set.collect()
    }

    /// Names and values, without quotes.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let meaning = MEANING
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let mut settings: Vec<_> = meaning.collect();
        if self.wide_questions && self.read_only {
            // All that the warehouse's questions name has its schema with it.
            settings.push(("search_path", "pg_catalog".to_owned()));
        }
        settings.push(("jit", "off".to_owned()));
        if self.wide_questions {
            // Planning a question takes longer than answering it: each plan is made once. Where the
            // filter decides, a function has itself planned anew.
            settings.push(("plan_cache_mode", "force_generic_plan".to_owned()));
            settings.push(("work_mem", "32MB".to_owned()));
        } else {
            // A refresh sorts and joins a day's events: in memory. Compiling its statements takes longer
            // than they do.
            settings.push(("work_mem", "64MB".to_owned()));
        }
        let limits = [
            ("statement_timeout", self.statement_timeout),
            (
                "idle_in_transaction_session_timeout",
                self.idle_in_transaction_timeout,
            ),
            ("lock_timeout", self.lock_timeout),
        ];
        for (name, limit) in limits {
            if let Some(limit) = limit {
                // 0 would mean no limit, and more than an int is refused.
                let milliseconds = limit.as_millis().clamp(1, 2_147_483_647);
                settings.push((name, milliseconds.to_string()));
            }
        }
        settings
    }
}
