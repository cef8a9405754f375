//! What the environment says.

use crate::{cors::Origins, edge::EdgeKey, handler::Policy};

/// Where events go, and how they are received.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `RAW_BUCKET`.
    pub bucket: String,
    /// `ALLOWED_ORIGINS`, `KEEP_FULL_IP` and `EDGE_KEY`.
    pub policy: Policy,
}

impl Settings {
    /// Reads the environment through `variable`; an empty variable is an unset one.
    ///
    /// Nothing here is an error: a typing mistake must not stop events from
    /// being received. Whatever is not understood gives way to the careful
    /// choice: addresses are cut, an origin is not allowed.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        Self {
            bucket: variable("RAW_BUCKET").unwrap_or_else(|| "clickstream-s3-ingest".to_owned()),
            policy: Policy {
                origins: Origins::from_list(&variable("ALLOWED_ORIGINS").unwrap_or_default()),
                keep_full_ip: variable("KEEP_FULL_IP")
                    .is_some_and(|value| value.trim().eq_ignore_ascii_case("true")),
                edge_key: variable("EDGE_KEY").map(|key| EdgeKey::new(key.trim())),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Settings {
        Settings::from_env(|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_empty_environment_is_enough() {
        let settings = read(&[]);
        assert_eq!(settings.bucket, "clickstream-s3-ingest");
        assert_eq!(settings.policy.origins, Origins::default());
        assert!(!settings.policy.keep_full_ip);
        assert_eq!(settings.policy.edge_key, None);
    }

    #[test]
    fn every_variable_is_read() {
        let settings = read(&[
            ("RAW_BUCKET", "mine"),
            ("ALLOWED_ORIGINS", "https://a.example,https://b.example"),
            ("KEEP_FULL_IP", "true"),
            ("EDGE_KEY", " k-1 "),
        ]);
        assert_eq!(settings.bucket, "mine");
        assert_eq!(
            settings.policy.origins,
            Origins::from_list("https://a.example,https://b.example")
        );
        assert!(settings.policy.keep_full_ip);
        assert_eq!(settings.policy.edge_key, Some(EdgeKey::new("k-1")));
    }

    #[rstest]
    #[case("true", true)]
    #[case("TRUE", true)]
    #[case("false", false)]
    #[case("1", false)]
    #[case("yes", false)]
    #[case("", false)]
    fn addresses_are_kept_whole_only_when_asked(#[case] value: &str, #[case] whole: bool) {
        assert_eq!(read(&[("KEEP_FULL_IP", value)]).policy.keep_full_ip, whole);
    }
}
