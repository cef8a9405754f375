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
}

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
        }
    }

    /// As command-line options of the server's session; no value needs escaping.
    pub(crate) fn startup(&self) -> String {
        let limits = [
            ("statement_timeout", self.statement_timeout),
            (
                "idle_in_transaction_session_timeout",
                self.idle_in_transaction_timeout,
            ),
            ("lock_timeout", self.lock_timeout),
        ];
        let mut options = Vec::new();
        if self.read_only {
            options.push("-c default_transaction_read_only=on".to_owned());
        }
        if self.wide_questions {
            // Planning a question takes longer than answering it: each plan is made once. Where the
            // filter decides, a function has itself planned anew.
            options.push(
                "-c plan_cache_mode=force_generic_plan -c jit=off -c work_mem=32MB".to_owned(),
            );
        } else {
            // A refresh sorts and joins a day's events: in memory. Compiling its statements takes longer
            // than they do.
            options.push("-c jit=off -c work_mem=64MB".to_owned());
        }
        for (name, limit) in limits {
            if let Some(limit) = limit {
                // 0 would mean no limit, and more than an int is refused.
                let milliseconds = limit.as_millis().clamp(1, 2_147_483_647);
                options.push(format!("-c {name}={milliseconds}"));
            }
        }
        options.join(" ")
    }
}
